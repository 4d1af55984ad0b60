import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Flow } from '../support/flow.ts';

const TABLES = {
  plain: 'id INT NOT NULL PRIMARY KEY, v INT NOT NULL',
  parent: 'id INT NOT NULL PRIMARY KEY',
  child: 'id INT NOT NULL PRIMARY KEY, parent_id INT NOT NULL, FOREIGN KEY (parent_id) REFERENCES parent (id)',
  uniq: 'id INT NOT NULL PRIMARY KEY, u INT NOT NULL UNIQUE',
};

test('a source with four partitions ends equal: keys that change, unique values that move, parents with children', async () => {
  await using flow = await Flow.open({ tables: TABLES, partitions: 4 });
  const source = await flow.connect('from');
  try {
    for (let n = 1; n <= 60; n++) {
      await source.query(
        `START TRANSACTION;
         INSERT INTO plain VALUES (${n}, 0), (${n + 1000}, 0);
         INSERT INTO parent VALUES (${n}); INSERT INTO child VALUES (${n}, ${n}), (${n + 1000}, ${n});
         INSERT INTO uniq VALUES (${n}, ${n});
         COMMIT;
         UPDATE plain SET v = v + 1; UPDATE plain SET id = ${n + 5000} WHERE id = ${n};
         UPDATE uniq SET u = -${n} WHERE id = ${n}; INSERT INTO uniq VALUES (${n + 1000}, ${n});
         START TRANSACTION; DELETE FROM child WHERE id = ${n}; COMMIT;
         ${n % 5 === 0 ? `DELETE FROM child WHERE parent_id = ${n}; DELETE FROM parent WHERE id = ${n};` : ''}`,
      );
    }
  } finally {
    source.destroy();
  }
  await flow.untilEqual();
  const { offsets } = await flow.until('all partitions are shown', (status) => status.offsets?.length === 4);
  assert.deepEqual(
    offsets?.map(({ partition }) => partition),
    [0, 1, 2, 3],
  );
});
