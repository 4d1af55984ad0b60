import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import mysql, { type Connection, type RowDataPacket } from 'mysql2/promise';
import { ensureCheckpointTable } from '../../services/loader/checkpoint.ts';
import { HEARTBEAT_SCHEMA } from '../../shared/codec/envelope.ts';
import { openRegistry, type SchemaRegistryPort } from '../../shared/codec/schema-registry.ts';
import { RecordBuffer } from '../../shared/kafka/record-buffer.ts';
import { openProducer, type RecordProducer } from '../../shared/kafka/record-producer.ts';
import { ensureTopic, kafkaClient } from '../../shared/kafka/topic-admin.ts';
import { followTopic } from '../../shared/kafka/topic-follower.ts';
import type { Channel, Mapping, Pipeline } from '../../shared/model/channel.ts';
import { NODE_KEY } from '../../shared/model/node.ts';
import type { Status } from '../../shared/model/status.ts';
import { createLogger } from '../../shared/runtime/log.ts';
import {
  CHANNELS_TOPIC,
  compactedTopicDefinition,
  pipelineGroup,
  rowsTopic,
  rowsTopicDefinition,
  statusTopic,
} from '../../topics/topics.ts';
import { envelopeOf, TableEncoder, type TestRecord, type TestTable } from './row-records.ts';
import { stackAddresses } from './stack.ts';

const log = createLogger('loader-bench', 'silent');

export type BenchOptions = { readonly partitions?: number; readonly target?: { host: string; port: number } };

/**
 * A loader process at a site of its own on the real stack, fed with records that the test writes. Everything it makes is named by a random word
 * and removed by disposal.
 */
export class LoaderBench {
  readonly word = randomBytes(4).toString('hex');
  readonly site = `t${this.word}`;
  readonly schema = `lt_${this.word}`;
  readonly channelName = `c-${this.word}`;
  readonly source = `${this.site}.src`;
  readonly topic = rowsTopic(this.source);
  readonly group = pipelineGroup(this.channelName, 'p');
  readonly partitions: number;
  readonly sql: Connection;
  readonly logFile = join(tmpdir(), `lutra-loader-${this.word}.log`);
  private readonly addresses = stackAddresses();
  private readonly target: { host: string; port: number };
  private readonly kafka = { brokers: [this.addresses.kafka], clientId: `bench-${this.word}`, log };
  private readonly registry: SchemaRegistryPort = openRegistry(this.addresses.registry);
  private readonly producer: RecordProducer = openProducer(this.kafka);
  private readonly ending = new AbortController();
  private readonly statuses = new Map<string, Status>();
  private readonly loaders = new Set<ChildProcess>();
  private revision = 0;
  private uid = randomBytes(4).toString('hex');

  private constructor(sql: Connection, target: { host: string; port: number }, options: BenchOptions) {
    this.sql = sql;
    this.target = target;
    this.partitions = options.partitions ?? 1;
  }

  static async open(options: BenchOptions = {}): Promise<LoaderBench> {
    const target = options.target ?? stackAddresses().mysql;
    const sql = await mysql.createConnection({
      ...target,
      user: 'root',
      password: 'root',
      dateStrings: true,
      supportBigNumbers: true,
      bigNumberStrings: true,
      multipleStatements: true,
    });
    const bench = new LoaderBench(sql, target, options);
    await ensureCheckpointTable(sql);
    await sql.query(`CREATE DATABASE ${bench.schema} CHARACTER SET utf8mb4`);
    await ensureTopic(bench.kafka, rowsTopicDefinition(bench.source, bench.partitions));
    await ensureTopic(bench.kafka, compactedTopicDefinition(CHANNELS_TOPIC));
    await ensureTopic(bench.kafka, compactedTopicDefinition(statusTopic(bench.site)));
    void bench.followStatus();
    return bench;
  }

  private async followStatus(): Promise<void> {
    for await (const { records } of followTopic({ ...this.kafka, topic: statusTopic(this.site) }, this.ending.signal)) {
      for (const { key, value } of records) {
        if (key.startsWith(NODE_KEY)) continue;
        if (value === null) this.statuses.delete(key);
        else this.statuses.set(key, JSON.parse(value.toString('utf8')));
      }
    }
  }

  /** The source's table in the bench's schema: registers its schema. */
  async encoder(table: Omit<TestTable, 'schema'>): Promise<TableEncoder> {
    const full = { schema: this.schema, ...table };
    const id = await this.registry.register(`${this.topic}-${this.schema}.${table.table}`, envelopeOf(full));
    return new TableEncoder(full, id);
  }

  heartbeatSchema(): Promise<number> {
    return this.registry.register(`${this.topic}-heartbeat`, HEARTBEAT_SCHEMA);
  }

  async send(records: readonly TestRecord[], partition = 0): Promise<void> {
    const buffer = new RecordBuffer(1 << 20);
    for (const [index, { key, value }] of records.entries()) {
      buffer.append(key, key.length, value, value.length);
      if (buffer.size < 900_000 && index < records.length - 1) continue;
      await this.producer.send(this.topic, partition, buffer);
      buffer.reset();
    }
  }

  /** Writes the channel's document. The schema of the source is mapped onto itself unless mappings say otherwise. */
  async deploy(
    change: Partial<Pick<Channel, 'state' | 'uid'>> & {
      start?: Pipeline['start'];
      mappings?: Mapping[];
      password?: string;
    } = {},
  ): Promise<void> {
    this.revision += 1;
    this.uid = change.uid ?? this.uid;
    const database = (host: string, variable: string): Channel['databases'][string] => ({
      site: this.site,
      hosts: [host],
      user: 'lutra_load',
      password: { env: variable },
      partitions: this.partitions,
    });
    const databases = {
      src: database('127.0.0.1:1', 'BENCH_PASSWORD'),
      dst: database(`${this.target.host}:${this.target.port}`, change.password ?? 'BENCH_PASSWORD'),
    };
    const everything = { from: { schema: this.schema, table: '*' }, to: { schema: '*', table: '*' } };
    const pipeline: Pipeline = {
      name: 'p',
      from: 'src',
      to: 'dst',
      start: change.start ?? 'beginning',
      mappings: change.mappings ?? [everything],
    };
    const channel: Channel = {
      apiVersion: 'lutra/v1',
      kind: 'Channel',
      name: this.channelName,
      state: change.state ?? 'running',
      uid: this.uid,
      revision: this.revision,
      databases,
      resolved: databases,
      pipelines: [pipeline],
      createdAt: Date.now(),
      updatedAt: Date.now(),
    };
    await this.producer.put(CHANNELS_TOPIC, [{ key: this.channelName, value: Buffer.from(JSON.stringify(channel)) }]);
  }

  async undeploy(): Promise<void> {
    await this.producer.put(CHANNELS_TOPIC, [{ key: this.channelName, value: null }]);
  }

  startLoader(instance = `i${this.loaders.size}`): ChildProcess {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', 'services/loader/main.ts'], {
      env: {
        ...process.env,
        LUTRA_SITE: this.site,
        LUTRA_KAFKA: this.addresses.kafka,
        LUTRA_REGISTRY: this.addresses.registry,
        LUTRA_INSTANCE: `${this.word}-${instance}`,
        LUTRA_LOG_LEVEL: process.env.BENCH_LOG ?? 'info',
        BENCH_PASSWORD: 'lutra_load',
        BENCH_WRONG_PASSWORD: 'wrong',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const file = createWriteStream(this.logFile, { flags: 'a' });
    child.stdout.pipe(file, { end: false });
    child.stderr.pipe(file, { end: false });
    this.loaders.add(child);
    child.once('exit', () => this.loaders.delete(child));
    return child;
  }

  async stopLoader(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.kill(signal);
    await exited;
  }

  /** The newest status of any instance. */
  get status(): Status | undefined {
    return [...this.statuses.values()].sort((a, b) => b.at - a.at)[0];
  }

  get allStatuses(): Status[] {
    return [...this.statuses.values()];
  }

  get pipelineUid(): string {
    return `${this.uid}/p`;
  }

  async rows(sql: string): Promise<RowDataPacket[]> {
    const [rows] = await this.sql.query<RowDataPacket[]>(sql);
    return rows;
  }

  async count(table: string): Promise<number> {
    const [row] = await this.rows(`SELECT COUNT(*) AS n FROM ${this.schema}.${table}`);
    return Number(row?.n);
  }

  async committed(partition = 0): Promise<{ offset: bigint; metadata: string | null }> {
    const admin = kafkaClient(this.kafka).admin();
    await admin.connect();
    try {
      const answer = await admin.fetchOffsets({ groupId: this.group, topics: [this.topic] });
      const found = answer[0]?.partitions.find((entry) => entry.partition === partition);
      return { offset: BigInt(found?.offset ?? '-1'), metadata: found?.metadata ?? null };
    } finally {
      await admin.disconnect();
    }
  }

  /** What kafka-consumer-groups --reset-offsets does: an offset without metadata, while nobody is in the group. */
  async resetOffset(offset: bigint, partition = 0): Promise<void> {
    const admin = kafkaClient(this.kafka).admin();
    await admin.connect();
    try {
      await this.eventually('the group is empty', async () => {
        const { groups } = await admin.describeGroups([this.group]);
        return ['Empty', 'Dead'].includes(groups[0]?.state ?? '');
      });
      await admin.setOffsets({
        groupId: this.group,
        topic: this.topic,
        partitions: [{ partition, offset: String(offset) }],
      });
    } finally {
      await admin.disconnect();
    }
  }

  /** Waits for a condition; its failure tells the last status. */
  async eventually(what: string, isTrue: () => boolean | Promise<boolean>, limitMs = 30_000): Promise<void> {
    const deadline = performance.now() + limitMs;
    while (!(await isTrue())) {
      if (performance.now() > deadline) {
        throw new Error(
          `not within ${limitMs} ms: ${what}; status ${JSON.stringify(this.status)}; log ${this.logFile}`,
        );
      }
      await delay(20);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.undeploy().catch(() => {});
    for (const child of [...this.loaders]) await this.stopLoader(child);
    this.ending.abort();
    await this.producer.close();
    await this.sql
      .query(`DROP DATABASE IF EXISTS ${this.schema}; DELETE FROM lutra.checkpoint WHERE topic = '${this.topic}'`)
      .catch(() => {});
    await this.sql.end();
    const admin = kafkaClient(this.kafka).admin();
    await admin.connect();
    await admin.deleteTopics({ topics: [this.topic, statusTopic(this.site)] }).catch(() => {});
    await admin.deleteGroups([this.group]).catch(() => {});
    await admin.disconnect();
  }
}
