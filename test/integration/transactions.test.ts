import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RowDataPacket } from 'mysql2/promise';
import { ProcessMeter } from '../../bench/process-meter.ts';
import { newestMarker, nextMarker } from '../../demo/marker.ts';
import { eventually } from '../support/eventually.ts';
import { Flow } from '../support/flow.ts';

const BIG = 1_000_000;
const TEXT_BYTES = 480;
const BIG_LIMIT_MS = 5 * 60_000;
/** Resident memory that no process may need for it, whatever the size of a transaction (design, invariant 10). */
const PEAK_MB = 512;
const TABLES = {
  big: 'id INT NOT NULL PRIMARY KEY, v TEXT',
  summary: 'id INT NOT NULL PRIMARY KEY, n INT NOT NULL',
};

test('regression 5: a transaction of 1,000,000 rows and 500 MB becomes visible at once, in bounded memory', async () => {
  await using flow = await Flow.open({ tables: TABLES });
  const marker = nextMarker();
  const source = await flow.connect('from');
  const target = await flow.connect('to');
  const meter = ProcessMeter.start(flow.stack);
  const seen = new Set<string>();
  try {
    await source.query(
      `SET SESSION cte_max_recursion_depth = ${BIG};
       START TRANSACTION;
       INSERT INTO summary VALUES (1, ${BIG});
       INSERT INTO big WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${BIG})
         SELECT i, RPAD(CONCAT('第', i, '行'), ${TEXT_BYTES}, SHA2(i, 256)) FROM n;
       INSERT INTO lutra_marker VALUES (${marker});
       COMMIT`,
    );
    const look = async (): Promise<true | undefined> => {
      const [rows] = await target.query<RowDataPacket[]>(
        'SELECT (SELECT COUNT(*) FROM summary) AS parts, (SELECT COALESCE(MIN(id), 0) FROM big) AS low, (SELECT COALESCE(MAX(id), 0) FROM big) AS high',
      );
      seen.add(`${rows[0]?.parts} + ${rows[0]?.low}…${rows[0]?.high}`);
      return (await newestMarker(target, flow.route)) >= marker || undefined;
    };
    await eventually('the transaction is there', look, { limitMs: BIG_LIMIT_MS });
    await look();
  } finally {
    source.destroy();
    target.destroy();
  }
  assert.deepEqual(
    [...seen].filter((state) => state !== '0 + 0…0'),
    [`1 + 1…${BIG}`],
  );
  const services = meter.read().filter(({ name }) => /^(selector|loader)/.test(name));
  const large = services.filter(({ peakMb }) => peakMb > PEAK_MB);
  assert.deepEqual(large, []);
  await flow.assertEqual();
});

test('a transaction of one row arrives', async () => {
  await using flow = await Flow.open({ tables: TABLES });
  await flow.atSource('INSERT INTO summary VALUES (1, 1)');
  await flow.assertEqual();
});

test('a transaction that is rolled back leaves no trace, one with a savepoint what it kept', async () => {
  await using flow = await Flow.open({ tables: TABLES });
  await flow.atSource('START TRANSACTION; INSERT INTO summary VALUES (1, 1); ROLLBACK');
  await flow.atSource(
    `START TRANSACTION; INSERT INTO summary VALUES (2, 2); SAVEPOINT s; INSERT INTO summary VALUES (3, 3);
     ROLLBACK TO SAVEPOINT s; INSERT INTO summary VALUES (4, 4); COMMIT`,
  );
  await flow.assertEqual();
  const rows = await flow.atTarget('SELECT id FROM summary ORDER BY id');
  assert.deepEqual(
    rows.map(({ id }) => id),
    [2, 4],
  );
});

const KEY_CHANGES: Readonly<Record<string, readonly string[]>> = {
  'a delete and a change of key onto the deleted one': [
    'DELETE FROM k WHERE id = 2',
    'UPDATE k SET id = 2 WHERE id = 1',
  ],
  'a change of key and an insert of the old one': [
    'UPDATE k SET id = 9 WHERE id = 1',
    "INSERT INTO k VALUES (1, 'new', 90)",
  ],
  'a change of key, an insert of the old one, a delete of the new': [
    'UPDATE k SET id = 9 WHERE id = 1',
    "INSERT INTO k VALUES (1, 'new', 90)",
    'DELETE FROM k WHERE id = 9',
  ],
  'a swap of two keys': [
    'UPDATE k SET id = -1 WHERE id = 1',
    'UPDATE k SET id = 1 WHERE id = 2',
    'UPDATE k SET id = 2 WHERE id = -1',
  ],
  'a rotation of three keys': [
    'UPDATE k SET id = -1 WHERE id = 1',
    'UPDATE k SET id = 1 WHERE id = 3',
    'UPDATE k SET id = 3 WHERE id = 2',
    'UPDATE k SET id = 2 WHERE id = -1',
  ],
  'a swap of two unique values': [
    'UPDATE k SET u = -10 WHERE id = 1',
    'UPDATE k SET u = 10 WHERE id = 2',
    'UPDATE k SET u = 20 WHERE id = 1',
  ],
  'a unique value that moves to another row': ['DELETE FROM k WHERE id = 1', "INSERT INTO k VALUES (7, 'seven', 10)"],
};

for (const [what, statements] of Object.entries(KEY_CHANGES)) {
  test(`${what}, in one transaction and in many, ends equal`, async () => {
    const columns = 'id INT NOT NULL PRIMARY KEY, v VARCHAR(20), u INT NOT NULL UNIQUE';
    await using flow = await Flow.open({ tables: { k: columns, k2: columns } });
    for (const table of ['k', 'k2']) {
      await flow.atSource(`INSERT INTO ${table} VALUES (1, 'one', 10), (2, 'two', 20), (3, 'three', 30)`);
    }
    await flow.settle();
    await flow.atSource(`START TRANSACTION; ${statements.join('; ')}; COMMIT`);
    await flow.atSource(statements.map((statement) => statement.replace(/\bk\b/, 'k2')).join('; '));
    await flow.assertEqual();
  });
}
