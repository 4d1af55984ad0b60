import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { readConfig } from '../../services/admin-api/config.ts';
import { runAdminApi } from '../../services/admin-api/run.ts';
import { openProducer, type RecordProducer } from '../../shared/kafka/record-producer.ts';
import { ensureTopic } from '../../shared/kafka/topic-admin.ts';
import type { Status } from '../../shared/model/status.ts';
import { createLogger } from '../../shared/runtime/log.ts';
import { adminToken } from '../../stack/access.ts';
import { attachStack } from '../../stack/api.ts';
import { PROJECT_ROOT, readConfig as readStackConfig } from '../../stack/config.ts';
import { newStackAccess } from '../../stack/secrets.ts';
import { CHANNELS_TOPIC, compactedTopicDefinition, DATABASES_TOPIC, statusTopic } from '../../topics/topics.ts';

export type Answer = { readonly status: number; readonly body: unknown; readonly headers: Headers };
export type CliResult = { readonly code: number | null; readonly out: string; readonly err: string };

const log = createLogger('admin-bench', process.env.LUTRA_TEST_LOG ?? 'silent');
const YAML = { 'content-type': 'application/yaml' };

/** An admin API on a real Kafka, with a site of its own whose statuses the test writes. Channels it made are deleted by disposal. */
export class AdminBench implements AsyncDisposable {
  readonly word = randomBytes(4).toString('hex');
  readonly site = `t${this.word}`;
  readonly url: string;
  /** Of an admin. */
  token = '';
  private readonly producer: RecordProducer;
  private readonly brokers: string;
  private readonly stop: AbortController;
  private readonly done: Promise<void>;
  private readonly made = new Set<string>();

  private constructor(brokers: string, url: string, stop: AbortController, done: Promise<void>, word: string) {
    this.brokers = brokers;
    this.url = url;
    this.stop = stop;
    this.done = done;
    this.word = word;
    this.site = `t${word}`;
    this.producer = openProducer({ brokers: [brokers], clientId: `bench-${word}`, log });
  }

  /** The first user is the one of the stack that is attached, whose Kafka may be this one; on another Kafka it is made. `site`: that of an earlier bench, to take its place. */
  static async open(brokers: string, env: Readonly<Record<string, string>> = {}, site?: string): Promise<AdminBench> {
    const access = readStackConfig(attachStack().dir)?.access ?? newStackAccess();
    const word = site?.slice(1) ?? randomBytes(4).toString('hex');
    const sites = Object.fromEntries(['sh', 'us', `t${word}`].map((site) => [site, { kafka: brokers }]));
    const config = readConfig({
      LUTRA_SITE: 'sh',
      LUTRA_KAFKA: `${brokers};`,
      LUTRA_SITES: JSON.stringify(sites),
      LUTRA_HTTP_PORT: '0',
      LUTRA_SETUP_TOKEN: access.setupToken,
      LUTRA_SECRET_KEY: access.secretKey,
      ...env,
    });
    const stop = new AbortController();
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    const done = runAdminApi(config, log, stop.signal, resolve);
    done.catch(reject);
    const bench = new AdminBench(brokers, `http://127.0.0.1:${await promise}`, stop, done, word);
    const isReady = async (): Promise<boolean> => (await fetch(`${bench.url}/health`)).status === 200;
    await eventually('users and channels are read', isReady, 60_000);
    bench.token = await adminToken(bench.url, access);
    return bench;
  }

  /** A document between two databases that are named after `owner`: defined here when that is the channel itself. */
  document(name: string, more: { site?: string; owner?: string } = {}): string {
    const { site = this.site, owner = name } = more;
    const database = (each: string): string =>
      `  ${each}: {site: ${site}, hosts: "127.0.0.1:1;", user: u, password: {env: NOT_SET_HERE}}\n`;
    const databases = owner === name ? `databases:\n${database(`${owner}-a`)}${database(`${owner}-b`)}` : '';
    const pipeline = `  - name: p\n    from: ${owner}-a\n    to: ${owner}-b\n    mappings:\n      - {from: "shop.*", to: "copy.*"}\n`;
    return `apiVersion: lutra/v1\nkind: Channel\nname: ${name}\n${databases}pipelines:\n${pipeline}`;
  }

  /** `c-<word>-<suffix>` */
  channel(suffix: string): string {
    const name = `c-${this.word}-${suffix}`;
    this.made.add(name);
    return name;
  }

  async call(method: string, path: string, body?: string, headers: Record<string, string> = {}): Promise<Answer> {
    const authorization = `Bearer ${this.token}`;
    const response = await fetch(`${this.url}${path}`, {
      method,
      ...(body === undefined ? {} : { body }),
      headers: { authorization, ...(body === undefined ? {} : YAML), ...headers },
    });
    const content = await response.text();
    return {
      status: response.status,
      body: content === '' ? undefined : JSON.parse(content),
      headers: response.headers,
    };
  }

  /** An answer that is no JSON. */
  async text(path: string): Promise<string> {
    const response = await fetch(`${this.url}${path}`, { headers: { authorization: `Bearer ${this.token}` } });
    return response.text();
  }

  /** The command line, as a user runs it. */
  cli(args: readonly string[], input = ''): Promise<CliResult> {
    return runCli(['--server', this.url, ...args], { input, token: this.token });
  }

  async putStatus(status: Pick<Status, 'role'> & Partial<Status>): Promise<void> {
    await ensureTopic(
      { brokers: [this.brokers], clientId: 'bench', log },
      compactedTopicDefinition(statusTopic(this.site)),
    );
    const rows = { inserts: 1, updates: 2, deletes: 3 };
    const whole = {
      site: this.site,
      instance: 'i',
      source: `${this.site}.none`,
      state: 'running',
      since: 1,
      at: Date.now(),
      rowsPerSecond: 5,
      transactions: 1,
      rows,
      tables: {},
      ...status,
    };
    await this.producer.put(statusTopic(this.site), [
      { key: `${status.role}/x/i`, value: Buffer.from(JSON.stringify(whole)) },
    ]);
  }

  /** Writes any record to the channels topic, as someone else might. */
  async putStranger(key: string, value: string | null): Promise<void> {
    await this.producer.put(CHANNELS_TOPIC, [{ key, value: value === null ? null : Buffer.from(value) }]);
  }

  /** Takes many channels and databases away at once, past the API. */
  async forget(channels: readonly string[], databases: readonly string[]): Promise<void> {
    await this.producer.put(
      CHANNELS_TOPIC,
      channels.map((key) => ({ key, value: null })),
    );
    await this.producer.put(
      DATABASES_TOPIC,
      databases.map((key) => ({ key, value: null })),
    );
  }

  /** The admin API ends; what was written stays. */
  async stopServing(): Promise<void> {
    this.stop.abort();
    await this.done;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const left = this.made;
    for (let turn = 0; turn < 2; turn++) {
      for (const name of left) await this.call('DELETE', `/api/v1/channels/${name}`).catch(() => {});
    }
    this.stop.abort();
    await this.done;
    await this.producer.close();
  }
}

/** Runs bin/lutra.js to its end; without a token it is nobody. `configFolder`: where it keeps what `lutra login` got. */
export async function runCli(
  args: readonly string[],
  {
    input = '',
    token = '',
    configFolder = '/nonexistent',
    settings = {},
  }: {
    readonly input?: string;
    readonly token?: string;
    readonly configFolder?: string;
    readonly settings?: Readonly<Record<string, string>>;
  } = {},
): Promise<CliResult> {
  const env = { ...process.env, LUTRA_TOKEN: token, XDG_CONFIG_HOME: configFolder, ...settings };
  const child = spawn(process.execPath, [join(PROJECT_ROOT, 'bin', 'lutra.js'), ...args], { stdio: 'pipe', env });
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, out, err };
}

/** Asks until the answer is yes; fails with what is waited for after the deadline. */
export async function eventually(what: string, look: () => Promise<boolean>, limitMs = 20_000): Promise<void> {
  const deadline = Date.now() + limitMs;
  while (!(await look())) {
    if (Date.now() > deadline) throw new Error(`not within ${limitMs} ms: ${what}`);
    await delay(50);
  }
}
