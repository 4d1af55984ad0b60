import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Flow } from '../support/flow.ts';
import { resetOffsets } from '../support/kafka-groups.ts';
import {
  decideAllRows,
  decideRow,
  quarantined,
  states,
  untilQuarantine,
  untilStates,
} from '../support/quarantine-desk.ts';

const QUARANTINE = { rowErrors: 'quarantine' } as const;

test('B16, B18: a replay over rows in quarantine neither doubles them nor loses their order', async () => {
  const wide = { t: 'id INT PRIMARY KEY, u INT UNIQUE, v VARCHAR(20)' };
  const narrow = { t: 'id INT PRIMARY KEY, u INT UNIQUE, v VARCHAR(5)' };
  await using flow = await Flow.open({ tables: wide, targetTables: narrow, policies: QUARANTINE });
  await flow.atSource("INSERT INTO t VALUES (1, 1, 'a'), (2, 2, 'b')");
  await flow.atSource("UPDATE t SET v = 'c' WHERE id = 1");
  await flow.settle();
  await flow.atSource("UPDATE t SET v = 'much too long', u = 9 WHERE id = 1");
  await untilStates(flow, ['refused id=1']);
  await flow.atSource('UPDATE t SET u = 1 WHERE id = 2');
  await flow.atSource("UPDATE t SET v = 'd' WHERE id = 1");
  const before = ['refused id=1', 'waiting id=2', 'waiting id=1'];
  const [poison] = await untilStates(flow, before);
  const stood = await flow.atTarget('SELECT * FROM t ORDER BY id');
  for (let replay = 1; replay <= 2; replay++) {
    await flow.pause();
    await resetOffsets(flow, '--to-earliest');
    await flow.start();
    await flow.settle();
    assert.deepEqual(states(await quarantined(flow)), before);
    assert.deepEqual(await flow.atTarget('SELECT * FROM t ORDER BY id'), stood);
  }
  assert.equal(await decideRow(flow, poison ?? { id: '' }, { action: 'edit', values: { v: 'cut' } }), 202);
  await untilStates(flow, []);
  await flow.assertEqual();

  await flow.pause();
  await resetOffsets(flow, '--to-earliest');
  await flow.start();
  await flow.settle();
  await untilStates(flow, []);
  await flow.assertEqual();
});

test('B16: over several partitions each keeps its rows, and a statement waits for those of all', async () => {
  const wide = { t: 'id INT PRIMARY KEY, v VARCHAR(20)' };
  const narrow = { t: 'id INT PRIMARY KEY, v VARCHAR(5)' };
  await using flow = await Flow.open({ tables: wide, targetTables: narrow, partitions: 3, policies: QUARANTINE });
  await flow.atSource(
    `INSERT INTO t VALUES ${Array.from({ length: 12 }, (_, id) => `(${id}, 'much too long')`).join()}`,
  );
  await untilQuarantine(flow, 'twelve rows', (rows) => rows.length === 12);
  assert.ok(new Set((await quarantined(flow)).map(({ partition }) => partition)).size > 1);
  await flow.atSource('ALTER TABLE t ADD COLUMN w INT');
  await flow.atSource('INSERT INTO t VALUES (100, NULL, 1), (101, NULL, 2), (102, NULL, 3), (103, NULL, 4)');
  await flow.until('the statement is held', ({ loader }) => loader?.ddl?.held.length === 1);
  await flow.atTarget('ALTER TABLE t MODIFY v VARCHAR(20)');
  assert.equal(await decideAllRows(flow, { action: 'retry' }), 202);
  await untilStates(flow, []);
  await flow.untilEqual();
});
