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

test('lag is reported honestly: while a row waits at the target, the lag of its partition is that of the pipeline, although heartbeats are read and the other partition is applied', async () => {
  await using flow = await Flow.open({ tables: { t: 'id INT NOT NULL PRIMARY KEY, v INT NOT NULL' }, partitions: 2 });
  await flow.atSource(`INSERT INTO t VALUES ${rowsFrom(1)}`);
  await flow.untilEqual();
  const holder = await flow.connect('to');
  try {
    await holder.query('START TRANSACTION; UPDATE t SET v = 1 WHERE id = 1');
    await flow.atSource('UPDATE t SET v = 2 WHERE id = 1');
    await flow.atSource(`INSERT INTO t VALUES ${rowsFrom(21)}`);
    await flow.until('the lag grows', ({ lagMs = 0 }) => lagMs > 5_000);
    const [seen] = await flow.atTarget('SELECT COUNT(*) AS n FROM t');
    assert.ok(Number(seen?.n) > 20, 'the other partition is applied');
  } finally {
    holder.destroy();
  }
  await flow.until('the lag is small again', ({ lagMs = 60_000 }) => lagMs < 3_000);
  await flow.untilEqual();
});

/** Twenty rows. */
function rowsFrom(first: number): string {
  return Array.from({ length: 20 }, (_, at) => `(${first + at}, 0)`).join();
}
