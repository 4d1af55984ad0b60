import assert from 'node:assert/strict';
import { test } from 'node:test';
import { auditListSchema } from '../../services/admin-api/schemas/audit.ts';
import { callAdmin } from '../support/access.ts';
import { decide, statementsOf, untilStatement } from '../support/ddl-desk.ts';
import { Flow } from '../support/flow.ts';
import { assertSameStructure } from '../support/structure.ts';

const TABLES = { t: 'id INT PRIMARY KEY, v INT', other: 'id INT PRIMARY KEY' };

/** The target has two rows of one value, so that the unique index of the source cannot be made there. */
async function openWithRefusedIndex(): Promise<Flow> {
  const flow = await Flow.open({ tables: TABLES });
  await flow.atTarget('INSERT INTO t VALUES (901, 7), (902, 7)');
  await flow.atSource('ALTER TABLE t ADD UNIQUE KEY uv (v)');
  await flow.atSource('INSERT INTO t VALUES (1, 1)');
  await flow.atSource('UPDATE t SET v = 2 WHERE id = 1');
  await flow.atSource('ALTER TABLE t ADD COLUMN w INT');
  await flow.atSource('INSERT INTO t VALUES (2, 3, 4)');
  return flow;
}

test('a DDL that the target refuses is held with its reason, rows of its table wait in order, other tables flow', async () => {
  await using flow = await openWithRefusedIndex();
  const held = await untilStatement(flow, 'a held statement', ({ state }) => state === 'held');
  assert.match(held.reason?.message ?? '', /Duplicate entry '7' for key/);
  assert.deepEqual(held.tables, [`${flow.route.to.schema}.t`]);
  const queued = await untilStatement(flow, 'the ALTER behind it queued', ({ state }) => state === 'queued');
  assert.equal(await decide(flow, queued, { action: 'skip' }), 409);
  await flow.atSource('INSERT INTO other VALUES (5)');
  await flow.settle();
  assert.deepEqual(await flow.atTarget('SELECT id FROM other'), [{ id: 5 }]);
  assert.deepEqual(await flow.atTarget('SELECT id FROM t ORDER BY id'), [{ id: 901 }, { id: 902 }]);
  await flow.until(
    'it runs and tells the held statement',
    ({ state, loader }) => state === 'running' && loader?.ddl?.held.map(({ id }) => id).join() === held.id,
  );

  await flow.atTarget('DELETE FROM t WHERE id > 900');
  assert.equal(await decide(flow, held, { action: 'apply' }), 202);
  await untilStatement(flow, 'both applied', ({ id, state }) => id === queued.id && state === 'applied');
  await flow.assertEqual();
  await assertSameStructure(flow, 't');
  assert.deepEqual(await flow.atTarget('SELECT COUNT(*) AS n FROM lutra.parked WHERE uid = ?', [held.uid]), [
    { n: '0' },
  ]);
  assert.equal((await statementsOf(flow)).find(({ id }) => id === held.id)?.decision?.by, 'admin');
});

test('a held DDL can be skipped, and one whose decision is refused again stays held with the new reason', async () => {
  await using flow = await openWithRefusedIndex();
  const held = await untilStatement(flow, 'a held statement', ({ state }) => state === 'held');
  assert.equal(await decide(flow, held, { action: 'edit', sql: 'ALTER TABLE nowhere.t ADD c INT' }), 202);
  await untilStatement(
    flow,
    'held anew',
    ({ id, state, reason }) => id === held.id && state === 'held' && /nowhere/.test(reason?.message ?? ''),
  );
  assert.equal(await decide(flow, held, { action: 'skip' }), 202);
  await untilStatement(flow, 'skipped', ({ id, state }) => id === held.id && state === 'skipped');
  await flow.settle();
  assert.deepEqual(await flow.atTarget('SELECT * FROM t WHERE id < 900 ORDER BY id'), [
    { id: 1, v: 2, w: null },
    { id: 2, v: 3, w: 4 },
  ]);
  assert.equal(await decide(flow, held, { action: 'skip' }), 409);
  const answer = await callAdmin(flow.stack, `/api/v1/audit?channel=${flow.name}&action=statement`);
  const { items } = auditListSchema.parse(await answer.json());
  const mine = items.toReversed();
  assert.deepEqual(
    mine.map(({ what, outcome, by }) => [what, outcome, by]),
    [
      [`edit statement ${held.id}`, 'done', 'admin'],
      [`skip statement ${held.id}`, 'done', 'admin'],
      [`skip statement ${held.id}`, 'failed', 'admin'],
    ],
  );
});

test('what is parked survives a kill -9 of the loader and a restart of everything before it is decided', async () => {
  await using flow = await openWithRefusedIndex();
  const held = await untilStatement(flow, 'a held statement', ({ state }) => state === 'held');
  await flow.stack.kill('loader-us');
  await flow.stack.waitHealthy('loader-us', 60_000);
  await flow.atSource('INSERT INTO t VALUES (3, 5, 6)');
  await flow.settle();
  await flow.atTarget('DELETE FROM t WHERE id > 900');
  assert.equal(await decide(flow, held, { action: 'apply' }), 202);
  await untilStatement(flow, 'applied', ({ id, state }) => id === held.id && state === 'applied');
  await flow.assertEqual();
  await assertSameStructure(flow, 't');
});
