import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Flow } from '../support/flow.ts';
import { kafkaGroups, resetOffsets } from '../support/kafka-groups.ts';

const TABLES = { t: 'id INT NOT NULL PRIMARY KEY, v VARCHAR(20)' };

test('B18: a replay from an older offset, set with kafka-consumer-groups on the paused channel, ends equal', async () => {
  await using flow = await Flow.open({ tables: TABLES });
  await flow.atSource("INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, 'c')");
  await flow.atSource("UPDATE t SET v = 'a2' WHERE id = 1");
  await flow.atSource('UPDATE t SET id = 30 WHERE id = 3');
  await flow.atSource('DELETE FROM t WHERE id = 2');
  await flow.assertEqual();
  await flow.pause();
  await resetOffsets(flow, '--to-earliest');
  await flow.atTarget("UPDATE t SET v = 'damaged'");
  await flow.start();
  await flow.assertEqual();
});

test('an offset that kafka-consumer-groups sets to the end skips what was there and nothing that comes', async () => {
  await using flow = await Flow.open({ tables: TABLES });
  await flow.atSource("INSERT INTO t VALUES (1, 'kept')");
  await flow.settle();
  await flow.pause();
  await flow.atSource("INSERT INTO t VALUES (2, 'skipped')");
  await using beside = await Flow.open({ tables: TABLES, sharing: flow });
  await beside.settle();
  await resetOffsets(flow, '--to-latest');
  await flow.start();
  await flow.atSource("INSERT INTO t VALUES (3, 'applied')");
  await flow.settle();
  assert.deepEqual(await ids(flow), [1, 3]);
});

test('an offset that kafka-consumer-groups shifts forward skips records', async () => {
  await using flow = await Flow.open({ tables: TABLES });
  await flow.atSource("INSERT INTO t VALUES (1, 'kept')");
  await flow.settle();
  await flow.pause();
  await flow.atSource("INSERT INTO t VALUES (2, 'skipped')");
  await using beside = await Flow.open({ tables: TABLES, sharing: flow });
  await beside.settle();
  const printed = await resetOffsets(flow, '--shift-by', '1000000');
  await flow.start();
  await flow.atSource("INSERT INTO t VALUES (3, 'applied')");
  await flow.settle();
  assert.deepEqual(await ids(flow), [1, 3], printed);
});

async function ids(flow: Flow): Promise<number[]> {
  return (await flow.atTarget('SELECT id FROM t ORDER BY id')).map(({ id }) => Number(id));
}

test("a group's offsets as kafka-consumer-groups shows them reach the end of the topic", async () => {
  await using flow = await Flow.open({ tables: TABLES });
  await flow.atSource("INSERT INTO t VALUES (1, 'a')");
  await flow.settle();
  const text = await kafkaGroups(flow.stack, 'us', ['--describe', '--group', flow.group]);
  assert.match(text, new RegExp(`${flow.group}\\s+${flow.topic.replaceAll('.', '\\.')}\\s+0\\s+\\d+\\s+\\d+\\s+\\d+`));
});
