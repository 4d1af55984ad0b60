import { defineWords } from '../../words/words.ts';

export const channelsWords = defineWords(
  {
    title: 'Channels',
    about: 'Each channel keeps tables of one database the same as those of another.',
    newChannel: 'New channel',
    filter: 'Name of a channel',
    route: 'From → to',
    pipelines: (count: number) => (count === 1 ? '1 pipeline' : `${count} pipelines`),
    needsYou: 'Needs you',
    held: (count: number) => (count === 1 ? '1 statement held' : `${count} statements held`),
    quarantined: (count: number) => (count === 1 ? '1 row quarantined' : `${count} rows quarantined`),
    none: 'No channel yet',
    noneAbout:
      'A channel names a source, a target and the tables to keep the same. Make one here, or apply a document with the command line.',
    noMatch: 'No channel matches',
    noMatchAbout: 'Change the filter or the state.',
    showAll: 'Show all',
    statesOfPage: 'States',
  },
  {
    title: '通道',
    about: '每个通道使一个数据库的表与另一个数据库保持一致。',
    newChannel: '新建通道',
    filter: '通道名称',
    route: '源 → 目标',
    pipelines: (count) => `${count} 个管道`,
    needsYou: '需要处理',
    held: (count) => `${count} 条语句待定`,
    quarantined: (count) => `${count} 行隔离`,
    none: '还没有通道',
    noneAbout: '通道指定源、目标以及需要保持一致的表。可在此新建，也可用命令行提交文档。',
    noMatch: '没有匹配的通道',
    noMatchAbout: '请更改筛选条件或状态。',
    showAll: '显示全部',
    statesOfPage: '状态',
  },
);
