import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { test } from 'node:test';
import { compareTables } from '../../demo/compare.ts';
import { eventually } from '../support/eventually.ts';
import { Flow } from '../support/flow.ts';
import { resetOffsets } from '../support/kafka-groups.ts';
import { PAIRS } from '../support/pairs.ts';

const TABLES = {
  u: 'id INT PRIMARY KEY, a INT NOT NULL UNIQUE, b VARCHAR(10) NULL UNIQUE, v INT',
  p: 'id INT PRIMARY KEY, v INT',
  f: 'id INT PRIMARY KEY, a INT NOT NULL UNIQUE, p INT NULL, FOREIGN KEY (p) REFERENCES p (id)',
};

/** Random statements over the tables of TABLES, some of which fail at the source: inserts, deletes, key moves, swaps and rotations of unique values. */
function randomStatements(count: number): string[] {
  const id = (): number => randomInt(1, 9);
  const kinds: (() => string)[] = [
    () => `INSERT INTO u VALUES (${id()}, ${id()}, NULLIF('${id()}', '1'), ${id()})`,
    () => `UPDATE u SET v = v + 1 WHERE id < ${id()}`,
    () => `UPDATE u SET a = ${id()} WHERE id = ${id()}`,
    () => `UPDATE u SET id = ${id()} WHERE id = ${id()}`,
    () => `DELETE FROM u WHERE id = ${id()}`,
    () => 'UPDATE u SET a = -a; UPDATE u SET a = IF(a = -1, 8, -a - 1)',
    () =>
      `START TRANSACTION; DELETE FROM u WHERE id = ${id()}; INSERT INTO u VALUES (${id()}, ${id()}, NULL, 0); COMMIT`,
    () => `INSERT INTO p VALUES (${id()}, 0)`,
    () => `DELETE FROM p WHERE id = ${id()}`,
    () => `INSERT INTO f VALUES (${id()}, ${id()}, NULLIF(${id()}, 4))`,
    () => `UPDATE f SET p = NULL WHERE id = ${id()}`,
    () => `UPDATE f SET a = ${id()} WHERE id = ${id()}`,
    () => `DELETE FROM f WHERE id = ${id()}`,
  ];
  return Array.from({ length: count }, () => (kinds[randomInt(kinds.length)] as () => string)());
}

/** Runs what the source takes; what it refuses leaves nothing behind. */
async function runAtSource(flow: Flow, statements: readonly string[]): Promise<void> {
  const source = await flow.connect('from');
  try {
    for (const statement of statements)
      await source.query(statement).catch((error: { errno?: number }) => {
        assert.ok([1062, 1451, 1452, 1761].includes(error.errno ?? 0), String(error));
        return source.query('ROLLBACK');
      });
  } finally {
    source.destroy();
  }
}

for (const { source, target, names } of PAIRS) {
  test(`regression 1 3 ${names}: unique values that swap, rotate and move end equal, and a replay of them too`, async () => {
    await using flow = await Flow.open({ tables: TABLES, source, target });
    const statements = randomStatements(600);
    await runAtSource(flow, statements);
    await flow.assertEqual();
    assert.equal(
      (await flow.status()).loader?.drift,
      undefined,
      'the first way over the log finds everything as it should be',
    );
    await flow.pause();
    await resetOffsets(flow, '--to-offset', String(randomInt(40, 400)));
    await flow.start();
    await flow.assertEqual();
    await flow.pause();
    await resetOffsets(flow, '--to-earliest');
    await flow.start();
    await runAtSource(flow, randomStatements(50));
    await flow.assertEqual();
    await flow.until('it runs', ({ state }) => state === 'running');
  });
}

for (const source of ['order', 'user'] as const)
  test(`regression 1 ${source === 'order' ? 'MySQL' : 'MariaDB'}: the same with four partitions ends equal`, async () => {
    await using flow = await Flow.open({ tables: TABLES, source, partitions: 4 });
    const statements = randomStatements(500);
    await runAtSource(flow, statements);
    const { from, to } = flow.route;
    const isEqual = async (table: string): Promise<boolean> =>
      (await compareTables({ source: { ...from, table }, target: { ...to, table } })).differences === 0;
    for (const table of Object.keys(TABLES)) {
      await eventually(`${table} is equal`, () => isEqual(table), { limitMs: 60_000, describe: () => flow.status() });
    }
  });

test("regression 3: a row of the target's own that holds a unique value is never touched; the pipeline names the table and waits", async () => {
  await using flow = await Flow.open({ tables: { u: 'id INT PRIMARY KEY, a INT NOT NULL UNIQUE, v INT' } });
  await flow.atTarget('INSERT INTO u VALUES (99, 7, 0)');
  await flow.atSource('INSERT INTO u VALUES (1, 6, 0), (2, 7, 0)');
  const { reason } = await flow.until('it is blocked', ({ state }) => state === 'blocked');
  assert.equal(reason?.code, 'TARGET_REFUSED');
  assert.match(reason?.message ?? '', /\.u holds a value that must be unique/);
  assert.deepEqual(await flow.atTarget('SELECT * FROM u'), [{ id: 99, a: 7, v: 0 }]);
  await flow.atTarget('DELETE FROM u');
  await flow.assertEqual();
});
