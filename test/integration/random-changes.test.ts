import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '../../demo/random.ts';
import { statementsOf } from '../support/ddl-desk.ts';
import { Flow } from '../support/flow.ts';
import { RandomChanges } from '../support/random-changes.ts';
import { assertSameTables } from '../support/same-tables.ts';

const STEPS = Number(process.env.STEPS ?? 150);
const TABLES = 'SELECT TABLE_NAME AS name FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() ORDER BY 1';

for (const { server, source, target } of [
  { server: 'MySQL', source: 'order', target: 'otter' },
  { server: 'MariaDB', source: 'user', target: 'user' },
]) {
  test(`property: random structures, DDL and transactions end in equal structures and rows, ${server}`, async (t) => {
    const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
    t.diagnostic(`SEED=${seed} STEPS=${STEPS}`);
    await using flow = await Flow.open({ source, target, tables: {} });
    const connection = await flow.connect('from');
    const changes = new RandomChanges(connection, new Random(seed));
    try {
      await changes.run(STEPS);
    } finally {
      await connection.end();
    }
    t.diagnostic(`${changes.done.length} statements`);
    await flow.settle();
    const open = (await statementsOf(flow)).filter(({ state }) => state !== 'applied');
    assert.deepEqual(
      open.map(({ sql, state, reason }) => [sql, state, reason?.message]),
      [],
      `SEED=${seed}`,
    );
    assert.deepEqual(await flow.atTarget(TABLES), await flow.atSource(TABLES), `SEED=${seed}`);
    await assertSameTables(flow, ...changes.tableNames).catch((error: unknown) => {
      throw new Error(`not equal with SEED=${seed}`, { cause: error });
    });
  });
}
