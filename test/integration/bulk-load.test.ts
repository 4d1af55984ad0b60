import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Flow } from '../support/flow.ts';
import { DUMP_ROWS, DUMP_TABLES, dumpScript } from '../support/vingoo-dump.ts';

test('D9: a mysqldump script of 6 tables arrives equal, and the statistics show its 1,654 inserts', async () => {
  assert.equal(DUMP_ROWS, 1_654);
  await using flow = await Flow.open({ tables: DUMP_TABLES });
  await flow.atSource(dumpScript());
  await flow.assertEqual();
  const [building] = await flow.atTarget('SELECT name FROM vgp_building WHERE id = 1');
  assert.equal(building?.name, '观澜湖新城-B1');
  const { loader } = await flow.until('1,654 inserts are counted', ({ loader }) => insertsOf(loader) >= DUMP_ROWS);
  assert.equal(insertsOf(loader), DUMP_ROWS);
});

type Loader = Awaited<ReturnType<Flow['status']>>['loader'];

function insertsOf(loader: Loader): number {
  return Object.entries(loader?.tables ?? {})
    .filter(([table]) => table.includes('.vgp_'))
    .reduce((sum, [, { inserts }]) => sum + inserts, 0);
}
