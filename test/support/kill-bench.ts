import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Connection } from 'mysql2/promise';
import { Relay } from '../../chaos/relay.ts';
import { compareTables, differenceLine } from '../../demo/compare.ts';
import { markerTable, type Route, settle } from '../../demo/marker.ts';
import { connect, query, run, serverAt } from '../../demo/servers.ts';
import { readStream } from '../../shared/control/stream-reader.ts';
import type { KafkaAddress } from '../../shared/kafka/cluster.ts';
import { readGroupPlaces } from '../../shared/kafka/group-offsets.ts';
import { RangeReader } from '../../shared/kafka/range-reader.ts';
import { openProducer } from '../../shared/kafka/record-producer.ts';
import { ensureTopic } from '../../shared/kafka/topic-admin.ts';
import { type Channel, channelSchema } from '../../shared/model/channel.ts';
import { type RowDecision, rowDecisionKey } from '../../shared/model/quarantine-entry.ts';
import { createLogger } from '../../shared/runtime/log.ts';
import { type StackHandle, upStack } from '../../stack/api.ts';
import { placesOf, portOf, readConfig, type StackConfig } from '../../stack/config.ts';
import { serviceEnvironment } from '../../stack/processes/service.ts';
import { brokerRelay } from '../../stack/relayed.ts';
import { CHANNELS_TOPIC, compactedTopicDefinition, DECISIONS_TOPIC, rowsTopic } from '../../topics/topics.ts';
import { eventually } from './eventually.ts';
import { MortalApi } from './mortal-api.ts';
import { MortalService } from './mortal-service.ts';

const TABLES = {
  account: 'id INT NOT NULL PRIMARY KEY, balance BIGINT NOT NULL',
  journal: 'n INT NOT NULL, v VARCHAR(20)',
  big: 'id INT NOT NULL PRIMARY KEY, v VARCHAR(200)',
  narrow: 'id INT NOT NULL PRIMARY KEY, v VARCHAR(20)',
} as const;
const SETTLE_MS = 90_000;
const SCHEMA = 'origin';

export type TargetName = 'otter' | 'user';
export type Target = {
  readonly name: TargetName;
  readonly route: Route;
  readonly loader: MortalService;
  /** Between its loader and its database. */
  readonly link: Relay;
  readonly group: string;
};

/**
 * A MySQL source, a target of each kind, and a selector and two loaders that reach Kafka and their databases by relays, on a stack of one site and its own.
 * A trap in a relay kills a process at a request of its choice.
 */
export class KillBench implements AsyncDisposable {
  readonly selector: MortalService;
  readonly targets: readonly Target[];
  /** Between all services and Kafka. */
  readonly kafka: Relay;
  /** Of the rows of the source. */
  readonly topic = rowsTopic(`${SCHEMA}.source`);
  /** Between the selector and the source. */
  readonly sourceLink: Relay;
  readonly source: Connection;
  private readonly stack: StackHandle;
  private readonly opened: AsyncDisposableStack;
  private journalled = 0;
  /** What all channels have in common. */
  private document: Pick<Channel, 'state' | 'policies' | 'revision'> = { state: 'running', policies: {}, revision: 0 };

  private constructor(
    parts: Pick<KillBench, 'selector' | 'targets' | 'kafka' | 'sourceLink' | 'source'>,
    stack: StackHandle,
    opened: AsyncDisposableStack,
  ) {
    this.selector = parts.selector;
    this.targets = parts.targets;
    this.kafka = parts.kafka;
    this.sourceLink = parts.sourceLink;
    this.source = parts.source;
    this.stack = stack;
    this.opened = opened;
  }

  static async open(policies: Channel['policies'] = {}): Promise<KillBench> {
    await using opened = new AsyncDisposableStack();
    const dir = mkdtempSync(join(tmpdir(), 'lutra-kill-'));
    opened.defer(() => {
      if (process.env.KEEP === undefined) rmSync(dir, { recursive: true, force: true });
    });
    const only = ['order', 'user', 'otter', 'kafka-sh', 'registry'];
    const stack = opened.use(await upStack({ dir, port: 0, relayed: true, tiedToCaller: true, only }));
    const config = readConfig(dir);
    if (config === undefined) throw new Error(`no stack is in ${dir}`);
    const { relay, server } = brokerRelay(portOf(config, 'kafka-sh'), 'near');
    const kafka = opened.use(await Relay.open(server, relay));
    const service = (entry: string, site: string): MortalService =>
      opened.use(
        new MortalService(
          site,
          `services/${entry}/main.ts`,
          environment(stack, config, site),
          join(dir, `${site}.log`),
        ),
      );
    const from = { server: serverAt(stack.address('order')), schema: SCHEMA };
    await run(from.server, firstStatements(SCHEMA));
    const targets: Target[] = [];
    for (const name of ['otter', 'user'] as const) {
      const to = { server: serverAt(stack.address(name)), schema: `copy_${name}` };
      await run(to.server, firstStatements(to.schema));
      const link = opened.use(await Relay.open(to.server.port));
      const loader = service('loader', `to-${name}`);
      targets.push({ name, link, route: { name, from, to }, loader, group: `lutra.${name}.p` });
    }
    const sourceLink = opened.use(await Relay.open(from.server.port));
    const source = await connect(from.server, { database: SCHEMA, multipleStatements: true });
    opened.defer(() => source.destroy());
    const selector = service('selector', 'origin');
    const bench = new KillBench({ kafka, sourceLink, source, targets, selector }, stack, opened.move());
    try {
      await bench.deploy({ policies });
      selector.start();
      for (const { loader } of targets) loader.start();
      await bench.joined();
      return bench;
    } catch (error) {
      await bench[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** One transaction of several tables. */
  async write(): Promise<void> {
    const n = ++this.journalled;
    await this.source.query(
      `START TRANSACTION; UPDATE account SET balance = balance - ${n} WHERE id = 1; UPDATE account SET balance = balance + ${n} WHERE id = 2;
       INSERT INTO journal (n, v) VALUES (${n}, 'once'); COMMIT`,
    );
  }

  /** One transaction of some 4 MB, more than a batch of selector or loader. */
  async writeMuch(): Promise<void> {
    await this.source.query(
      `SET SESSION cte_max_recursion_depth = 100000; START TRANSACTION; DELETE FROM big; INSERT INTO big WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < 20000)
       SELECT n, REPEAT(CHAR(97 + n % 26), 200) FROM s; COMMIT`,
    );
  }

  /** Source and targets are equal, and every journal row is there exactly once. */
  async differences(): Promise<string[]> {
    const found: string[] = [];
    for (const { name, route } of this.targets) {
      await settle(route, SETTLE_MS);
      for (const table of Object.keys(TABLES)) {
        const { examples } = await compareTables(
          { source: { ...route.from, table }, target: { ...route.to, table } },
          3,
        );
        found.push(...examples.map((example) => `${name}: ${differenceLine(example)}`));
      }
      const sql = `SELECT COUNT(*) AS n, COUNT(DISTINCT n) AS different FROM ${route.to.schema}.journal`;
      const [row] = await query(route.to.server, sql);
      if (Number(row?.n) !== this.journalled || Number(row?.different) !== this.journalled)
        found.push(`${name}: ${row?.n} journal rows, ${row?.different} different, ${this.journalled} were written`);
      const left = await query(route.to.server, "SELECT words, state FROM lutra.ddl WHERE state <> 'applied'").catch(
        () => [],
      );
      found.push(...left.map(({ words, state }) => `${name}: ${words} is ${state}`));
    }
    return found;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.opened.disposeAsync();
  }

  /** Pauses or starts all channels; paused: resolves when no loader holds a position any more. */
  async setState(state: Channel['state']): Promise<void> {
    await this.deploy({ state });
    if (state === 'running') return;
    for (const { group } of this.targets) {
      const isLeft = async (): Promise<boolean> =>
        (await readGroupPlaces(this.address, group, this.topic)).members === 0;
      await eventually(`the loader has left ${group}`, isLeft, { limitMs: SETTLE_MS });
    }
  }

  /** Where the record of a row is in the topic, of a table whose key is a number. */
  async offsetOf(table: string, id: number): Promise<bigint> {
    return eventually(`${table} ${id} is in the topic`, async () => {
      await using reader = await RangeReader.open(this.address, this.topic);
      for await (const { key, offset } of readStream(reader, 0, 0n, 2n ** 62n))
        if (key === JSON.stringify([SCHEMA, table, id])) return offset;
      return undefined;
    });
  }

  /** An admin API that reaches Kafka by the relay too. Started, and ended by the bench. */
  async openAdminApi(): Promise<MortalApi> {
    const config = readConfig(this.stack.dir);
    const place = placesOf(config as StackConfig).find(({ role }) => role === 'admin-api');
    if (config === undefined || place === undefined) throw new Error('the stack knows no admin API');
    const env = serviceEnvironment(config, place);
    const sites = [this.selector, ...this.targets.map(({ loader }) => loader)].map(({ name }) => name);
    const kafka = String(env.LUTRA_KAFKA);
    const LUTRA_SITES = JSON.stringify(Object.fromEntries(sites.map((site) => [site, { kafka }])));
    const settings = { ...env, LUTRA_SITES, LUTRA_SITE: this.selector.name };
    return this.opened.use(await MortalApi.open(settings, config.access, join(this.stack.dir, 'admin-api.log')));
  }

  /** Writes a decision about a row in quarantine, as the admin API does. */
  async decide(target: Target, id: string, decision: Pick<RowDecision, 'action' | 'values'>): Promise<void> {
    const { address } = this;
    await ensureTopic(address, compactedTopicDefinition(DECISIONS_TOPIC));
    const producer = openProducer(address);
    const value = Buffer.from(JSON.stringify({ ...decision, by: 'test', at: Date.now() } satisfies RowDecision));
    await producer.put(DECISIONS_TOPIC, [{ key: rowDecisionKey(`${target.name}/p`, id), value }]);
    await producer.close();
  }

  get address(): KafkaAddress {
    return {
      brokers: [this.stack.address('kafka-sh')],
      clientId: 'kill-bench',
      log: createLogger('test', 'silent'),
    };
  }

  /** A selector notes where a pipeline joins; before that nothing of the source is covered. */
  private async joined(): Promise<void> {
    for (const { name, route } of this.targets) {
      await eventually(`${name} gets what is written`, () => settle(route, 3_000).then(() => true), {
        limitMs: SETTLE_MS,
      });
    }
  }

  private async deploy(change: Partial<Pick<Channel, 'state' | 'policies'>>): Promise<void> {
    const { address } = this;
    this.document = { ...this.document, ...change, revision: this.document.revision + 1 };
    await ensureTopic(address, compactedTopicDefinition(CHANNELS_TOPIC));
    const producer = openProducer(address);
    const records = this.targets.map((target) => {
      const channel: Channel = channelSchema.parse({ ...this.documentFor(target), ...this.document });
      return { key: channel.name, value: Buffer.from(JSON.stringify(channel)) };
    });
    await producer.put(CHANNELS_TOPIC, records);
    await producer.close();
  }

  private documentFor({ name, route, link, loader }: Target): object {
    const source = {
      site: this.selector.name,
      hosts: `127.0.0.1:${this.sourceLink.port}`,
      user: 'lutra',
      password: { env: 'LUTRA_DB_PASSWORD' },
    };
    const target = {
      site: loader.name,
      hosts: `127.0.0.1:${link.port}`,
      user: 'lutra_load',
      password: { env: 'LUTRA_LOAD_PASSWORD' },
    };
    const databases = { source, [name]: target };
    return {
      ...{ apiVersion: 'lutra/v1', kind: 'Channel', name, uid: name, createdAt: 0, updatedAt: 0 },
      ...{ databases, resolved: databases },
      pipelines: [
        {
          name: 'p',
          from: 'source',
          to: name,
          start: 'end',
          mappings: [{ from: `${SCHEMA}.*`, to: `${route.to.schema}.*` }],
        },
      ],
    };
  }
}

function firstStatements(schema: string): string[] {
  const made = Object.entries(TABLES).map(([table, body]) => `CREATE TABLE ${schema}.${table} (${body})`);
  return [
    `CREATE DATABASE ${schema} CHARACTER SET utf8mb4`,
    ...made,
    markerTable(schema),
    `INSERT INTO ${schema}.account VALUES (1, 500), (2, 500)`,
  ];
}

/** A service stands at a site of its own, all of them on one Kafka. Without Redis, so that nobody waits for the lease of a process that was killed. */
function environment(stack: StackHandle, config: StackConfig, site: string): Record<string, string> {
  const place = placesOf(config).find(({ name }) => name === 'loader-sh');
  const registry = stack.address('registry', 'http');
  const { LUTRA_REDIS: _none, ...env } = place === undefined ? {} : serviceEnvironment(config, place);
  return {
    ...env,
    ...{ LUTRA_SITE: site, LUTRA_INSTANCE: site, LUTRA_HTTP_PORT: '0', LUTRA_REGISTRY: registry },
  };
}
