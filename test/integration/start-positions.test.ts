import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '../support/eventually.ts';
import { Flow } from '../support/flow.ts';

const TABLES = { t: 'id INT NOT NULL PRIMARY KEY, v VARCHAR(20)' };

async function ids(flow: Flow): Promise<number[]> {
  return (await flow.atTarget('SELECT id FROM t ORDER BY id')).map(({ id }) => Number(id));
}

test('B3: a start at file:position applies every event after it and none before', async () => {
  await using flow = await Flow.prepare({ tables: TABLES });
  await flow.atSource("INSERT INTO t VALUES (1, 'before'), (2, 'before')");
  const [status] = await flow.atSource('SHOW BINARY LOG STATUS');
  await flow.atSource("INSERT INTO t VALUES (3, 'after')");
  await flow.atSource('DELETE FROM t WHERE id = 1');
  await flow.apply({ start: { file: String(status?.File), position: Number(status?.Position) } });
  await flow.settle();
  assert.deepEqual(await ids(flow), [3]);
});

test('a start at a GTID set applies every transaction outside of it', async () => {
  await using flow = await Flow.prepare({ tables: TABLES });
  await flow.atSource("INSERT INTO t VALUES (1, 'before')");
  const [status] = await flow.atSource('SELECT @@GLOBAL.gtid_executed AS gtids');
  await flow.atSource("INSERT INTO t VALUES (2, 'after')");
  await flow.apply({ start: { gtid: String(status?.gtids).replaceAll('\n', '') } });
  await flow.settle();
  assert.deepEqual(await ids(flow), [2]);
});

test('a start at a GTID of MariaDB applies every transaction behind it', async () => {
  await using flow = await Flow.prepare({ tables: TABLES, source: 'user' });
  await flow.atSource("INSERT INTO t VALUES (1, 'before')");
  const [status] = await flow.atSource('SELECT @@GLOBAL.gtid_current_pos AS gtid');
  await flow.atSource("INSERT INTO t VALUES (2, 'after')");
  await flow.apply({ start: { gtid: String(status?.gtid) } });
  await flow.settle();
  assert.deepEqual(await ids(flow), [2]);
});

for (const source of ['order', 'user']) {
  test(`a start at the beginning applies everything that the log of ${source} holds`, async () => {
    await using flow = await Flow.prepare({ tables: TABLES, source, start: 'beginning' });
    await flow.atSource("INSERT INTO t VALUES (1, 'early'), (2, 'early')");
    await flow.atSource('UPDATE t SET id = 20 WHERE id = 2');
    await flow.apply();
    await flow.atSource("INSERT INTO t VALUES (3, 'late')");
    await flow.assertEqual();
    assert.deepEqual(await ids(flow), [1, 3, 20]);
  });

  test(`a start at the end of ${source} leaves out what was there and covers what comes`, async () => {
    await using flow = await Flow.prepare({ tables: TABLES, source });
    await flow.atSource("INSERT INTO t VALUES (1, 'before')");
    await flow.apply();
    await flow.atSource("INSERT INTO t VALUES (2, 'after')");
    await flow.settle();
    assert.deepEqual(await ids(flow), [2]);
  });
}

test('a second channel that starts at the end of a source which is read already gets only what comes', async () => {
  await using first = await Flow.open({ tables: TABLES });
  await first.atSource("INSERT INTO t VALUES (1, 'before')");
  await first.settle();
  await using second = await Flow.open({ tables: TABLES, sharing: first });
  await second.atSource("INSERT INTO t VALUES (2, 'after')");
  await second.settle();
  assert.deepEqual(await ids(second), [2]);
  await first.assertEqual();
});

test('a channel made anew does not inherit the place of a deleted one: its end is the end of now', async () => {
  await using flow = await Flow.prepare({ tables: TABLES });
  const readers = await binlogReaders(flow);
  await flow.apply();
  await flow.atSource("INSERT INTO t VALUES (1, 'first channel')");
  await flow.settle();
  await flow.channels.remove(flow.name);
  await eventually('the source is read no more', async () => (await binlogReaders(flow)) === readers);
  await flow.atSource("INSERT INTO t VALUES (2, 'no channel')");
  await flow.apply();
  await flow.atSource("INSERT INTO t VALUES (3, 'second channel')");
  await flow.settle();
  assert.deepEqual(await ids(flow), [1, 3]);
});

async function binlogReaders(flow: Flow): Promise<number> {
  const threads = await flow.atSource('SHOW PROCESSLIST');
  return threads.filter(({ Command }) => String(Command).startsWith('Binlog Dump')).length;
}
