import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Flow } from '../support/flow.ts';
import { resetOffsets } from '../support/kafka-groups.ts';
import { rowsInTopic } from '../support/kafka-records.ts';

test('B18: an offset of kafka-consumer-groups inside a transaction of the source is taken as the beginning of that transaction, and the status says so', async () => {
  await using flow = await Flow.open({ tables: { t: 'id INT NOT NULL PRIMARY KEY' } });
  await flow.atSource('INSERT INTO t VALUES (1)');
  await flow.atSource('INSERT INTO t VALUES (2), (3), (4)');
  await flow.settle();
  await flow.pause();
  await flow.atTarget('DELETE FROM t');
  const offsets = new Map((await rowsInTopic(flow, 'us')).map(({ id, offset }) => [id, offset]));
  await resetOffsets(flow, '--to-offset', String(offsets.get(4)));
  await flow.start();
  await flow.settle();
  assert.deepEqual(await flow.atTarget('SELECT id FROM t ORDER BY id'), [{ id: 2 }, { id: 3 }, { id: 4 }]);
  const { loader } = await flow.until('the status says so', (status) => (status.loader?.notes ?? []).length > 0);
  assert.match(
    loader?.notes?.[0] ?? '',
    new RegExp(`offset ${offsets.get(4)} .* inside a transaction .* at ${offsets.get(2)}$`),
  );
});
