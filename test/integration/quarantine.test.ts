import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Flow } from '../support/flow.ts';
import {
  decideAllRows,
  decideRow,
  quarantined,
  states,
  untilQuarantine,
  untilStates,
} from '../support/quarantine-desk.ts';

const TABLES = { t: 'id INT PRIMARY KEY, v VARCHAR(20)', other: 'id INT PRIMARY KEY' };
const NARROW = { ...TABLES, t: 'id INT PRIMARY KEY, v VARCHAR(5)' };
const QUARANTINE = { rowErrors: 'quarantine' } as const;

/** The target's column is narrower than a value that comes; then changes of the same row and of others. */
async function openWithPoison(target: string): Promise<Flow> {
  const flow = await Flow.open({ target, tables: TABLES, targetTables: NARROW, policies: QUARANTINE });
  const source = await flow.connect('from');
  try {
    await source.query("INSERT INTO t VALUES (1, 'fits')");
    await source.query(
      "BEGIN; INSERT INTO other VALUES (1); INSERT INTO t VALUES (2, 'much too long'), (3, 'b'); COMMIT",
    );
    await untilStates(flow, ['refused id=2']);
    await source.query("UPDATE t SET v = 'short' WHERE id = 2");
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

  test(`B16, B25 ${name}: one bad row stops one key, told with table, key, SQL, cause, time and advice; everything else flows, also after a restart; mended and retried, it is applied in order`, async () => {
    await using flow = await openWithPoison(target);
    const [poison, behind] = await untilStates(flow, ['refused id=2', 'waiting id=2']);
    await flow.settle();
    assert.deepEqual(await rows(flow), [
      { id: 1, v: 'new' },
      { id: 3, v: 'b' },
    ]);
    assert.equal(poison?.table, `${flow.route.to.schema}.t`);
    assert.match(poison?.sql ?? '', /INSERT INTO .*much too long/);
    assert.match(poison?.reason?.message ?? '', /Data too long for column 'v'/);
    assert.match(poison?.reason?.remedy ?? '', /widen the column.*lutra quarantine retry/);
    assert.deepEqual(poison?.row?.after, { id: '2', v: 'much too long' });
    assert.ok((poison?.committedAt ?? 0) > 0 && (poison?.position ?? 0) > 0);
    assert.equal(behind?.row?.after?.v, 'short');
    const status = await flow.until('two rows are counted', ({ loader }) => loader?.quarantine?.rows === 2);
    assert.equal(status.state, 'running');
    assert.deepEqual(status.loader?.quarantine, { rows: 2, tables: { [`${flow.route.to.schema}.t`]: 2 } });

    await flow.pause();
    await flow.start();
    await flow.atSource("UPDATE t SET v = 'more' WHERE id = 2");
    await flow.atSource("UPDATE t SET v = 'last' WHERE id = 3");
    await untilStates(flow, ['refused id=2', 'waiting id=2', 'waiting id=2']);
    await flow.settle();

    assert.equal(await decideRow(flow, behind ?? { id: '' }, { action: 'retry' }), 409);
    assert.equal(await decideRow(flow, poison ?? { id: '' }, { action: 'retry' }), 202);
    await untilQuarantine(flow, 'refused again', ([first]) => first?.decision?.action === 'retry');
    assert.equal((await quarantined(flow)).length, 3);
    await flow.atTarget('ALTER TABLE t MODIFY v VARCHAR(20)');
    assert.equal(await decideRow(flow, poison ?? { id: '' }, { action: 'retry' }), 202);
    await untilStates(flow, []);
    await flow.assertEqual();
    const [applied] = await quarantined(flow, 'applied');
    assert.deepEqual([applied?.id, applied?.decision?.by, applied?.row], [poison?.id, 'admin', undefined]);
    assert.deepEqual(await flow.atTarget('SELECT COUNT(*) AS n FROM lutra.quarantine WHERE uid = ?', [poison?.uid]), [
      { n: '0' },
    ]);
  });

  test(`B16 ${name}: a refused row is skipped or edited by one decision; what stands behind it follows`, async () => {
    await using flow = await openWithPoison(target);
    const [poison] = await untilStates(flow, ['refused id=2', 'waiting id=2']);
    await flow.atSource("INSERT INTO t VALUES (4, 'too long as well'), (5, 'too long, too')");
    const [, , four, five] = await untilStates(flow, ['refused id=2', 'waiting id=2', 'refused id=4', 'refused id=5']);
    assert.equal(await decideRow(flow, poison ?? { id: '' }, { action: 'skip' }), 202);
    await untilStates(flow, ['refused id=4', 'refused id=5']);
    assert.equal(await decideRow(flow, four ?? { id: '' }, { action: 'edit', values: { nowhere: 'x' } }), 202);
    await untilQuarantine(flow, 'edit refused', ([first]) => /no column nowhere/.test(first?.reason?.message ?? ''));
    assert.equal(await decideRow(flow, four ?? { id: '' }, { action: 'edit', values: { v: 'cut' } }), 202);
    assert.equal(await decideRow(flow, five ?? { id: '' }, { action: 'edit', values: { id: '50', v: null } }), 202);
    await untilStates(flow, []);
    await flow.settle();
    assert.deepEqual(await rows(flow), [
      { id: 1, v: 'new' },
      { id: 2, v: 'short' },
      { id: 3, v: 'b' },
      { id: 4, v: 'cut' },
      { id: 50, v: null },
    ]);
    assert.deepEqual(
      (await quarantined(flow, 'skipped')).map(({ id }) => id),
      [poison?.id],
    );
  });
}

test('B16: a row waits behind the unique value and behind the parent that a refused one has, whatever the letters; rows that have nothing to do with it flow', async () => {
  const tables = {
    parent: 'id INT PRIMARY KEY, name VARCHAR(20), code VARCHAR(20) UNIQUE',
    child: 'id INT PRIMARY KEY, parent INT, FOREIGN KEY (parent) REFERENCES parent (id)',
  };
  const targetTables = { ...tables, parent: 'id INT PRIMARY KEY, name VARCHAR(5), code VARCHAR(20) UNIQUE' };
  await using flow = await Flow.open({ tables, targetTables, policies: QUARANTINE });
  await flow.atSource("INSERT INTO parent VALUES (1, 'one', 'a'), (9, 'nine', 'z')");
  await flow.atSource("INSERT INTO parent VALUES (2, 'much too long', 'Mué')");
  await flow.atSource('INSERT INTO child VALUES (1, 1), (2, 2)');
  await flow.atSource("UPDATE parent SET code = 'b' WHERE id = 2");
  await flow.atSource("INSERT INTO parent VALUES (3, 'three', 'mUE')");
  await flow.atSource("INSERT INTO parent VALUES (4, 'four', 'MUX')");
  await flow.atSource('UPDATE child SET parent = 9 WHERE id = 2');
  await flow.atSource("UPDATE parent SET name = '9' WHERE id = 9");
  await flow.atSource('INSERT INTO child VALUES (3, 1)');
  const found = await untilStates(flow, [
    'refused id=2',
    'waiting id=2',
    'waiting id=2',
    'waiting id=3',
    'waiting id=2',
  ]);
  assert.deepEqual(found.map(({ table }) => table.split('.')[1]).join(), 'parent,child,parent,parent,child');
  await flow.settle();
  assert.deepEqual(await flow.atTarget('SELECT id FROM parent ORDER BY id'), [{ id: 1 }, { id: 4 }, { id: 9 }]);
  assert.deepEqual(await flow.atTarget('SELECT id FROM child ORDER BY id'), [{ id: 1 }, { id: 3 }]);
  await flow.atSource('DELETE FROM child WHERE id = 2');
  await flow.atSource('DELETE FROM parent WHERE id = 9');
  await untilQuarantine(flow, 'the parent waits for the child', (rows) => rows.length === 7);
  assert.equal(states(await quarantined(flow)).at(-1), 'waiting id=9');
  await flow.atTarget('ALTER TABLE parent MODIFY name VARCHAR(20)');
  assert.equal(await decideAllRows(flow, { action: 'retry' }), 202);
  await untilStates(flow, []);
  await flow.assertEqual();
});

test('B9, B16: of a table without key the whole table waits behind a refused row; other tables flow', async () => {
  const tables = { t: 'v VARCHAR(20), n INT', other: 'id INT PRIMARY KEY' };
  await using flow = await Flow.open({
    tables,
    targetTables: { ...tables, t: 'v VARCHAR(5), n INT' },
    policies: QUARANTINE,
  });
  await flow.atSource("INSERT INTO t VALUES ('a', 1)");
  await flow.atSource("INSERT INTO t VALUES ('much too long', 2)");
  await flow.atSource("INSERT INTO t VALUES ('b', 3)");
  await flow.atSource("UPDATE t SET n = 4 WHERE v = 'a'");
  await flow.atSource('INSERT INTO other VALUES (1)');
  await flow.settle();
  assert.deepEqual(await flow.atTarget('SELECT id FROM other'), [{ id: 1 }]);
  assert.deepEqual(await flow.atTarget('SELECT v, n FROM t'), [{ v: 'a', n: 1 }]);
  const [poison] = await untilQuarantine(flow, 'three rows', (rows) => rows.length === 3);
  await flow.atTarget('ALTER TABLE t MODIFY v VARCHAR(20)');
  assert.equal(await decideRow(flow, poison ?? { id: '' }, { action: 'retry' }), 202);
  await untilStates(flow, []);
  await flow.assertEqual();
});

test('B16: a child whose parent is missing is tried again when the parent comes', async () => {
  const tables = {
    parent: 'id INT PRIMARY KEY',
    child: 'id INT PRIMARY KEY, parent INT, FOREIGN KEY (parent) REFERENCES parent (id)',
  };
  await using flow = await Flow.open({ tables, policies: QUARANTINE });
  await flow.atSource('SET SESSION foreign_key_checks = 0; INSERT INTO child VALUES (1, 7)');
  const [orphan] = await untilStates(flow, ['refused id=1']);
  assert.equal(orphan?.reason?.code, 'ROW_DEPENDS');
  await flow.atSource('INSERT INTO parent VALUES (7)');
  await untilStates(flow, []);
  await flow.assertEqual();
});
