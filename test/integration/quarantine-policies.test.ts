import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decide, untilStatement } from '../support/ddl-desk.ts';
import { Flow } from '../support/flow.ts';
import { decideRow, untilQuarantine, untilStates } from '../support/quarantine-desk.ts';

const SOURCE = { t: 'id INT PRIMARY KEY, v VARCHAR(20)', other: 'id INT PRIMARY KEY, v VARCHAR(20)' };
const NARROW = { t: 'id INT PRIMARY KEY, v VARCHAR(5)', other: 'id INT PRIMARY KEY, v VARCHAR(5)' };

for (const target of ['otter', 'user']) {
  const name = target === 'user' ? 'MariaDB' : 'MySQL';

  test(`B16 ${name}: under pause-table the whole table waits behind a refused row, in order, and other tables flow`, async () => {
    await using flow = await Flow.open({
      ...{ target, tables: SOURCE, targetTables: NARROW },
      policies: { rowErrors: 'pause-table' },
    });
    await flow.atSource("INSERT INTO t VALUES (1, 'fits')");
    await flow.atSource("INSERT INTO t VALUES (2, 'much too long')");
    await flow.atSource("INSERT INTO t VALUES (3, 'next')");
    await flow.atSource("UPDATE t SET v = 'new' WHERE id = 1");
    await flow.atSource("INSERT INTO other VALUES (1, 'a')");
    const [poison] = await untilStates(flow, ['refused id=2', 'waiting id=3', 'waiting id=1']);
    await flow.settle();
    assert.deepEqual(await flow.atTarget('SELECT * FROM t'), [{ id: 1, v: 'fits' }]);
    assert.deepEqual(await flow.atTarget('SELECT id FROM other'), [{ id: 1 }]);
    assert.equal(await decideRow(flow, poison ?? { id: '' }, { action: 'skip' }), 202);
    await untilStates(flow, []);
    assert.deepEqual(await flow.atTarget('SELECT * FROM t ORDER BY id'), [
      { id: 1, v: 'new' },
      { id: 3, v: 'next' },
    ]);
  });
}

test('a mapping overrides the policy of the channel: a row of one table waits, one of another stops the pipeline by name until it is mended', async () => {
  await using flow = await Flow.open({
    ...{ tables: SOURCE, targetTables: NARROW },
    mappings: ({ from, to }) => [
      { from: `${from}.t`, to: `${to}.t`, rowErrors: 'quarantine' },
      { from: `${from}.*`, to: `${to}.*` },
    ],
  });
  await flow.atSource("INSERT INTO t VALUES (1, 'much too long')");
  await untilStates(flow, ['refused id=1']);
  await flow.atSource("INSERT INTO other VALUES (1, 'much too long')");
  const blocked = await flow.until('the pipeline is blocked', ({ state }) => state === 'blocked');
  assert.equal(blocked.loader?.reason?.code, 'TARGET_REFUSED');
  await flow.atTarget('ALTER TABLE other MODIFY v VARCHAR(20)');
  await flow.settle();
  await untilStates(flow, ['refused id=1']);
});

test('a quarantine at its limit stops the pipeline by name instead of keeping more; it goes on when rows are settled', async () => {
  await using flow = await Flow.open({
    ...{ tables: SOURCE, targetTables: NARROW },
    policies: { rowErrors: 'quarantine', quarantineLimit: { rows: 2, bytes: 1 << 20 } },
  });
  await flow.atSource("INSERT INTO t VALUES (1, 'much too long')");
  await untilStates(flow, ['refused id=1']);
  await flow.atSource("UPDATE t SET v = 'short' WHERE id = 1");
  const [poison] = await untilStates(flow, ['refused id=1', 'waiting id=1']);
  await flow.atSource("INSERT INTO t VALUES (2, 'much too long')");
  const blocked = await flow.until('the pipeline is blocked', ({ state }) => state === 'blocked');
  assert.equal(blocked.loader?.reason?.code, 'QUARANTINE_FULL');
  assert.equal(await decideRow(flow, poison ?? { id: '' }, { action: 'skip' }), 202);
  await untilStates(flow, ['refused id=2']);
  await flow.settle();
});

test('B16: a statement about a table with rows in quarantine waits for them, rows behind it wait for it, and all follow in order by themselves', async () => {
  await using flow = await Flow.open({
    ...{ tables: SOURCE, targetTables: NARROW },
    policies: { rowErrors: 'quarantine' },
  });
  await flow.atSource("INSERT INTO t VALUES (1, 'much too long')");
  const [poison] = await untilStates(flow, ['refused id=1']);
  await flow.atSource('ALTER TABLE t DROP COLUMN v, ADD COLUMN w INT');
  await flow.atSource('INSERT INTO t VALUES (2, 5)');
  await flow.atSource("INSERT INTO other VALUES (1, 'a')");
  const held = await untilStatement(flow, 'the statement held', ({ state }) => state === 'held');
  assert.equal(held.reason?.code, 'DDL_BEHIND_QUARANTINE');
  await flow.settle();
  assert.deepEqual(await flow.atTarget('SELECT id FROM other'), [{ id: 1 }]);
  assert.deepEqual(await flow.atTarget('SELECT * FROM t'), []);
  assert.equal(await decideRow(flow, poison ?? { id: '' }, { action: 'edit', values: { v: 'cut' } }), 202);
  await untilStatement(flow, 'the statement applied', ({ id, state }) => id === held.id && state === 'applied');
  await flow.settle();
  await flow.assertEqual();
});

test('B16: rows that waited for a statement and are refused behind it go into quarantine by key, the others of their table flow', async () => {
  await using flow = await Flow.open({ tables: SOURCE, policies: { rowErrors: 'quarantine', ddl: 'hold' } });
  await flow.atSource('ALTER TABLE t ADD COLUMN w INT');
  const held = await untilStatement(flow, 'the statement held', ({ state }) => state === 'held');
  await flow.atSource("INSERT INTO t VALUES (1, 'much too long', 1), (2, 'b', 2)");
  await flow.atSource('UPDATE t SET w = 3');
  await flow.settle();
  const sql = `ALTER TABLE ${flow.route.to.schema}.t ADD COLUMN w INT, MODIFY v VARCHAR(5)`;
  assert.equal(await decide(flow, held, { action: 'edit', sql }), 202);
  const [poison] = await untilStates(flow, ['refused id=1', 'waiting id=1']);
  assert.deepEqual(await flow.atTarget('SELECT id, w FROM t'), [{ id: 2, w: 3 }]);
  await flow.atTarget('ALTER TABLE t MODIFY v VARCHAR(20)');
  assert.equal(await decideRow(flow, poison ?? { id: '' }, { action: 'retry' }), 202);
  await untilQuarantine(flow, 'empty', (rows) => rows.length === 0);
  await flow.assertEqual();
});
