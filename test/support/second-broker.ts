import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createWriteStream, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { StackHandle } from '../../stack/api.ts';
import { portOf, readConfig, type StackConfig } from '../../stack/config.ts';
import { checkBroker } from '../../stack/health.ts';
import { javaCommand } from '../../stack/install/java.ts';
import { brokerProperties } from '../../stack/processes/broker.ts';
import { kafkaArguments, properties } from '../../stack/processes/jvm.ts';
import { eventually } from './eventually.ts';

export const SECOND_BROKER_ID = 2;
const HEAP_MB = 384;

/** A second broker in the cluster of `kafka-sh`, so that partitions have somewhere to move. */
export class SecondBroker implements AsyncDisposable {
  readonly port: number;
  private readonly child: ChildProcess;
  private readonly exited: Promise<void>;

  private constructor(child: ChildProcess, port: number) {
    this.child = child;
    this.port = port;
    this.exited = new Promise((resolve) => child.once('exit', () => resolve()));
  }

  static async open(stack: StackHandle): Promise<SecondBroker> {
    const config = readConfig(stack.dir);
    if (config === undefined) throw new Error(`no stack is in ${stack.dir}`);
    const first = portOf(config, 'kafka-sh');
    const folder = join(stack.dir, 'data', 'kafka-second');
    const file = join(stack.dir, 'etc', 'kafka-second.properties');
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, properties(secondOf(first, folder)));
    await format(config, file);
    const args = kafkaArguments(config, { heap: HEAP_MB, main: 'kafka.Kafka', args: [file] });
    const child = spawn(javaCommand(config.cache), args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const log = createWriteStream(join(stack.dir, 'logs', 'kafka-second.log'));
    child.stdout.pipe(log);
    child.stderr.pipe(log, { end: false });
    const broker = new SecondBroker(child, portOfSecond(first));
    const answers = (): Promise<true> => checkBroker(broker.port).then(() => true);
    await eventually('the second broker answers', answers, { limitMs: 90_000 });
    return broker;
  }

  /** A controlled shutdown: its partitions get another leader first. */
  async stop(): Promise<void> {
    this.child.kill('SIGTERM');
    await this.exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.child.kill('SIGKILL');
    await this.exited;
  }
}

function portOfSecond(first: number): number {
  return first + 20;
}

function secondOf(first: number, folder: string): Record<string, string | number | boolean> {
  const {
    'controller.quorum.voters': voters = '',
    'listener.security.protocol.map': map = '',
    ...rest
  } = brokerProperties(first, first + 1, folder);
  const port = portOfSecond(first);
  return {
    ...rest,
    'controller.quorum.voters': voters,
    'listener.security.protocol.map': map,
    'process.roles': 'broker',
    'node.id': SECOND_BROKER_ID,
    listeners: `PLAINTEXT://127.0.0.1:${port}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
  };
}

/** With the identity of the first broker's cluster. */
async function format(config: StackConfig, file: string): Promise<void> {
  const meta = readFileSync(join(config.dir, 'data', 'kafka-sh', 'meta.properties'), 'utf8');
  const cluster = /^cluster\.id=(.+)$/m.exec(meta)?.[1] ?? '';
  const args = ['format', '-t', cluster, '-c', file];
  const tool = kafkaArguments(config, { heap: 128, main: 'kafka.tools.StorageTool', args });
  await promisify(execFile)(javaCommand(config.cache), [...tool]);
}
