import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BatchList, CounterList, History } from '../../services/admin-api/schemas/history.ts';
import { eventually } from '../support/eventually.ts';
import { Flow } from '../support/flow.ts';
import { Observed } from '../support/observed.ts';

const TABLES = { t: 'id INT NOT NULL PRIMARY KEY, v INT', u: 'id INT NOT NULL PRIMARY KEY' };
/** The current minute is written every 15 s. */
const TOLD_MS = 45_000;

test('history: rows and lags of what flowed while the admin API was away are there when it is back; counters and batches', async (t) => {
  await using flow = await Flow.open({ tables: TABLES });
  const observed = new Observed(flow.stack);
  const path = `/channels/${flow.name}`;
  const began = Date.now();
  await flow.atSource('INSERT INTO t VALUES (1, 1), (2, 2), (3, 3)');
  await flow.settle();
  await flow.stack.stop('admin-api');
  await flow.atSource('UPDATE t SET v = 9 WHERE id < 3');
  await flow.atSource('DELETE FROM t WHERE id = 3');
  await flow.atSource('INSERT INTO u VALUES (1)');
  await flow.settle();
  await flow.stack.start('admin-api');
  await eventually('the admin API answers', () => flow.stack.process('admin-api').state === 'ready', {
    limitMs: 120_000,
  });
  const sumOf = async (query: string): Promise<[number, number, number]> => {
    const { points } = await observed.get<History>(`${path}/history?from=${began - 3_600_000}&${query}`);
    return points.reduce(([i, u, d], point) => [i + point.inserts, u + point.updates, d + point.deletes], [0, 0, 0] as [
      number,
      number,
      number,
    ]);
  };
  const table = (name: string): string => `table=${flow.route.from.schema}.${name}`;
  await eventually(
    'the history has all rows',
    async () => {
      const [sums, ofU] = [await sumOf(table('t')), await sumOf(table('u'))];
      return sums.join() === '3,2,1' && ofU.join() === '1,0,0';
    },
    { limitMs: TOLD_MS, describe: async () => [await sumOf(table('t')), await sumOf(table('u'))] },
  );
  const { points, stepMs } = await observed.get<History>(`${path}/history?pipeline=p`);
  assert.equal(stepMs, 60_000);
  const newest = points.at(-1);
  assert.ok(newest?.lagMax !== undefined && newest.lagP50 !== undefined && newest.lagP50 <= newest.lagMax);
  await t.test('a longer step takes a minute over when it ends', async () => {
    const { items } = await eventually(
      'the counters know the tables',
      async () => {
        const found = await observed.get<CounterList>(`${path}/counters`);
        return found.items.some(({ table: name, deletes }) => name.endsWith('.t') && deletes === 1) && found;
      },
      { limitMs: 100_000 },
    );
    const ofT = items.find(({ table: name }) => name === `${flow.route.from.schema}.t`);
    assert.deepEqual({ ...ofT, table: '' }, { pipeline: 'p', table: '', inserts: 3, updates: 2, deletes: 1 });
  });
  await t.test('batches tell every station in its order', async () => {
    await flow.atSource('INSERT INTO u VALUES (2)');
    await flow.settle();
    const { items } = await eventually('a batch is told', async () => {
      const found = await observed.get<BatchList>(`${path}/batches?pipeline=p`);
      return found.items.length > 0 && found;
    });
    for (const batch of items) {
      assert.ok(batch.rows > 0 && batch.bytes > 0 && batch.transactions > 0);
      const stations = [batch.publishedAt, batch.arrivedAt, batch.endedAt];
      assert.deepEqual(
        stations,
        stations.toSorted((a, b) => a - b),
      );
      assert.ok(batch.startedAt <= batch.endedAt && batch.committedAt <= batch.endedAt);
    }
  });
  await t.test('a wrong pipeline and a wrong time are named', async () => {
    const wrong = await observed.send('GET', `${path}/history?pipeline=none`);
    assert.equal(((await wrong.json()) as { code: string }).code, 'PIPELINE_UNKNOWN');
    const time = await observed.send('GET', `${path}/history?from=x`);
    assert.equal(time.status, 400);
  });
});
