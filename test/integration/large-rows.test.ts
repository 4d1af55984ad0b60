import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Flow } from '../support/flow.ts';

const MB = 1 << 20;
const PACKET = 512 * MB;

/** Rows of this size need larger packets at both servers than the stack gives them. */
async function withLargePackets(flow: Flow): Promise<AsyncDisposable> {
  const set = async (value: string): Promise<void> => {
    await flow.atSource(`SET GLOBAL max_allowed_packet = ${value}`);
    await flow.atTarget(`SET GLOBAL max_allowed_packet = ${value}`);
  };
  await set(String(PACKET));
  return { [Symbol.asyncDispose]: () => set('DEFAULT') };
}

test('regression 5: rows of 16 MB and 100 MB, text and binary, pass in pieces: inserted, updated and deleted', async () => {
  await using flow = await Flow.prepare({ tables: { t: 'id INT PRIMARY KEY, b LONGBLOB, s LONGTEXT' } });
  await using _packets = await withLargePackets(flow);
  await flow.apply();
  const digests = async (side: 'from' | 'to'): Promise<unknown> =>
    (side === 'from' ? flow.atSource.bind(flow) : flow.atTarget.bind(flow))(
      'SELECT id, LENGTH(b) AS b, SHA2(b, 256) AS hb, LENGTH(s) AS s, SHA2(s, 256) AS hs FROM t ORDER BY id',
    );
  await flow.atSource(`INSERT INTO t VALUES (1, CONCAT(REPEAT(UNHEX('00ff275c0a'), ${16 * MB} / 5), 'end'), 'small')`);
  await flow.atSource(`INSERT INTO t VALUES (2, NULL, CONCAT(REPEAT('雪\\'\\\\"', ${16 * MB} / 6), 'end'))`);
  await flow.atSource(
    `INSERT INTO t VALUES (3, CONCAT(REPEAT(UNHEX('0102030405060708'), ${100 * MB} / 8), 'end'), NULL)`,
  );
  await flow.atSource("INSERT INTO t VALUES (4, 'b', 's')");
  await flow.settle(180_000);
  assert.deepEqual(await digests('to'), await digests('from'));
  await flow.atSource("UPDATE t SET s = CONCAT('changed', s) WHERE id IN (1, 2)");
  await flow.atSource('DELETE FROM t WHERE id = 3');
  await flow.settle(180_000);
  assert.deepEqual(await digests('to'), await digests('from'));
  const { loader, selector } = await flow.status();
  assert.equal(loader?.state, 'running');
  assert.equal(selector?.state, 'running');
});
