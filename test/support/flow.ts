import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { Connection, RowDataPacket } from 'mysql2/promise';
import { type ChannelStatus, Channels } from '../../demo/channels.ts';
import { compareTables, differenceLine } from '../../demo/compare.ts';
import { MARKER_TABLE, markerTable, type Route, settle } from '../../demo/marker.ts';
import { connect, type Row, run, type Server, serverAt } from '../../demo/servers.ts';
import type { Channel, Start } from '../../shared/model/channel.ts';
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
  /** The same for tables of the target that are not like those of the source; left out: they are. */
  readonly targetTables?: Readonly<Record<string, string>>;
  /** Mappings between the two schemas; left out: every table to the one of its name. */
  readonly mappings?: Mappings;
  readonly start?: Start;
  readonly partitions?: number;
  readonly policies?: Channel['policies'];
  /** What the document says of source and target beside, or instead of, the stack's own logins. */
  readonly databases?: { readonly from: object; readonly to: object };
  /** A flow whose source, declared in its channel, is read by this one too. */
  readonly sharing?: Flow;
};

/** The mappings of a document, made of the names of the two schemas. */
export type Mappings = (schemas: { readonly from: string; readonly to: string }) => readonly object[];

export type PipelineStatus = ChannelStatus['pipelines'][number];

const RUN_LIMIT_MS = 60_000;
const SETTLE_LIMIT_MS = Number(process.env.SETTLE ?? 90_000);

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
  private mappings: Mappings;

  private constructor(stack: StackHandle, options: FlowOptions) {
    const { source = 'order', target = 'otter', sharing } = options;
    this.stack = stack;
    this.options = options;
    this.mappings = options.mappings ?? (({ from: schema, to: copy }) => [{ from: `${schema}.*`, to: `${copy}.*` }]);
    this.channels = new Channels(stack.address('admin-api', 'http'), stack.token);
    this.sourceName = sharing?.sourceName ?? `s-${this.word}`;
    const from = sharing?.route.from ?? { server: serverAt(stack.address(source)), schema: `s_${this.word}` };
    this.route = { name: 'p', from, to: { server: serverAt(stack.address(target)), schema: `t_${this.word}` } };
  }

  /** Makes the tables; the channel comes with `apply`. */
  static async prepare(options: FlowOptions): Promise<Flow> {
    const flow = new Flow(await testStack(), options);
    const { from, to } = flow.route;
    if (options.sharing === undefined) await run(from.server, schemaOf(from.schema, options.tables));
    await run(to.server, schemaOf(to.schema, options.targetTables ?? options.tables));
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

  /** Applies other mappings to the running channel, and waits until the loader goes by them. Resolves to the ms that took. */
  async remap(mappings: Mappings): Promise<number> {
    const began = performance.now();
    this.mappings = mappings;
    const revision = await this.channels.apply(JSON.stringify(this.document({})));
    await this.until(`the loader follows revision ${revision}`, ({ loader }) => (loader?.revision ?? 0) >= revision);
    return performance.now() - began;
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

  /** Waits until all tables are equal: for sources of several partitions, whose marker tells of its own partition only. */
  async untilEqual(limitMs = 60_000): Promise<void> {
    const { from, to } = this.route;
    const pairs = Object.keys(this.options.tables).map((table) => ({
      source: { ...from, table },
      target: { ...to, table },
    }));
    const isEqual = async (): Promise<boolean> => {
      for (const pair of pairs) if ((await compareTables(pair)).differences > 0) return false;
      return true;
    };
    await eventually('all tables are equal', isEqual, { limitMs, describe: () => this.status() });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { from, to } = this.route;
    await this.channels.remove(this.name);
    await run(to.server, [`DROP DATABASE IF EXISTS ${to.schema}`]);
    if (this.options.sharing === undefined) await run(from.server, [`DROP DATABASE IF EXISTS ${from.schema}`]);
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

  /** The document as it was opened, or with changes. */
  document({ start = this.options.start ?? 'end', state }: { start?: Start; state?: string } = {}): object {
    const { from, to } = this.route;
    const { partitions, sharing, policies, databases } = this.options;
    const target = `t-${this.word}`;
    const source = {
      ...databaseAt(from.server, 'sh'),
      ...(partitions === undefined ? {} : { partitions }),
      ...databases?.from,
    };
    return {
      apiVersion: 'lutra/v1',
      kind: 'Channel',
      name: this.name,
      ...(state === undefined ? {} : { state }),
      ...(policies === undefined ? {} : { policies }),
      databases: {
        ...(sharing === undefined ? { [this.sourceName]: source } : {}),
        [target]: { ...databaseAt(to.server, 'us'), ...databases?.to },
      },
      pipelines: [
        {
          name: 'p',
          from: this.sourceName,
          to: target,
          start,
          // The marker first, so that no other mapping can leave it out.
          mappings: [
            { from: `${from.schema}.${MARKER_TABLE}`, to: `${to.schema}.${MARKER_TABLE}` },
            ...this.mappings({ from: from.schema, to: to.schema }),
          ],
        },
      ],
    };
  }
}

function schemaOf(name: string, tables: FlowOptions['tables']): string[] {
  const made = Object.entries(tables).map(([table, body]) => `CREATE TABLE ${name}.${table} (${body})`);
  return [`CREATE DATABASE ${name} CHARACTER SET utf8mb4`, ...made, markerTable(name)];
}

/** A database as documents declare it; the logins are those that the stack gives its services. */
export function databaseAt({ host, port }: Server, site: 'sh' | 'us'): object {
  const [user, env] = site === 'sh' ? ['lutra', 'LUTRA_DB_PASSWORD'] : ['lutra_load', 'LUTRA_LOAD_PASSWORD'];
  return { site, hosts: `${host}:${port}`, user, password: { env } };
}
