import { join, relative } from 'node:path';
import type { StackHandle } from '../stack/api.ts';
import { readConfig } from '../stack/config.ts';
import { javaCommand } from '../stack/install/java.ts';
import { kafkaClassPath } from '../stack/install/maven.ts';
import { pipelineGroup } from '../topics/topics.ts';
import { TUTORIAL_CHANNEL } from './tutorial.ts';

/** Where the parts of a stack that keeps running are, and what to try next. */
export function keptText(stack: StackHandle): string {
  const admin = stack.address('admin-api', 'http');
  const server = admin.endsWith(':21080') ? '' : ` --server ${admin}`;
  const folder = process.env.LUTRA_STACK_DIR === undefined ? '' : ` --dir ${stack.dir}`;
  return `
the stack keeps running:
  admin API            ${admin}/api/v1/channels   ${loginOf(stack)}
  source order         mysql -h127.0.0.1 -P${portOf(stack, 'order')} -uroot -proot mshop_order
  source user          mysql -h127.0.0.1 -P${portOf(stack, 'user')} -uroot -proot mshop_user
  target otter         mysql -h127.0.0.1 -P${portOf(stack, 'otter')} -uroot -proot otter_order
  Kafka                sh ${stack.address('kafka-sh')}   us ${stack.address('kafka-us')}
  schema registry      ${stack.address('registry', 'http')}
try next:
  export LUTRA_TOKEN=$(cat ${relative(process.cwd(), join(stack.dir, 'token'))})
  npx lutra${server} status --watch
  npx lutra${server} get ${TUTORIAL_CHANNEL} -o yaml
  npx lutra${server} pause ${TUTORIAL_CHANNEL}
  ${kafkaTool(stack, 'consumer.group.ConsumerGroupCommand')} --describe --group ${pipelineGroup(TUTORIAL_CHANNEL, 'order')}
  ${kafkaTool(stack, 'consumer.ConsoleConsumer')} --topic lutra.status.us --from-beginning
  npm run stack --${folder} status        every process, login and log file
  npm run stack --${folder} down          the end
`;
}

/** kafka-consumer-groups and the like, with the stack's own Java and jars: a bare machine has no others. */
function kafkaTool(stack: StackHandle, main: string): string {
  const config = readConfig(stack.dir);
  if (config === undefined) return main;
  const classPath = relative(process.cwd(), kafkaClassPath(config.cache, config.kafkaVersion));
  const java = relative(process.cwd(), javaCommand(config.cache));
  return `${java} -cp '${classPath}' org.apache.kafka.tools.${main} --bootstrap-server ${stack.address('kafka-us')}`;
}

/** `admin / password` */
function loginOf(stack: StackHandle): string {
  return stack
    .process('admin-api')
    .credentials.map(({ user, password }) => `${user} / ${password}`)
    .join();
}

function portOf(stack: StackHandle, name: string): string {
  return stack.address(name).split(':').at(-1) ?? '';
}
