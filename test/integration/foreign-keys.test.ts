import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareTables } from '../../demo/compare.ts';
import { Flow } from '../support/flow.ts';
import { resetOffsets } from '../support/kafka-groups.ts';
import { PAIRS } from '../support/pairs.ts';

const FAMILY = {
  parent: 'id INT PRIMARY KEY, v INT',
  child: `id INT PRIMARY KEY, parent INT NULL, v INT, FOREIGN KEY (parent) REFERENCES parent (id) ON DELETE CASCADE ON UPDATE CASCADE`,
  grandchild: `id INT PRIMARY KEY, child INT NULL, FOREIGN KEY (child) REFERENCES child (id) ON DELETE SET NULL ON UPDATE CASCADE`,
};

for (const { source, target, names } of PAIRS) {
  test(`B12 ${names}: what cascades do arrives once, whether the source logs it or not`, async () => {
    await using flow = await Flow.open({ tables: FAMILY, source, target });
    await flow.atSource(`INSERT INTO parent VALUES (1, 0), (2, 0), (3, 0), (4, 0);
      INSERT INTO child VALUES (10, 1, 0), (11, 1, 0), (20, 2, 0), (30, 3, 0), (40, 4, 0);
      INSERT INTO grandchild VALUES (100, 10), (101, 10), (110, 11), (200, 20), (300, 30), (400, 40)`);
    await flow.atSource('UPDATE parent SET id = 22 WHERE id = 2');
    await flow.atSource('DELETE FROM parent WHERE id = 1');
    await flow.atSource(`START TRANSACTION; UPDATE child SET v = 1 WHERE id = 30; DELETE FROM parent WHERE id = 3;
      INSERT INTO parent VALUES (3, 9); INSERT INTO child VALUES (31, 3, 0); COMMIT`);
    await flow.atSource(
      'START TRANSACTION; UPDATE child SET id = 41 WHERE id = 40; UPDATE parent SET id = 44 WHERE id = 4; COMMIT',
    );
    await flow.atSource(
      'START TRANSACTION; UPDATE child SET parent = 44 WHERE id = 31; DELETE FROM parent WHERE id = 3; COMMIT',
    );
    await flow.assertEqual();
    await flow.until('it runs', ({ state }) => state === 'running');
  });
}

test('B12: rows that refer to their own table, and tables that refer to each other, end equal', async () => {
  const tables = {
    tree: 'id INT PRIMARY KEY, up INT NULL, name VARCHAR(20), FOREIGN KEY (up) REFERENCES tree (id) ON DELETE CASCADE',
    left_side: 'id INT PRIMARY KEY, other INT NULL',
    right_side: 'id INT PRIMARY KEY, other INT NULL, FOREIGN KEY (other) REFERENCES left_side (id)',
  };
  await using flow = await Flow.prepare({ tables });
  for (const side of ['from', 'to'] as const) {
    const connection = await flow.connect(side);
    await connection.query('ALTER TABLE left_side ADD FOREIGN KEY (other) REFERENCES right_side (id)');
    await connection.end();
  }
  await flow.apply();
  await flow.atSource(`START TRANSACTION; INSERT INTO tree VALUES (5, NULL, 'root'), (1, 5, 'a'), (2, 1, 'b'), (9, NULL, 'x');
    UPDATE tree SET name = 'root2' WHERE id = 5; UPDATE tree SET up = 9 WHERE id = 2; UPDATE tree SET up = 2 WHERE id = 1; COMMIT;
    DELETE FROM tree WHERE id = 9`);
  await flow.atSource(`INSERT INTO left_side VALUES (1, NULL); INSERT INTO right_side VALUES (1, 1); UPDATE left_side SET other = 1;
    INSERT INTO left_side VALUES (2, 1); INSERT INTO right_side VALUES (2, 2); UPDATE left_side SET other = NULL;
    DELETE FROM right_side; DELETE FROM left_side WHERE id = 1`);
  await flow.assertEqual();
});

test('B12: a hot loop of parents and children, made and deleted in one transaction each, is whole at every moment', async () => {
  const tables = {
    parent: 'id INT PRIMARY KEY, n INT NOT NULL',
    child: 'id INT PRIMARY KEY AUTO_INCREMENT, parent INT NOT NULL, FOREIGN KEY (parent) REFERENCES parent (id)',
  };
  await using flow = await Flow.open({ tables });
  const source = await flow.connect('from');
  const target = await flow.connect('to');
  let isDone = false;
  const torn: unknown[] = [];
  const watch = (async () => {
    while (!isDone) {
      const [rows] = await target.query(
        `SELECT p.id FROM parent p LEFT JOIN child c ON c.parent = p.id GROUP BY p.id, p.n HAVING COUNT(c.id) <> p.n`,
      );
      torn.push(...(rows as unknown[]));
    }
  })();
  try {
    for (let id = 1; id <= 400; id++) {
      await source.query(
        `START TRANSACTION; INSERT INTO parent VALUES (${id}, 2); INSERT INTO child (parent) VALUES (${id}), (${id}); COMMIT`,
      );
      if (id % 3 === 0)
        await source.query(
          `START TRANSACTION; DELETE FROM child WHERE parent = ${id - 1}; DELETE FROM parent WHERE id = ${id - 1}; COMMIT`,
        );
    }
    await flow.assertEqual();
  } finally {
    isDone = true;
    await watch;
    source.destroy();
    target.destroy();
  }
  assert.deepEqual(torn, []);
  await flow.until('it runs', ({ state }) => state === 'running');
});

test('B12 B18: a replay over tables with foreign keys ends equal', async () => {
  await using flow = await Flow.open({
    tables: {
      parent: 'id INT PRIMARY KEY, v INT',
      child: 'id INT PRIMARY KEY, parent INT NOT NULL, FOREIGN KEY (parent) REFERENCES parent (id)',
    },
  });
  await flow.atSource(`INSERT INTO parent VALUES (1, 0), (2, 0); INSERT INTO child VALUES (1, 1), (2, 2);
    DELETE FROM child WHERE id = 1; DELETE FROM parent WHERE id = 1; INSERT INTO parent VALUES (1, 1); INSERT INTO child VALUES (7, 1);
    UPDATE child SET parent = 1; DELETE FROM parent WHERE id = 2`);
  await flow.assertEqual();
  await flow.pause();
  await resetOffsets(flow, '--to-earliest');
  await flow.start();
  await flow.assertEqual();
  const { from, to } = flow.route;
  const found = await compareTables({ source: { ...from, table: 'child' }, target: { ...to, table: 'child' } });
  assert.equal(found.rows, 2);
});
