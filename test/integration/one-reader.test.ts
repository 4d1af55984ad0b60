import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '../support/eventually.ts';
import { Flow } from '../support/flow.ts';

const TABLES = { t: 'id INT NOT NULL PRIMARY KEY, v VARCHAR(20)' };

async function binlogReaders(flow: Flow): Promise<number> {
  const threads = await flow.atSource('SHOW PROCESSLIST');
  return threads.filter(({ Command }) => String(Command).startsWith('Binlog Dump')).length;
}

test('B24: two channels of one source have one reader, and each gets all rows', async () => {
  await using first = await Flow.prepare({ tables: TABLES });
  const others = await binlogReaders(first);
  await first.apply();
  await using second = await Flow.open({ tables: TABLES, sharing: first });
  await first.atSource("INSERT INTO t VALUES (1, 'for both')");
  await first.assertEqual();
  await second.assertEqual();
  await eventually('one more reader than before', async () => (await binlogReaders(first)) === others + 1);
});

test('B24: pausing one of two channels of a source does not hold up the other', async () => {
  await using first = await Flow.open({ tables: TABLES });
  await using second = await Flow.open({ tables: TABLES, sharing: first });
  await first.pause();
  await first.atSource("INSERT INTO t VALUES (1, 'while paused')");
  await second.assertEqual();
  assert.deepEqual(await first.atTarget('SELECT * FROM t'), []);
  await first.start();
  await first.assertEqual();
});
