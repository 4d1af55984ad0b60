import { defineWords } from '../../words/words.ts';

export const aboutWords = defineWords(
  {
    title: 'About',
    about:
      'Lutra replicates MySQL and MariaDB across datacentres through Kafka. Everything here can be done by API and command line too.',
    api: 'API',
    reference: 'Reference of the API',
    schema: 'JSON Schema of the channel document',
    commandLine: 'Command line',
  },
  {
    title: '关于',
    about: 'Lutra 通过 Kafka 在数据中心之间复制 MySQL 与 MariaDB。这里的一切也都可以通过 API 和命令行完成。',
    api: 'API',
    reference: 'API 参考',
    schema: '通道文档的 JSON Schema',
    commandLine: '命令行',
  },
);
