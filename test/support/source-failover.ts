import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ChannelStatus, Channels } from '../../demo/channels.ts';
import { connect, query, run, type Server, serverAt } from '../../demo/servers.ts';
import { parseGtidSet } from '../../shared/model/gtid-set.ts';
import { upStack } from '../../stack/api.ts';
import { eventually } from './eventually.ts';
import { databaseAt } from './flow.ts';
import type { Replicas } from './replicas.ts';
import { testStack } from './stack.ts';

type PipelineStatus = ChannelStatus['pipelines'][number];

/** One test of a file: what it promises, and the body that sees to it. */
export type Promised = readonly [promise: string, keep: () => Promise<void>];

/**
 * What the fail-over of a source promises, with two servers of its own, which replicate by GTID, as the hosts of one source. Each test begins where the
 * one before ended. The files of a flavour register them, so that the runner knows whose they are.
 */
export async function failoverOf(replicas: Replicas): Promise<{ tests: Promised[]; close: () => Promise<void> }> {
  const { flavour, engine } = replicas;
  const tests: Promised[] = [];
  const dir = mkdtempSync(join(tmpdir(), 'lutra-failover-'));
  const own = await upStack({
    dir,
    port: 0,
    databases: `a=${engine},b=${engine}`,
    databaseArguments: replicas.settings,
    only: ['a', 'b'],
    noServices: true,
    tiedToCaller: true,
  });
  const stack = await testStack();
  const channels = new Channels(stack.address('admin-api', 'http'), stack.token);
  const word = randomBytes(4).toString('hex');
  const [name, from, to] = [`c-${word}`, `s_${word}`, `t_${word}`];
  const a = serverAt(own.address('a'));
  const b = serverAt(own.address('b'));
  const target = serverAt(stack.address('otter'));
  const hosts = (...servers: Server[]): string => servers.map(({ host, port }) => `${host}:${port}`).join(', ');
  const NOWHERE = { ...a, port: 1 };
  let written = 0;

  const close = async (): Promise<void> => {
    await channels.remove(name).catch(() => {});
    await run(target, [`DROP DATABASE IF EXISTS ${to}`]);
    await own.reset();
    rmSync(dir, { recursive: true, force: true });
  };

  promise(
    `regression 15 ${flavour}: a source that dies under writes is read on at its replica by GTID; nothing is lost or doubled`,
    async () => {
      // A table without a key: a row that came twice would stay.
      await run(target, [`CREATE DATABASE ${to}`, `CREATE TABLE ${to}.t (n INT, v VARCHAR(20))`]);
      await run(a, [`CREATE DATABASE ${from}`, `CREATE TABLE ${from}.t (n INT, v VARCHAR(20))`]);
      await follow(b, a);
      await begin(hosts(a, b));
      await write(a, 100);
      await arrived();
      await write(a, 100);
      await using open = await connectTo(a);
      await open.session.query('BEGIN');
      await open.session.query(`INSERT INTO ${from}.t VALUES (-1, 'never committed')`);
      await reaches(b, 'executed', a);
      await die('a');
      await promote(b);
      await write(b, 100);
      await arrived();
    },
  );

  promise(
    `regression 15 ${flavour}: a replica that lags behind what was read is named and waited for, then read from`,
    async () => {
      await own.start('a');
      await own.waitHealthy('a');
      await follow(a, b);
      await reaches(a, 'executed', b);
      await run(a, ['STOP REPLICA SQL_THREAD']);
      await write(b, 50);
      await arrived();
      await reaches(a, 'received', b);
      await die('b');
      const { selector } = await becomes('SOURCE_BEHIND');
      assert.equal(selector?.state, 'waiting');
      assert.match(selector?.reason?.message ?? '', new RegExp(`${hosts(a)} lacks transactions`));
      assert.match(selector?.reason?.message ?? '', new RegExp(`${hosts(b)} does not answer`));
      await run(a, ['START REPLICA SQL_THREAD']);
      await until('the selector runs', (status) => status.selector?.state === 'running');
      await promote(a);
      await write(a, 50);
      await arrived();
    },
  );

  promise(
    `regression 15 ${flavour}: a host that lacks what was read and has gone on by itself is named and never read from`,
    async () => {
      await own.start('b');
      await own.waitHealthy('b');
      await insert(b, 60, () => -2);
      await apply(hosts(b));
      const { selector } = await becomes('SOURCE_BEHIND');
      assert.equal(selector?.state, 'waiting');
      assert.match(selector?.reason?.message ?? '', new RegExp(`${hosts(b)} lacks transactions`));
      await apply(hosts(b, a));
      await write(a, 10);
      await arrived();
    },
  );

  promise(
    `regression 14 ${flavour}: log that was purged before it was read, or lies before a backup, is the state gap; nothing behind it is applied`,
    async () => {
      await apply(hosts(NOWHERE));
      await becomes('SOURCE_UNREACHABLE');
      const before = written;
      await write(a, 10);
      await run(b, [replicas.reset, replicas.restored(await executedBy(a))]);
      await run(a, ['FLUSH BINARY LOGS']);
      // NOTE a server keeps what one reads that has just gone, until it notices.
      await eventually('the log is purged', async () => {
        const files = await query(a, 'SHOW BINARY LOGS');
        await run(a, [`PURGE BINARY LOGS TO '${files.at(-1)?.Log_name}'`]);
        return files.length === 1;
      });
      await follow(b, a); // NOTE a server purges nothing that a replica still reads
      await write(a, 10);
      await reaches(b, 'executed', a);
      for (const host of [b, a]) {
        await apply(hosts(host));
        const { selector } = await becomes('SOURCE_LOG_PURGED', hosts(host));
        assert.equal(selector?.state, 'gap');
        assert.match(selector?.reason?.remedy ?? '', /copy the tables/);
        assert.equal((await rowsAt(target)).length, before);
      }
    },
  );

  promise(
    `regression 15 ${flavour}: a log that is begun anew while it is read is named and never read on`,
    async () => {
      await channels.remove(name);
      await run(a, [replicas.reset]); // NOTE the reader of a later file would be told that its file is gone
      await copyTable();
      await begin(hosts(a));
      await write(a, 10);
      await arrived();
      const before = (await rowsAt(target)).length;
      await run(a, [replicas.reset]);
      await write(a, 3);
      const { selector } = await becomes('SOURCE_LOG_RESET');
      assert.equal(selector?.state, 'gap');
      assert.match(selector?.reason?.message ?? '', /begun anew/);
      assert.equal((await rowsAt(target)).length, before);
    },
  );

  return { tests, close };

  function promise(text: string, keep: () => Promise<void>): void {
    tests.push([text, keep]);
  }

  /** Makes a server the replica of another by GTID. */
  async function follow(replica: Server, source: Server): Promise<void> {
    await run(replica, [replicas.follow(source), 'START REPLICA']);
  }

  async function promote(replica: Server): Promise<void> {
    await run(replica, ['STOP REPLICA', 'RESET REPLICA ALL']);
  }

  async function executedBy(server: Server): Promise<string> {
    const [row] = await query(server, `SELECT ${replicas.executed} AS gtids`);
    return String(row?.gtids).replaceAll(/\s/g, '');
  }

  /** Waits until a replica has executed, or at least received, all that its source has. */
  async function reaches(replica: Server, what: 'executed' | 'received', source: Server): Promise<void> {
    const gtids = await executedBy(source);
    const status = async () => (await query(replica, 'SHOW REPLICA STATUS'))[0] ?? {};
    const had = async () => (what === 'executed' ? executedBy(replica) : replicas.received(await status()));
    await eventually(`the replica has ${gtids}`, async () => parseGtidSet(await had()).containsAll(gtids), {
      limitMs: 60_000,
      describe: status,
    });
  }

  async function write(server: Server, count: number): Promise<void> {
    await insert(server, count, () => ++written);
  }

  async function insert(server: Server, count: number, number: () => number): Promise<void> {
    await using open = await connectTo(server);
    for (let i = 0; i < count; i++) {
      const n = number();
      await open.session.query(`INSERT INTO ${from}.t VALUES (?, ?)`, [n, `row ${n}`]);
    }
  }

  /** Waits until the target has every written row, then asserts that it has each of them once. */
  async function arrived(): Promise<void> {
    const last = async (): Promise<boolean> => (await rowsAt(target)).at(-1) === written;
    await eventually(`row ${written} is at the target`, last, { limitMs: 90_000, describe: status });
    assert.deepEqual(
      await rowsAt(target),
      Array.from({ length: written }, (_, i) => i + 1),
    );
  }

  async function rowsAt(server: Server): Promise<number[]> {
    const schema = server === target ? to : from;
    return (await query(server, `SELECT n FROM ${schema}.t ORDER BY n`)).map(({ n }) => Number(n));
  }

  /** What the remedy of a gap asks for. */
  async function copyTable(): Promise<void> {
    const rows = (await rowsAt(a)).map((n) => `(${n}, 'row ${n}')`);
    await run(target, [`TRUNCATE ${to}.t`, `INSERT INTO ${to}.t VALUES ${rows.join()}`]);
  }

  /** Kills a server with SIGKILL and keeps it down. */
  async function die(server: 'a' | 'b'): Promise<void> {
    process.kill(own.process(server).pid ?? 0, 'SIGKILL');
    await own.stop(server);
  }

  async function connectTo(server: Server) {
    const session = await connect(server);
    return { session, [Symbol.asyncDispose]: async () => session.destroy() };
  }

  async function apply(list: string): Promise<void> {
    const source = { ...databaseAt(a, 'sh'), hosts: list };
    const mappings = [{ from: `${from}.*`, to: `${to}.*` }];
    const pipelines = [{ name: 'p', from: `s-${word}`, to: `t-${word}`, start: 'end', mappings }];
    const databases = { [`s-${word}`]: source, [`t-${word}`]: databaseAt(target, 'us') };
    await channels.apply(JSON.stringify({ apiVersion: 'lutra/v1', kind: 'Channel', name, databases, pipelines }));
  }

  /** Applies the channel for the first time; what is committed from then on is to arrive. */
  async function begin(list: string): Promise<void> {
    const since = Date.now();
    await apply(list);
    await channels.waitRunning(name, { since, limitMs: 60_000 });
  }

  async function status(): Promise<PipelineStatus> {
    const [pipeline] = (await channels.status(name)).pipelines;
    if (pipeline === undefined) throw new Error(`the channel ${name} has no pipeline`);
    return pipeline;
  }

  /** Waits until the selector gives a reason, about a certain host when one is named. */
  function becomes(code: string, host = ''): Promise<PipelineStatus> {
    return until(`the selector says ${code}`, ({ selector }) => {
      const { reason } = selector ?? {};
      return reason?.code === code && reason.message.includes(host);
    });
  }

  function until(what: string, holds: (status: PipelineStatus) => boolean): Promise<PipelineStatus> {
    const ask = async () => {
      const now = await status();
      return holds(now) ? now : undefined;
    };
    return eventually(what, ask, { limitMs: 60_000, describe: status });
  }
}
