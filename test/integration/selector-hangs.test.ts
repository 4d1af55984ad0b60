import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { test } from 'node:test';
import { Relay } from '../../chaos/relay.ts';
import { connect, serverAt } from '../../demo/servers.ts';
import type { SourceRunner } from '../../services/selector/source-runner.ts';
import { emptyHead, HEARTBEAT, INSERT, readHead, STATEMENT } from '../../shared/codec/record-head.ts';
import { followTopic } from '../../shared/kafka/topic-follower.ts';
import { openLeases } from '../../shared/redis/leases.ts';
import { createLogger } from '../../shared/runtime/log.ts';
import { attachStack } from '../../stack/api.ts';
import { rowsTopic } from '../../topics/topics.ts';
import { type DecodedRecord, readRecords } from '../support/decoded-topic.ts';
import { eventually } from '../support/eventually.ts';
import { type RunnerOptions, startOwnRunner, startOwnSelector } from '../support/own-selector.ts';
import { SilentLink } from '../support/silent-link.ts';

/** A source of its own at a server of the stack, and what its selector tells. */
async function openSource(at = 'order') {
  const stack = attachStack();
  const server = serverAt(stack.address(at));
  const word = randomInt(2 ** 31 - 1);
  const [schema, name] = [`hang_${word}`, `h-${word}`];
  const db = await connect(server, { multipleStatements: true });
  await db.query(`CREATE DATABASE ${schema}; USE ${schema};
    CREATE TABLE plain (id INT PRIMARY KEY); CREATE TABLE odd (id INT PRIMARY KEY, v VARCHAR(9) CHARACTER SET gbk)`);
  const place = { kafka: stack.address('kafka-sh'), registry: stack.address('registry', 'http').replace(/\/+$/, '') };
  const topic = rowsTopic(`sh.${name}`);
  const told: string[] = [];
  const start = (port: number, options: Partial<RunnerOptions> = {}): SourceRunner => {
    const onState = (): void => {
      const { state, reason } = runner.snapshot();
      const what = `${state} ${reason?.code ?? ''}`.trim();
      if (told.at(-1) !== what) told.push(what);
    };
    const runner = startOwnRunner({ ...place, name, schema, host: `127.0.0.1:${port}`, onState, ...options });
    return runner;
  };
  const running = (runner: SourceRunner): Promise<true> =>
    eventually('it runs', () => runner.snapshot().state === 'running', { limitMs: 60_000, describe: () => told });
  /** Of the rows on the topic, each under a higher number than the one before; statements of the whole server stand there too. */
  const ids = async (count: number): Promise<unknown[]> => {
    const rowsOf = (found: readonly DecodedRecord[]) => found.filter(({ sql }) => sql === undefined);
    const rows = rowsOf(await readRecords({ ...place, topic }, (found) => rowsOf(found).length >= count, 60_000));
    const serials = rows.map(({ source }) => Number(source.serial));
    assert.deepEqual(
      serials,
      [...new Set(serials)].toSorted((a, b) => a - b),
    );
    return rows.map(({ after }) => after?.id);
  };
  const close = async (): Promise<void> => {
    await db.query(`DROP DATABASE ${schema}`);
    db.destroy();
  };
  const redis = stack.address('redis');
  return {
    ...{ server, schema, name, db, place, topic, told, redis, start, running, ids },
    [Symbol.asyncDispose]: close,
  };
}

test('regression 25: a run of the selector that hangs in a question to the source is stalled, then given up, and the next one publishes every row once', async () => {
  await using source = await openSource();
  const { server, db, told } = source;
  await using link = await SilentLink.to(server.host, server.port);
  const runner = source.start(link.port, { restartAfter: { decode: 1_000 } });
  try {
    await source.running(runner);
    await db.query('INSERT INTO plain VALUES (1)');
    void link.fallSilentAt((bytes) => bytes.includes('USING gbk'));
    await db.query("INSERT INTO odd VALUES (2, '\u4e2d'); INSERT INTO plain VALUES (3)");
    assert.deepEqual(await source.ids(3), [1, 2, 3]);
    await source.running(runner);
    assert.deepEqual(told.slice(told.indexOf('running')), ['running', 'stalled STALLED', 'waiting STALLED', 'running']);
  } finally {
    await runner.stop();
  }
});

test('a selector that is to end waits 10 s for a run that hangs, says so, gives the source back, and the next one publishes every row once', async () => {
  await using source = await openSource();
  const { server, db, told, name } = source;
  await using link = await SilentLink.to(server.host, server.port);
  const leases = openLeases(source.redis, createLogger('test', 'silent'));
  const before = source.start(server.port);
  try {
    await source.running(before);
    await db.query('INSERT INTO plain VALUES (1)');
    await source.ids(1);
  } finally {
    assert.equal(await before.stop(), true);
  }
  await eventually('Redis answers', () => leases.ping().then(() => true));
  const hanging = link.fallSilentAt((bytes) => bytes.includes('COLLATIONS'));
  const runner = source.start(link.port, { leases });
  await db.query('INSERT INTO plain VALUES (2)');
  await hanging;
  const [lease, asked] = [`lutra:selector:sh.${name}`, performance.now()];
  assert.ok((await leases.holder(lease))?.startsWith('own/'));
  assert.equal(await runner.stop(), false, 'it did not drain');
  const ms = performance.now() - asked;
  assert.ok(ms > 9_000 && ms < 15_000, `${ms} ms`);
  assert.deepEqual(told.slice(-2), ['waiting DRAIN_CUT_SHORT', 'stopped']);
  assert.equal(await leases.holder(lease), undefined);
  leases.close();
  const after = source.start(server.port);
  try {
    assert.deepEqual(await source.ids(2), [1, 2]);
  } finally {
    assert.equal(await after.stop(), true);
  }
});

/** Between what a source does and what a selector can know of it; MariaDB tells times in seconds. */
const UNHEARD_MS = 3_000;
const HELD_MS = 6_000;

for (const [at, name] of [
  ['order', 'MySQL'],
  ['user', 'MariaDB'],
] as const) {
  test(`the lag is honest, ${name}: heartbeats of a selector that does not get the log bear no time that is newer than the row behind them`, async () => {
    await using source = await openSource(at);
    const { server, db, place, topic } = source;
    await using link = await Relay.open(server.port);
    const own = startOwnSelector({ ...source, ...place, host: `127.0.0.1:${link.port}` });
    try {
      await own.reading;
      await db.query('INSERT INTO plain VALUES (1)');
      await timesUntil(place.kafka, topic, (times) => times.at(-1)?.op === HEARTBEAT && times.some(isRow));
      link.hold();
      await db.query('INSERT INTO plain VALUES (2)');
      const heldAt = performance.now();
      await eventually('some seconds are over', () => performance.now() - heldAt > HELD_MS);
      link.clear();
      const times = await timesUntil(place.kafka, topic, (found) => found.filter(isRow).length === 2);
      const row = times.at(-1)?.ms ?? 0;
      const newest = Math.max(...times.slice(0, -1).map(({ ms }) => ms));
      assert.ok(newest > row - UNHEARD_MS && newest < row + UNHEARD_MS, `${newest - row} ms behind the row`);
      const later = await timesUntil(place.kafka, topic, (found) => (found.at(-1)?.ms ?? 0) > row + HELD_MS);
      assert.equal(later.at(-1)?.op, HEARTBEAT, 'when all is read, heartbeats bear the time of now');
    } finally {
      own.stop.abort();
      await own.done;
    }
  });
}

type Time = { readonly op: number; readonly ms: number };

function isRow({ op }: Time): boolean {
  return op === INSERT;
}

/** The times of all rows and heartbeats of a topic, once they are as they are to be; ends with the first that makes them so. */
async function timesUntil(kafka: string, topic: string, enough: (times: readonly Time[]) => boolean): Promise<Time[]> {
  const address = { brokers: [kafka], clientId: 'test', log: createLogger('test', 'silent') };
  const times: Time[] = [];
  for await (const { records } of followTopic({ ...address, topic }, AbortSignal.timeout(30_000))) {
    for (const { value } of records) {
      const head = emptyHead();
      if (value === null || !readHead(value, { bytes: value, at: 0 }, head)) continue;
      if (head.op === STATEMENT) continue;
      times.push({ op: head.op, ms: head.committed / 1_000 });
      if (enough(times)) return times;
    }
  }
  throw new Error(`${topic} holds ${JSON.stringify(times.slice(-5))}`);
}
