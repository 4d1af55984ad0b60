import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Flow } from '../support/flow.ts';

/** No key that could hide a row that is applied twice. */
const TABLES = { log: 'n INT NOT NULL, v VARCHAR(20)', t: 'id INT NOT NULL PRIMARY KEY, hits INT NOT NULL' };

test('D8: after a restart of every process each pipeline goes on exactly where it was: nothing lost, nothing twice', async () => {
  await using flow = await Flow.open({ tables: TABLES });
  await flow.atSource('INSERT INTO t VALUES (1, 0)');
  const rounds = [
    ['selector-sh', 'loader-us', 'admin-api'],
    ['mirror-us', 'mirror-sh', 'registry'],
    ['kafka-sh', 'kafka-us'],
    ['order', 'otter'],
  ];
  let n = 0;
  for (const names of rounds) {
    await write(flow, n++);
    await flow.stack.restart(...names);
    await Promise.all(names.map((name) => flow.stack.waitHealthy(name)));
    await write(flow, n++);
  }
  await flow.assertEqual();
  const [row] = await flow.atTarget('SELECT COUNT(*) AS n, COUNT(DISTINCT n) AS different FROM log');
  assert.deepEqual([Number(row?.n), Number(row?.different)], [n * 3, n * 3]);
});

async function write(flow: Flow, round: number): Promise<void> {
  const at = round * 3;
  await flow.atSource(
    `START TRANSACTION; INSERT INTO log VALUES (${at}, 'a'), (${at + 1}, 'b'); UPDATE t SET hits = hits + 1; COMMIT;
     INSERT INTO log VALUES (${at + 2}, 'c')`,
  );
}
