import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Flow } from '../support/flow.ts';
import { assertSameStructure } from '../support/structure.ts';

const KILLS = 3;

test('B15: a loader killed again and again around DDL recognises what was applied and goes on', async (t) => {
  await using flow = await Flow.open({
    tables: { t: 'id INT PRIMARY KEY AUTO_INCREMENT, v INT', dropped: 'id INT PRIMARY KEY' },
  });
  const seed = Number.parseInt(flow.word, 16) % 1_000;
  t.diagnostic(`seed ${seed}`);
  const source = await flow.connect('from');
  let isDone = false;
  const changes = async (): Promise<void> => {
    for (let n = 0; !isDone; n++) {
      for (const sql of [
        'INSERT INTO t (v) VALUES (1), (2)',
        `ALTER TABLE t ADD COLUMN c${n} INT NOT NULL DEFAULT ${n}`,
        `INSERT INTO t (v, c${n}) VALUES (3, ${n + 7})`,
        `ALTER TABLE t CHANGE c${n} d${n} BIGINT NOT NULL DEFAULT ${n}`,
        `CREATE INDEX ix${n} ON t (v)`,
        `CREATE TABLE t_${n} (id INT PRIMARY KEY)`,
        `INSERT INTO t_${n} VALUES (1)`,
        `RENAME TABLE t_${n} TO u_${n}`,
        `DROP INDEX ix${n} ON t`,
        `ALTER TABLE t DROP COLUMN d${n}`,
        `DROP TABLE u_${n}`,
      ])
        await source.query(sql);
      await delay(50);
    }
  };
  const running = changes();
  try {
    for (let kill = 0; kill < KILLS; kill++) {
      await flow.until('statements are being applied', ({ loader }) => (loader?.ddl?.applied ?? 0) >= 5, 60_000);
      await delay((seed * (kill + 3)) % 700);
      await flow.stack.kill('loader-us');
      await flow.stack.waitHealthy('loader-us', 60_000);
    }
  } finally {
    isDone = true;
    await running.finally(() => source.end());
  }
  await flow.assertEqual();
  await assertSameStructure(flow, 't');
});
