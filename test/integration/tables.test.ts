import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Flow } from '../support/flow.ts';
import { PAIRS } from '../support/pairs.ts';

/** Runs statements at one end. */
async function at(flow: Flow, side: 'from' | 'to', sql: string): Promise<void> {
  const connection = await flow.connect(side);
  try {
    await connection.query(sql);
  } finally {
    await connection.end();
  }
}

for (const { source, target, names } of PAIRS) {
  test(`regression 9 ${names}: generated and invisible columns, CHECK, partitions, DEFAULT (expr), INSTANT columns, AUTO_INCREMENT 0`, async () => {
    await using flow = await Flow.prepare({
      source,
      target,
      tables: {
        g: `id INT PRIMARY KEY, a INT, v INT GENERATED ALWAYS AS (a + 1) VIRTUAL, s VARCHAR(20) GENERATED ALWAYS AS (CONCAT(a, 'x')) STORED,
          UNIQUE KEY (s)`,
        h: 'id INT PRIMARY KEY, open INT, hidden INT INVISIBLE DEFAULT 5',
        c: 'id INT PRIMARY KEY, v INT CHECK (v < 100), w INT DEFAULT (7 * 6), CONSTRAINT later CHECK (w > 0)',
        z: 'id INT AUTO_INCREMENT PRIMARY KEY, v INT',
        y: 'id INT, day INT, v INT, PRIMARY KEY (id, day)',
        i: 'id INT PRIMARY KEY, v INT',
      },
    });
    for (const side of ['from', 'to'] as const)
      await at(
        flow,
        side,
        'ALTER TABLE y PARTITION BY RANGE (day) (PARTITION p0 VALUES LESS THAN (10), PARTITION p1 VALUES LESS THAN MAXVALUE)',
      );
    await flow.atSource('INSERT INTO i VALUES (1, 1)');
    for (const side of ['from', 'to'] as const)
      await at(flow, side, 'ALTER TABLE i ADD COLUMN late INT DEFAULT 3, ALGORITHM=INSTANT');
    await at(flow, 'to', 'INSERT INTO i VALUES (1, 1, 3)');
    await flow.apply();
    await flow.atSource(`INSERT INTO g (id, a) VALUES (1, 1), (2, NULL), (3, 3); UPDATE g SET a = a + 10; DELETE FROM g WHERE id = 3;
      INSERT INTO h (id, open) VALUES (1, 1); INSERT INTO h (id, open, hidden) VALUES (2, 1, NULL); UPDATE h SET hidden = 9 WHERE id = 1;
      INSERT INTO c (id, v) VALUES (1, 99); UPDATE c SET w = 1; UPDATE i SET v = 2; INSERT INTO i VALUES (2, 2, NULL);
      SET sql_mode = 'NO_AUTO_VALUE_ON_ZERO'; INSERT INTO z VALUES (0, 1), (-5, 2); INSERT INTO z (v) VALUES (3);
      INSERT INTO y VALUES (1, 1, 1), (1, 20, 2); UPDATE y SET day = 15 WHERE day = 1; DELETE FROM y WHERE day = 20`);
    await flow.assertEqual();
    const hidden = 'SELECT id, open, hidden FROM h ORDER BY id';
    assert.deepEqual(await flow.atTarget(hidden), await flow.atSource(hidden));
    assert.equal((await flow.status()).loader?.drift, undefined);
  });

  test(`regression 4 ${names}: NULL, '' and spaces at the end stay apart, in values and in keys; keys that differ in case move right`, async () => {
    await using flow = await Flow.open({
      source,
      target,
      tables: {
        n: 'id INT PRIMARY KEY, a VARCHAR(10) NULL, b VARCHAR(10) NOT NULL, c CHAR(5), t TEXT',
        k: 'k VARCHAR(10) PRIMARY KEY, v VARCHAR(10)',
        b: 'k VARCHAR(10) COLLATE utf8mb4_bin PRIMARY KEY, v INT',
      },
    });
    await flow.atSource(`INSERT INTO n VALUES (1, NULL, '', '', ''), (2, '', ' ', 'x', ' '), (3, ' ', 'x  ', NULL, 'x  '), (4, 'NULL', '\\\\N', '\\\\N', NULL);
      INSERT INTO k VALUES ('a', '1'), ('', 'empty'), ('b ', 'space'); INSERT INTO b VALUES ('a', 1), ('A', 2), ('', 3)`);
    await flow.atSource(`UPDATE k SET k = 'A' WHERE k = 'a'; UPDATE k SET v = 2 WHERE k = 'A';
      START TRANSACTION; DELETE FROM k WHERE k = 'A'; INSERT INTO k VALUES ('a', 3); UPDATE k SET k = 'A' WHERE k = 'a'; UPDATE k SET v = 4; COMMIT;
      UPDATE k SET k = 'b' WHERE k = 'b'; UPDATE k SET k = 'b  ' WHERE k = 'b'; UPDATE n SET a = '' WHERE id = 1; UPDATE n SET a = NULL WHERE id = 2`);
    await flow.assertEqual();
    const exact = 'SELECT HEX(k) AS k, v FROM k ORDER BY HEX(k)';
    assert.deepEqual(await flow.atTarget(exact), await flow.atSource(exact));
  });

  test(`regression 10 ${names}: keywords, signs, Chinese letters and mixed case as names`, async () => {
    const odd = ['select', 'a-b', 'a$b', 'a b', '订单', 'Mixed', 'a.b', 'q"x', "o'clock", 'b`t'];
    const name = (text: string): string => `\`${text.replaceAll('`', '``')}\``;
    await using flow = await Flow.prepare({ source, target, tables: {} });
    for (const side of ['from', 'to'] as const)
      for (const each of odd)
        await at(
          flow,
          side,
          `CREATE TABLE ${name(each)} (${name(each)} INT PRIMARY KEY, ${name(`v ${each}`)} VARCHAR(20), ${name(`u ${each}`)} INT UNIQUE)`,
        );
    await flow.apply();
    for (const each of odd) {
      await flow.atSource(`INSERT INTO ${name(each)} VALUES (1, 'a', 1), (2, '刘 😀', 2);
        UPDATE ${name(each)} SET ${name(each)} = 3 WHERE ${name(each)} = 1; DELETE FROM ${name(each)} WHERE ${name(each)} = 2`);
    }
    await flow.settle();
    for (const each of odd) {
      const all = `SELECT * FROM ${name(each)}`;
      assert.deepEqual(await flow.atTarget(all), await flow.atSource(all), each);
    }
  });

  test(`B8 ${names}: a column of the target's own keeps itself; so does one that the target's people fill`, async () => {
    await using flow = await Flow.prepare({
      source,
      target,
      tables: { t: 'id INT PRIMARY KEY, v INT', u: 'id INT PRIMARY KEY, v INT UNIQUE' },
    });
    for (const table of ['t', 'u'])
      await at(
        flow,
        'to',
        `ALTER TABLE ${table} ADD updated_at TIMESTAMP(6) DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6), ADD note VARCHAR(10) DEFAULT 'none' FIRST`,
      );
    await flow.apply();
    const many = Array.from({ length: 300 }, (_, id) => `(${id + 10}, ${id + 10})`).join();
    await flow.atSource(`INSERT INTO t VALUES (1, 1), ${many}; INSERT INTO u VALUES (1, 1), (2, 2)`);
    await flow.settle();
    await at(flow, 'to', "UPDATE t SET note = 'mine'; UPDATE u SET note = 'mine'");
    const times = 'SELECT updated_at FROM t WHERE id = 1 UNION ALL SELECT updated_at FROM u WHERE id = 1';
    const before = await flow.atTarget(times);
    await flow.atSource(
      'UPDATE t SET v = v + 1; UPDATE u SET v = 0 WHERE id = 1; UPDATE u SET v = 1 WHERE id = 2; UPDATE u SET v = 2 WHERE id = 1',
    );
    await flow.settle();
    assert.deepEqual(await flow.atTarget('SELECT id, v, note FROM u ORDER BY id'), [
      { id: 1, v: 2, note: 'mine' },
      { id: 2, v: 1, note: 'mine' },
    ]);
    assert.deepEqual(await flow.atTarget('SELECT DISTINCT note, CAST(v - id AS CHAR) AS d FROM t WHERE id > 1'), [
      { note: 'mine', d: '1' },
    ]);
    const after = await flow.atTarget(times);
    after.forEach((row, index) => {
      assert.ok(String(row.updated_at) > String(before[index]?.updated_at));
    });
  });

  test(`B13 ${names}: what triggers write arrives once, when the target's triggers test @lutra_apply`, async () => {
    await using flow = await Flow.prepare({
      source,
      target,
      tables: {
        t: 'id INT PRIMARY KEY, v INT',
        audit: 'n INT AUTO_INCREMENT PRIMARY KEY, id INT',
        counter: 'id INT PRIMARY KEY, n INT',
      },
    });
    const body = (test: string): string =>
      `BEGIN IF ${test} THEN INSERT INTO audit (id) VALUES (NEW.id); UPDATE counter SET n = n + 1 WHERE id = 1; END IF; END`;
    await at(flow, 'from', `CREATE TRIGGER tr AFTER INSERT ON t FOR EACH ROW ${body('TRUE')}`);
    await at(flow, 'to', `CREATE TRIGGER tr AFTER INSERT ON t FOR EACH ROW ${body('@lutra_apply IS NULL')}`);
    await flow.apply();
    await flow.atSource(
      'INSERT INTO counter VALUES (1, 0); INSERT INTO t VALUES (1, 1), (2, 2); UPDATE t SET v = 5; DELETE FROM t WHERE id = 1; INSERT INTO t VALUES (3, 3)',
    );
    await flow.assertEqual();
    assert.deepEqual(await flow.atTarget('SELECT n FROM counter'), [{ n: 3 }]);
    await at(flow, 'to', 'INSERT INTO t VALUES (99, 9)');
    assert.deepEqual(await flow.atTarget('SELECT n FROM counter'), [{ n: 4 }], 'for others the trigger works');
  });
}

/** Column of source and of target, a value that fits, one that the target would not hold as it is. */
const NARROWER: readonly (readonly [source: string, target: string, fits: string, exceeds: string])[] = [
  ['VARCHAR(20)', 'VARCHAR(5)', "'abcde'", "'abcde '"],
  ['VARCHAR(20)', 'VARCHAR(5)', "'abcde'", "'abcdef'"],
  ['VARCHAR(20)', 'CHAR(20)', "'abc'", "'abc '"],
  ['VARCHAR(20)', 'VARCHAR(20) CHARACTER SET latin1', "'é'", "'刘'"],
  ['TEXT', 'TINYTEXT', "'abc'", "REPEAT('x', 300)"],
  ['VARBINARY(20)', 'BINARY(4)', "x'01020300'", "x'0102'"],
  ['BIGINT', 'INT', '2147483647', '2147483648'],
  ['INT', 'INT UNSIGNED', '1', '-1'],
  ['DECIMAL(10,4)', 'DECIMAL(10,2)', '1.25', '1.251'],
  ['DECIMAL(10,4)', 'INT', '7', '7.5'],
  ['DOUBLE', 'FLOAT', '0.5', '0.1'],
  ['DOUBLE', 'DECIMAL(10,2)', '0.5', '0.125'],
  ['DOUBLE', 'INT', '3', '3.5'],
  ['DATETIME(6)', 'DATETIME(3)', "'2024-01-01 00:00:00.123'", "'2024-01-01 00:00:00.123456'"],
  ['TIME(3)', 'TIME', "'10:00:00'", "'10:00:00.5'"],
  ['TIMESTAMP(6)', 'TIMESTAMP', "'2024-01-01 00:00:00'", "'2024-01-01 00:00:00.6'"],
  ['DATETIME', 'DATE', "'2024-01-01'", "'2024-01-01 01:00:00'"],
  ['BIT(16)', 'BIT(8)', "b'1'", "b'100000000'"],
  ["ENUM('a','b','2')", "ENUM('b','a')", "'a'", "'2'"],
  ["SET('a','b','c')", "SET('a','b')", "'a,b'", "'a,c'"],
];

for (const target of ['otter', 'user'] as const) {
  test(`regression 18 ${target === 'otter' ? 'MySQL' : 'MariaDB'}: a value that a narrower column would not hold stops its pipeline by name and is never cut`, async () => {
    await using flow = await Flow.prepare({ target, tables: {} });
    for (const [index, [from, to]] of NARROWER.entries()) {
      await at(flow, 'from', `CREATE TABLE t${index} (id INT PRIMARY KEY, c ${from} NULL)`);
      await at(flow, 'to', `CREATE TABLE t${index} (id INT PRIMARY KEY, c ${to} NULL)`);
    }
    await flow.apply();
    for (const [index, [, , fits]] of NARROWER.entries()) {
      const rows = Array.from({ length: 250 }, (_, id) => `(${id + 2}, ${fits})`).join();
      await flow.atSource(`INSERT INTO t${index} VALUES (0, NULL), ${rows}`);
    }
    await flow.settle();
    for (const [index, [from, to, , exceeds]] of NARROWER.entries()) {
      const what = `${from} to ${to}`;
      const rows = Array.from({ length: 250 }, (_, id) => `(${id + 1000}, ${exceeds})`).join();
      await flow.atSource(`INSERT INTO t${index} VALUES ${rows}`);
      const { reason } = await flow.until(
        `${what} stops`,
        (status) => status.state === 'blocked' && new RegExp(`[.]t${index}\\b`).test(status.reason?.message ?? ''),
      );
      assert.equal(reason?.code, 'TARGET_REFUSED', what);
      assert.match(reason?.message ?? '', /column '?(?:\S+\.)?`?c\b|'c'|column c/i, what);
      assert.deepEqual(await flow.atTarget(`SELECT COUNT(*) AS n FROM t${index}`), [{ n: '251' }], what);
      await at(flow, 'to', `ALTER TABLE t${index} MODIFY c ${from} NULL`);
      await flow.settle();
      assert.deepEqual(await flow.atTarget(`SELECT COUNT(*) AS n FROM t${index}`), [{ n: '501' }], what);
    }
  });
}

test('regression 18: a column that the target lacks, or that is of another kind, is named', async () => {
  await using flow = await Flow.prepare({ tables: { t: 'id INT PRIMARY KEY, v INT' } });
  await at(flow, 'to', 'ALTER TABLE t DROP COLUMN v');
  await flow.apply();
  await flow.atSource('INSERT INTO t VALUES (1, 1)');
  const missing = await flow.until('it is blocked', ({ state }) => state === 'blocked');
  assert.deepEqual(
    [missing.reason?.code, /lacks what .*: column v/.test(missing.reason?.message ?? '')],
    ['TARGET_CHECK_FAILED', true],
  );
  await at(flow, 'to', 'ALTER TABLE t ADD COLUMN v DATE');
  const other = await flow.until('the kind is named', ({ reason }) => /v is date, not int/.test(reason?.message ?? ''));
  assert.equal(other.reason?.code, 'TARGET_CHECK_FAILED');
  await at(flow, 'to', 'ALTER TABLE t MODIFY v BIGINT');
  await flow.assertEqual();
});
