import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decide, statementsOf, untilStatement } from '../support/ddl-desk.ts';
import { Flow } from '../support/flow.ts';

const SOURCE = { t: 'id INT PRIMARY KEY, v VARCHAR(20)', other: 'id INT PRIMARY KEY' };
const NARROW = { t: 'id INT PRIMARY KEY, v VARCHAR(5)', other: 'id INT PRIMARY KEY' };

/** The target's column is narrower than a value that comes. */
async function openWithPoison(target: string): Promise<Flow> {
  const flow = await Flow.open({ target, tables: SOURCE, targetTables: NARROW, policies: { rowErrors: 'hold' } });
  const source = await flow.connect('from');
  try {
    await source.query("INSERT INTO t VALUES (1, 'fits')");
    await source.query("BEGIN; INSERT INTO other VALUES (1); INSERT INTO t VALUES (2, 'much too long'); COMMIT");
    await source.query("INSERT INTO t VALUES (3, 'next')");
    await source.query("UPDATE t SET v = 'new' WHERE id = 1");
    await source.query('INSERT INTO other VALUES (2)');
  } finally {
    await source.end();
  }
  return flow;
}

const rows = (flow: Flow): Promise<unknown> => flow.atTarget('SELECT id, v FROM t ORDER BY id');

for (const target of ['otter', 'user']) {
  const name = target === 'user' ? 'MariaDB' : 'MySQL';

  test(`B16, B25 ${name}: a poison row holds its table with table, SQL, cause and remedy; other tables flow, also after a restart; then all is applied in order`, async () => {
    await using flow = await openWithPoison(target);
    const held = await untilStatement(flow, 'held rows', ({ state }) => state === 'held');
    assert.equal(held.words, 'ROWS');
    assert.deepEqual(held.tables, [`${flow.route.to.schema}.t`]);
    assert.match(held.sql, /much too long/);
    assert.match(held.reason?.message ?? '', /Data too long for column 'v'/);
    assert.match(held.reason?.remedy ?? '', /lutra ddl apply/);
    assert.ok(held.committedAt > 0 && held.position > 0);
    await flow.settle();
    assert.deepEqual(await flow.atTarget('SELECT id FROM other ORDER BY id'), [{ id: 1 }, { id: 2 }]);
    assert.deepEqual(await rows(flow), [{ id: 1, v: 'fits' }]);
    await flow.pause();
    await flow.start();
    await flow.atSource('INSERT INTO other VALUES (3)');
    await flow.settle();
    assert.equal((await flow.status()).state, 'running');

    assert.equal(await decide(flow, held, { action: 'apply' }), 202);
    await untilStatement(
      flow,
      'held again',
      ({ id, state, decision }) => id === held.id && state === 'held' && decision !== undefined,
    );
    await flow.atTarget('ALTER TABLE t MODIFY v VARCHAR(20)');
    assert.equal(await decide(flow, held, { action: 'apply' }), 202);
    await untilStatement(flow, 'applied', ({ id, state }) => id === held.id && state === 'applied');
    await flow.assertEqual();
  });

  test(`B16 ${name}: a poison row is skipped by one decision, which the ledger names; what stood behind it follows`, async () => {
    await using flow = await openWithPoison(target);
    const held = await untilStatement(flow, 'held rows', ({ state }) => state === 'held');
    await flow.atSource("INSERT INTO t VALUES (4, 'too long as well')");
    await flow.atSource("INSERT INTO t VALUES (5, 'last')");
    await flow.settle();
    assert.equal(await decide(flow, held, { action: 'skip' }), 202);
    const second = await untilStatement(
      flow,
      'the second poison row held',
      ({ id, state }) => id !== held.id && state === 'held',
    );
    const skipped = (await statementsOf(flow)).find(({ id }) => id === held.id);
    assert.deepEqual([skipped?.state, skipped?.decision?.by], ['skipped', 'test']);
    const sql = `INSERT INTO ${flow.route.to.schema}.t VALUES (4, 'cut')`;
    assert.equal(await decide(flow, second, { action: 'edit', sql }), 202);
    await untilStatement(flow, 'edited', ({ id, state }) => id === second.id && state === 'applied');
    await flow.settle();
    assert.deepEqual(await rows(flow), [
      { id: 1, v: 'new' },
      { id: 3, v: 'next' },
      { id: 4, v: 'cut' },
      { id: 5, v: 'last' },
    ]);
  });
}
