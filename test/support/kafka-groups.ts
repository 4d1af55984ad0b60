import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { StackHandle } from '../../stack/api.ts';
import { readConfig } from '../../stack/config.ts';
import { javaCommand } from '../../stack/install/java.ts';
import { kafkaArguments } from '../../stack/processes/jvm.ts';

/** Kafka's own `kafka-consumer-groups` at a site, as an operator runs it; resolves to what it printed, rejects when it fails. */
export async function kafkaGroups(stack: StackHandle, site: 'sh' | 'us', args: readonly string[]): Promise<string> {
  const config = readConfig(stack.dir);
  if (config === undefined) throw new Error(`no stack is in ${stack.dir}`);
  const main = 'org.apache.kafka.tools.consumer.group.ConsumerGroupCommand';
  const whole = kafkaArguments(config, {
    heap: 128,
    main,
    args: ['--bootstrap-server', stack.address(`kafka-${site}`), ...args],
  });
  const { stdout, stderr } = await promisify(execFile)(javaCommand(config.cache), whole, { timeout: 60_000 });
  if (/^Error/m.test(stdout + stderr)) throw new Error(`kafka-consumer-groups ${args.join(' ')}: ${stdout}${stderr}`);
  return stdout;
}

/** Moves the offsets of a paused flow as an operator does: `--to-earliest`, `--shift-by N` …; resolves to what the tool printed. */
export function resetOffsets(
  { stack, group, topic }: { readonly stack: StackHandle; readonly group: string; readonly topic: string },
  ...how: readonly string[]
): Promise<string> {
  return kafkaGroups(stack, 'us', ['--reset-offsets', '--group', group, '--topic', topic, ...how, '--execute']);
}
