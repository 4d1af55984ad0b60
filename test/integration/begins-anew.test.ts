import assert from 'node:assert/strict';
import { test } from 'node:test';
import { consumeGroup } from '../../shared/kafka/group-consumer.ts';
import { ensureTopic } from '../../shared/kafka/topic-admin.ts';
import { createLogger } from '../../shared/runtime/log.ts';
import { rowsTopicDefinition } from '../../topics/topics.ts';
import { LoaderBench } from '../support/loader-bench.ts';
import { RecordStream } from '../support/row-records.ts';
import { SilentLink } from '../support/silent-link.ts';
import { stackAddresses } from '../support/stack.ts';

const STALLED_MS = 20_000;

test('a target connection that breaks without a word is stalled, then opened anew, and the transaction is applied once', async () => {
  const { mysql } = stackAddresses();
  await using link = await SilentLink.to(mysql.host, mysql.port);
  await using bench = await LoaderBench.open({ target: { host: '127.0.0.1', port: link.port } });
  await bench.sql.query(`USE ${bench.schema}; CREATE TABLE t (id INT)`);
  const encoder = await bench.encoder({ table: 't', key: [], columns: [{ name: 'id', type: 'int' }] });
  const stream = new RecordStream();
  const row = (id: number): ReturnType<RecordStream['transact']> =>
    stream.transact([{ encoder, change: { op: 'c', after: { id } } }]);
  await bench.deploy();
  bench.startLoader();
  await bench.send(row(1));
  await bench.eventually('the first row', async () => (await bench.count('t')) === 1);
  link.fallSilent(1);
  await bench.send(row(2));
  await bench.eventually('it is stalled', () => bench.status?.state === 'stalled', STALLED_MS);
  await bench.eventually('the second row', async () => (await bench.count('t')) === 2, 60_000);
  await bench.eventually('it runs again', () => bench.status?.state === 'running');
});

test('a fetch that is to begin anew leaves the group and joins it again', async () => {
  const log = createLogger('test', 'silent');
  const address = { brokers: [stackAddresses().kafka], clientId: 'test', log };
  const name = `test-${Date.now()}`;
  await ensureTopic(address, rowsTopicDefinition(name, 1));
  const ending = new AbortController();
  let lives = 0;
  await consumeGroup(
    {
      ...address,
      group: name,
      topic: rowsTopicDefinition(name, 1).name,
      partitions: 1,
      onPartition: async (partition) => {
        lives++;
        if (lives === 1) partition.beginAnew();
        else ending.abort();
        await new Promise((resolve) => partition.signal.addEventListener('abort', resolve, { once: true }));
      },
    },
    ending.signal,
  );
  assert.equal(lives, 2);
});
