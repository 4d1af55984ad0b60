import { test } from 'node:test';
import { Flow } from '../support/flow.ts';
import { resetOffsets } from '../support/kafka-groups.ts';
import { assertSameStructure } from '../support/structure.ts';

test('regression 20: a replay of a day with DDL in it ends equal: columns renamed and dropped, a truncate, a table dropped and made anew', async () => {
  await using flow = await Flow.open({
    tables: {
      a: 'id INT PRIMARY KEY, old_name VARCHAR(10), gone INT NOT NULL',
      b: 'id INT PRIMARY KEY',
      c: 'id INT PRIMARY KEY',
    },
  });
  const day = [
    "INSERT INTO a VALUES (1, 'x', 1), (2, 'y', 2)",
    'INSERT INTO b VALUES (1), (2)',
    'INSERT INTO c VALUES (1), (2)',
    'ALTER TABLE a CHANGE old_name new_name VARCHAR(20) NOT NULL, DROP COLUMN gone',
    "UPDATE a SET new_name = 'longer than ten' WHERE id = 1",
    'DELETE FROM a WHERE id = 2',
    'TRUNCATE TABLE b',
    'INSERT INTO b VALUES (3)',
    'DROP TABLE c',
    'CREATE TABLE c (id INT PRIMARY KEY, more INT)',
    'INSERT INTO c VALUES (9, 9)',
    "ALTER TABLE a ADD COLUMN gone VARCHAR(5) NOT NULL DEFAULT 'new'",
    "INSERT INTO a VALUES (5, 'five', 'five')",
    'CREATE TABLE d (id INT PRIMARY KEY)',
    'INSERT INTO d VALUES (1)',
    'DROP TABLE d',
  ];
  for (const sql of day) await flow.atSource(sql);
  await flow.assertEqual();
  await flow.pause();
  await resetOffsets(flow, '--to-earliest');
  await flow.start();
  await flow.assertEqual();
  for (const table of ['a', 'b', 'c']) await assertSameStructure(flow, table);
});

test('DDL is a barrier: with four partitions rows of all tables keep their side of it', async () => {
  await using flow = await Flow.open({
    partitions: 4,
    tables: Object.fromEntries(['p', 'q', 'r', 's'].map((name) => [name, 'id INT PRIMARY KEY, v INT'])),
  });
  const source = await flow.connect('from');
  try {
    for (let n = 0; n < 8; n++) {
      for (const table of ['p', 'q', 'r', 's'])
        await source.query(`INSERT INTO ${table} (id, v) VALUES (${n}, ${n}), (${n + 100}, ${n})`);
      await source.query(`ALTER TABLE ${'pqrs'[n % 4]} ADD COLUMN c${n} INT NOT NULL DEFAULT ${n}`);
      if (n === 5) await source.query('TRUNCATE TABLE q');
    }
  } finally {
    await source.end();
  }
  await flow.until('all of it applied', ({ loader }) => (loader?.ddl?.applied ?? 0) >= 9, 60_000);
  for (const table of ['p', 'q', 'r', 's']) await assertSameStructure(flow, table);
  await flow.untilEqual();
});
