import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { Connection, RowDataPacket } from 'mysql2/promise';
import { type ChannelStatus, Channels } from '../../demo/channels.ts';
import { compareTables, differenceLine } from '../../demo/compare.ts';
import { markerTable, type Route, settle } from '../../demo/marker.ts';
import { connect, type Row, run, type Server, serverAt } from '../../demo/servers.ts';
import type { Start } from '../../shared/model/channel.ts';
import type { StackHandle } from '../../stack/api.ts';
import { pipelineGroup, rowsTopic, sourceId } from '../../topics/topics.ts';
import { eventually } from './eventually.ts';
import { testStack } from './stack.ts';

export type FlowOptions = {
  /** Table name -> what stands in the brackets of CREATE TABLE; made at source and target. */
  readonly tables: Readonly<Record<string, string>>;
  /** Process of the stack that is the source (`order`), or the target (`otter`). */
  readonly source?: string;
  readonly target?: string;
  readonly start?: Start;
  readonly partitions?: number;
  /** A flow whose source, declared in its channel, is read by this one too. */
  readonly sharing?: Flow;
};

export type PipelineStatus = ChannelStatus['pipelines'][number];

const RUN_LIMIT_MS = 60_000;
const SETTLE_LIMIT_MS = 90_000;

/**
 * One channel with one pipeline on the stack of the tests, between schemas of its own. Its source has a name of its own, so that nobody has read it before.
 * Disposal deletes channel and schemas.
 */
export class Flow implements AsyncDisposable {
  readonly stack: StackHandle;
  readonly channels: Channels;
  readonly word = randomBytes(4).toString('hex');
  readonly name = `c-${this.word}`;
  readonly route: Route;
  readonly sourceName: string;
  readonly group = pipelineGroup(this.name, 'p');
  private readonly options: FlowOptions;

  private constructor(stack: StackHandle, options: FlowOptions) {
    const { source = 'order', target = 'otter', sharing } = options;
    this.stack = stack;
    this.options = options;
    this.channels = new Channels(stack.address('admin-api', 'http'));
    this.sourceName = sharing?.sourceName ?? `s-${this.word}`;
    const from = sharing?.route.from ?? { server: serverAt(stack.address(source)), schema: `s_${this.word}` };
    this.route = { name: 'p', from, to: { server: serverAt(stack.address(target)), schema: `t_${this.word}` } };
  }

  /** Makes the tables; the channel comes with `apply`. */
  static async prepare(options: FlowOptions): Promise<Flow> {
    const flow = new Flow(await testStack(), options);
    const { from, to } = flow.route;
    if (options.sharing === undefined) await run(from.server, flow.schema(from.schema));
    await run(to.server, flow.schema(to.schema));
    return flow;
  }

  /** Makes the tables and the channel, and waits until it runs. */
  static async open(options: FlowOptions): Promise<Flow> {
    const flow = await Flow.prepare(options);
    await flow.apply();
    return flow;
  }

  get topic(): string {
    return rowsTopic(sourceId('sh', this.sourceName));
  }

  /** Applies the channel's document, as it was opened or with changes, and waits until it runs. */
  async apply(change: { start?: Start; state?: 'running' | 'paused' } = {}): Promise<void> {
    const since = Date.now();
    await this.channels.apply(JSON.stringify(this.document(change)));
    if (change.state !== 'paused') await this.channels.waitRunning(this.name, { since, limitMs: RUN_LIMIT_MS });
  }

  /** Pauses and waits until the loader has left the consumer group. */
  async pause(): Promise<void> {
    await this.channels.pause(this.name);
    await this.until('the loader is paused', ({ loader }) => loader?.state === 'paused');
  }

  /** Starts and waits until it runs. */
  async start(): Promise<void> {
    const since = Date.now();
    await this.channels.start(this.name);
    await this.channels.waitRunning(this.name, { since, limitMs: RUN_LIMIT_MS });
  }

  async status(): Promise<PipelineStatus> {
    const [pipeline] = (await this.channels.status(this.name)).pipelines;
    if (pipeline === undefined) throw new Error(`the channel ${this.name} has no pipeline`);
    return pipeline;
  }

  /** Waits for a status. */
  until(what: string, holds: (status: PipelineStatus) => boolean, limitMs = 30_000): Promise<PipelineStatus> {
    const ask = async (): Promise<PipelineStatus | undefined> => {
      const status = await this.status();
      return holds(status) ? status : undefined;
    };
    return eventually(what, ask, { limitMs, describe: () => this.status() });
  }

  /** A connection in the source's or the target's schema; closed by the caller. */
  connect(side: 'from' | 'to'): Promise<Connection> {
    const { server, schema } = this.route[side];
    return connect(server, { database: schema, multipleStatements: true });
  }

  atSource(sql: string, values: readonly unknown[] = []): Promise<Row[]> {
    return this.query('from', sql, values);
  }

  atTarget(sql: string, values: readonly unknown[] = []): Promise<Row[]> {
    return this.query('to', sql, values);
  }

  /** Waits until everything that the source has committed is at the target. */
  async settle(limitMs = SETTLE_LIMIT_MS): Promise<void> {
    await settle(this.route, limitMs).catch(async (error: unknown) => {
      throw new Error(`not settled; status ${JSON.stringify(await this.status().catch(String))}`, { cause: error });
    });
  }

  /** Settles, then asserts that all tables are equal. */
  async assertEqual(): Promise<void> {
    await this.settle();
    const { from, to } = this.route;
    for (const table of Object.keys(this.options.tables)) {
      const found = await compareTables({ source: { ...from, table }, target: { ...to, table } });
      assert.deepEqual(found.examples.map(differenceLine), [], `${table} differs after ${found.rows} rows`);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { from, to } = this.route;
    await this.channels.remove(this.name);
    await run(to.server, [`DROP DATABASE IF EXISTS ${to.schema}`]);
    if (this.options.sharing === undefined) await run(from.server, [`DROP DATABASE IF EXISTS ${from.schema}`]);
  }

  private schema(name: string): string[] {
    const tables = Object.entries(this.options.tables).map(
      ([table, body]) => `CREATE TABLE ${name}.${table} (${body})`,
    );
    return [`CREATE DATABASE ${name} CHARACTER SET utf8mb4`, ...tables, markerTable(name)];
  }

  private async query(side: 'from' | 'to', sql: string, values: readonly unknown[]): Promise<Row[]> {
    const connection = await this.connect(side);
    try {
      const [rows] = await connection.query<(Row & RowDataPacket)[]>(sql, [...values]);
      return rows;
    } finally {
      await connection.end();
    }
  }

  private document({ start = this.options.start ?? 'end', state }: { start?: Start; state?: string }): object {
    const { from, to } = this.route;
    const { partitions, sharing } = this.options;
    const target = `t-${this.word}`;
    const source = { ...databaseAt(from.server, 'sh'), ...(partitions === undefined ? {} : { partitions }) };
    return {
      apiVersion: 'lutra/v1',
      kind: 'Channel',
      name: this.name,
      ...(state === undefined ? {} : { state }),
      databases: {
        ...(sharing === undefined ? { [this.sourceName]: source } : {}),
        [target]: databaseAt(to.server, 'us'),
      },
      pipelines: [
        {
          name: 'p',
          from: this.sourceName,
          to: target,
          start,
          mappings: [{ from: `${from.schema}.*`, to: `${to.schema}.*` }],
        },
      ],
    };
  }
}

/** A database as documents declare it; the logins are those that the stack gives its services. */
export function databaseAt({ host, port }: Server, site: 'sh' | 'us'): object {
  const [user, env] = site === 'sh' ? ['lutra', 'LUTRA_DB_PASSWORD'] : ['lutra_load', 'LUTRA_LOAD_PASSWORD'];
  return { site, hosts: `${host}:${port}`, user, password: { env } };
}
