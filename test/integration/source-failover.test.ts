import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type ChannelStatus, Channels } from '../../demo/channels.ts';
import { connect, query, run, type Server, serverAt } from '../../demo/servers.ts';
import { upStack } from '../../stack/api.ts';
import { eventually } from '../support/eventually.ts';
import { databaseAt } from '../support/flow.ts';
import { testStack } from '../support/stack.ts';

// Two servers of its own, which replicate by GTID, are the hosts of one source. Each test begins where the one before ended.
const dir = mkdtempSync(join(tmpdir(), 'lutra-failover-'));
const own = await upStack({
  dir,
  port: 0,
  databases: 'a=mysql,b=mysql',
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

after(async () => {
  await channels.remove(name).catch(() => {});
  await run(target, [`DROP DATABASE IF EXISTS ${to}`]);
  await own.reset();
  rmSync(dir, { recursive: true, force: true });
});

test('regression 15: a source that dies under writes is read on at its replica by GTID; nothing is lost or doubled', async () => {
  // A table without a key: a row that came twice would stay.
  await run(target, [`CREATE DATABASE ${to}`, `CREATE TABLE ${to}.t (n INT, v VARCHAR(20))`]);
  await run(a, [`CREATE DATABASE ${from}`, `CREATE TABLE ${from}.t (n INT, v VARCHAR(20))`]);
  await follow(b, a);
  await apply(hosts(a, b));
  await write(a, 100);
  await arrived();
  await write(a, 100);
  await using open = await connectTo(a);
  await open.session.query('BEGIN');
  await open.session.query(`INSERT INTO ${from}.t VALUES (-1, 'never committed')`);
  await reaches(b, 'gtid_executed', a);
  await die('a');
  await run(b, ['STOP REPLICA', 'RESET REPLICA ALL']);
  await write(b, 100);
  await arrived();
});

test('regression 15: a replica that lags behind what was read is named and waited for, then read from', async () => {
  await own.start('a');
  await own.waitHealthy('a');
  await follow(a, b);
  await reaches(a, 'gtid_executed', b);
  await run(a, ['STOP REPLICA SQL_THREAD']);
  await write(b, 50);
  await arrived();
  await reaches(a, 'received', b);
  await die('b');
  const { selector } = await until('the selector waits', (status) => status.selector?.reason?.code === 'SOURCE_BEHIND');
  assert.equal(selector?.state, 'waiting');
  assert.match(selector?.reason?.message ?? '', new RegExp(`${hosts(a)} lacks transactions`));
  assert.match(selector?.reason?.message ?? '', new RegExp(`${hosts(b)} does not answer`));
  await run(a, ['START REPLICA SQL_THREAD']);
  await until('the selector runs', (status) => status.selector?.state === 'running');
  await run(a, ['STOP REPLICA', 'RESET REPLICA ALL']);
  await write(a, 50);
  await arrived();
});

test('regression 14: log that was purged before it was read is the state gap, and nothing behind it is applied', async () => {
  await apply(hosts(NOWHERE));
  await until('the source is away', (status) => status.selector?.reason?.code === 'SOURCE_UNREACHABLE');
  const before = written;
  await write(a, 10);
  await run(a, ['FLUSH BINARY LOGS']);
  const files = await query(a, 'SHOW BINARY LOGS');
  await run(a, [`PURGE BINARY LOGS TO '${files.at(-1)?.Log_name}'`]);
  await write(a, 10);
  await apply(hosts(a));
  const { selector } = await until('the gap', (status) => status.selector?.reason?.code === 'SOURCE_LOG_PURGED');
  assert.equal(selector?.state, 'gap');
  assert.match(selector?.reason?.remedy ?? '', /copy the tables/);
  assert.equal((await rowsAt(target, to)).length, before);
});

test('regression 15: a log that was begun anew is named and never read on', async () => {
  await run(a, ['RESET BINARY LOGS AND GTIDS']);
  const before = (await rowsAt(target, to)).length;
  await write(a, 10);
  const { selector } = await until('the reset', (status) => status.selector?.reason?.code === 'SOURCE_LOG_RESET');
  assert.equal(selector?.state, 'gap');
  assert.match(selector?.reason?.message ?? '', /begun anew/);
  assert.equal((await rowsAt(target, to)).length, before);
});

/** Makes a server the replica of another by GTID. */
async function follow(replica: Server, source: Server): Promise<void> {
  await run(replica, [
    `CHANGE REPLICATION SOURCE TO SOURCE_HOST = '${source.host}', SOURCE_PORT = ${source.port}, SOURCE_USER = 'lutra',
      SOURCE_PASSWORD = 'lutra', SOURCE_AUTO_POSITION = 1, GET_SOURCE_PUBLIC_KEY = 1, SOURCE_CONNECT_RETRY = 1`,
    'START REPLICA',
  ]);
}

/** Waits until a replica has executed, or at least received, all that its source has. */
async function reaches(replica: Server, what: 'gtid_executed' | 'received', source: Server): Promise<void> {
  const [{ set = '' } = {}] = await query(source, 'SELECT @@GLOBAL.gtid_executed AS `set`');
  const received = `(SELECT CONCAT(@@GLOBAL.gtid_executed, ',', RECEIVED_TRANSACTION_SET)
    FROM performance_schema.replication_connection_status)`;
  const sql = `SELECT GTID_SUBSET(?, ${what === 'received' ? received : '@@GLOBAL.gtid_executed'}) AS done`;
  await eventually(
    `the replica has ${set}`,
    async () => Number((await query(replica, sql, [String(set)]))[0]?.done) === 1,
    {
      limitMs: 60_000,
      describe: () => query(replica, 'SHOW REPLICA STATUS'),
    },
  );
}

async function write(server: Server, count: number): Promise<void> {
  await using open = await connectTo(server);
  for (let i = 0; i < count; i++)
    await open.session.query(`INSERT INTO ${from}.t VALUES (?, ?)`, [++written, `row ${written}`]);
}

/** Waits until the target has every written row, then asserts that it has each of them once. */
async function arrived(): Promise<void> {
  const last = async (): Promise<boolean> => (await rowsAt(target, to)).at(-1) === written;
  await eventually(`row ${written} is at the target`, last, { limitMs: 90_000, describe: status });
  assert.deepEqual(
    await rowsAt(target, to),
    Array.from({ length: written }, (_, i) => i + 1),
  );
}

async function rowsAt(server: Server, schema: string): Promise<number[]> {
  return (await query(server, `SELECT n FROM ${schema}.t ORDER BY n`)).map(({ n }) => Number(n));
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
  const since = Date.now();
  await channels.apply(JSON.stringify({ apiVersion: 'lutra/v1', kind: 'Channel', name, databases, pipelines }));
  if (written === 0) await channels.waitRunning(name, { since, limitMs: 60_000 });
}

async function status(): Promise<ChannelStatus['pipelines'][number]> {
  const [pipeline] = (await channels.status(name)).pipelines;
  if (pipeline === undefined) throw new Error(`the channel ${name} has no pipeline`);
  return pipeline;
}

function until(
  what: string,
  holds: (status: ChannelStatus['pipelines'][number]) => boolean,
): Promise<ChannelStatus['pipelines'][number]> {
  const ask = async () => {
    const now = await status();
    return holds(now) ? now : undefined;
  };
  return eventually(what, ask, { limitMs: 60_000, describe: status });
}
