import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Flow } from '../support/flow.ts';
import { resetOffsets } from '../support/kafka-groups.ts';
import { PAIRS } from '../support/pairs.ts';

const EVERYTHING = `i INT NULL, u BIGINT UNSIGNED, f FLOAT, g DOUBLE, n DECIMAL(20,5), c CHAR(10), v VARCHAR(20), l VARCHAR(20) CHARACTER SET latin1,
  t TEXT, e ENUM('a','b'), s SET('x','y','z'), b BIT(9), r VARBINARY(10), q BINARY(4), d DATE, m DATETIME(3), p TIMESTAMP(2) NULL, h TIME(1), y YEAR,
  w INT GENERATED ALWAYS AS (i * 2) STORED`;
const COLUMNS = 'i, u, f, g, n, c, v, l, t, e, s, b, r, q, d, m, p, h, y';
const FULL = `(1, 18446744073709551615, 0.1, 1e-300, -1.00001, 'c', 'trail  ', 'é', 'text ', 'b', 'x,z', b'100000001', x'0100', x'0a', '2024-02-29',
  '2024-02-29 01:02:03.456', '2024-02-29 01:02:03.45', '-838:59:58.9', 2024)`;

for (const { source, target, names } of PAIRS) {
  test(`B9 B10 ${names}: of a table without key each event changes one row, duplicates and every type included`, async () => {
    await using flow = await Flow.open({ tables: { k: EVERYTHING, other: 'id INT PRIMARY KEY' }, source, target });
    await flow.atSource(`INSERT INTO k (${COLUMNS}) VALUES ${[FULL, FULL, FULL].join()}; INSERT INTO other VALUES (1)`);
    await flow.atSource("INSERT INTO k (v) VALUES ('a'), ('a '), ('A'), (NULL), (NULL), (''), (' ')");
    await flow.assertEqual();
    await flow.atSource('UPDATE k SET i = 7 WHERE i = 1 LIMIT 1');
    await flow.atSource('DELETE FROM k WHERE i = 1 LIMIT 1');
    await flow.atSource("UPDATE k SET v = 'b' WHERE BINARY v = 'a'; DELETE FROM k WHERE v IS NULL LIMIT 1");
    await flow.atSource("DELETE FROM k WHERE HEX(v) = '20'; INSERT INTO other VALUES (2)");
    await flow.assertEqual();
    const { loader } = await flow.status();
    assert.deepEqual([loader?.drift, loader?.state], [undefined, 'running']);
  });
}

test('B9: a unique key without NULLs names the rows of a table without primary key, also when its values change', async () => {
  const columns = 'a INT NOT NULL, b VARCHAR(10) NOT NULL, v INT, UNIQUE KEY (a, b)';
  await using flow = await Flow.open({ tables: { k: columns } });
  await flow.atSource("INSERT INTO k VALUES (1, 'x', 1), (1, 'y', 2), (2, 'x', 3)");
  await flow.atSource("UPDATE k SET v = v + 10; UPDATE k SET a = 3 WHERE b = 'y'; DELETE FROM k WHERE a = 2");
  await flow.atSource("UPDATE k SET b = 'z', v = 5 WHERE a = 1; INSERT INTO k VALUES (1, 'x', 9)");
  await flow.assertEqual();
  await flow.pause();
  await resetOffsets(flow, '--to-earliest');
  await flow.start();
  await flow.assertEqual();
});

test('B9: a row that the target of a table without key lacks stops nothing: the update inserts it, the delete is counted', async () => {
  await using flow = await Flow.open({ tables: { k: 'v INT', other: 'id INT PRIMARY KEY' } });
  await flow.atSource('INSERT INTO k VALUES (1), (2), (3)');
  await flow.settle();
  await flow.atTarget('DELETE FROM k WHERE v < 3');
  await flow.atSource('UPDATE k SET v = 10 WHERE v = 1; DELETE FROM k WHERE v = 2; INSERT INTO other VALUES (1)');
  await flow.assertEqual();
  const { loader } = await flow.until('it is counted', (status) => status.loader?.drift !== undefined);
  assert.deepEqual([loader?.state, loader?.drift], ['running', { updateMissing: 1, deleteMissing: 1 }]);
});

test('B9 B18: a replay leaves a table without key as it is, says so, and goes on behind it', async () => {
  await using flow = await Flow.open({ tables: { k: 'v INT', t: 'id INT PRIMARY KEY, v INT' } });
  await flow.atSource(
    'INSERT INTO k VALUES (1), (1), (2); UPDATE k SET v = 5 WHERE v = 1 LIMIT 1; DELETE FROM k WHERE v = 2',
  );
  await flow.atSource('INSERT INTO t VALUES (1, 1)');
  await flow.settle();
  await flow.pause();
  await flow.atTarget('DELETE FROM t');
  await resetOffsets(flow, '--to-earliest');
  await flow.start();
  await flow.atSource('INSERT INTO k VALUES (5); DELETE FROM k WHERE v = 1');
  await flow.assertEqual();
  const { loader } = await flow.until('it is counted', (status) => status.loader?.skipped !== undefined);
  assert.deepEqual(loader?.skipped, { repeatKeyless: 5 });
});

test('regression 2: an update whose row is missing at the target inserts it, is counted and reported, alone and among thousands', async () => {
  await using flow = await Flow.open({
    tables: { t: 'id INT PRIMARY KEY, v INT', u: 'id INT PRIMARY KEY, v INT, w INT NOT NULL UNIQUE' },
  });
  const many = Array.from({ length: 3000 }, (_, id) => `(${id}, 0)`).join();
  await flow.atSource(`INSERT INTO t VALUES ${many}; INSERT INTO u VALUES (1, 0, 1), (2, 0, 2)`);
  await flow.settle();
  await flow.atTarget('DELETE FROM t WHERE id IN (1, 500, 501); DELETE FROM u WHERE id = 1');
  await flow.atSource('UPDATE t SET v = 1 WHERE id IN (1, 2)');
  await flow.atSource('UPDATE t SET v = 1 WHERE id >= 100; UPDATE u SET v = 1');
  await flow.assertEqual();
  const { loader } = await flow.until('all are counted', (status) => status.loader?.drift?.updateMissing === 4);
  assert.deepEqual(loader?.drift, { updateMissing: 4 });
});
