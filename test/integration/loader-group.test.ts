import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openProducer } from '../../shared/kafka/record-producer.ts';
import { ensureTopic } from '../../shared/kafka/topic-admin.ts';
import { createLogger } from '../../shared/runtime/log.ts';
import { compactedTopicDefinition, positionsTopic } from '../../topics/topics.ts';
import { LoaderBench } from '../support/loader-bench.ts';
import { RecordStream, type TableEncoder, type TestRecord } from '../support/row-records.ts';
import { stackAddresses } from '../support/stack.ts';

const COLUMNS = [
  { name: 'id', type: 'int' },
  { name: 'v', type: 'int' },
];

async function openBench(partitions: number): Promise<{ bench: LoaderBench; encoder: TableEncoder }> {
  const bench = await LoaderBench.open({ partitions });
  await bench.sql.query(`USE ${bench.schema}; CREATE TABLE t (id INT PRIMARY KEY, v INT)`);
  return { bench, encoder: await bench.encoder({ table: 't', key: ['id'], columns: COLUMNS }) };
}

function rows(stream: RecordStream, encoder: TableEncoder, from: number, to: number): TestRecord[] {
  return Array.from({ length: to - from }, (_, i) =>
    stream.transact([{ encoder, change: { op: 'c', after: { id: from + i, v: 0 } } }]),
  ).flat();
}

test('two loaders share the partitions, and one takes over all when the other is killed', async () => {
  const { bench, encoder } = await openBench(4);
  await using _ = bench;
  const streams = Array.from({ length: 4 }, () => new RecordStream());
  const sendAll = async (from: number): Promise<void> => {
    for (const [p, stream] of streams.entries())
      await bench.send(rows(stream, encoder, p * 1_000_000 + from, p * 1_000_000 + from + 500), p);
  };
  await bench.deploy();
  const doomed = bench.startLoader('a');
  await sendAll(0);
  await bench.eventually('the first rows', async () => (await bench.count('t')) === 2000);
  bench.startLoader('b');
  await sendAll(500);
  await bench.eventually('the rows of both', async () => (await bench.count('t')) === 4000);
  await bench.eventually(
    'both have a share',
    () => bench.allStatuses.length === 2 && bench.allStatuses.every(({ offsets }) => offsets?.length === 2),
  );
  await bench.stopLoader(doomed, 'SIGKILL');
  await sendAll(1000);
  await bench.eventually('all rows by the one that is left', async () => (await bench.count('t')) === 6000);
  assert.equal(
    (await bench.rows(`SELECT COUNT(*) AS n FROM lutra.checkpoint WHERE topic = '${bench.topic}'`))[0]?.n,
    '4',
  );
});

test('a pipeline that starts at the end waits for the selector and applies what comes after it joined', async () => {
  const { bench, encoder } = await openBench(1);
  await using _ = bench;
  const stream = new RecordStream();
  await bench.send(rows(stream, encoder, 0, 10));
  await bench.deploy({ start: 'end' });
  bench.startLoader();
  await bench.eventually('a status', () => bench.status !== undefined);
  const kafka = { brokers: [stackAddresses().kafka], clientId: 'test', log: createLogger('test', 'silent') };
  await ensureTopic(kafka, compactedTopicDefinition(positionsTopic(bench.site)));
  const joined = { [`${bench.pipelineUid}`]: { epoch: 1, serials: [10], at: Date.now() } };
  const log = { gtidSet: '', file: 'f', position: 4 };
  const position = {
    source: bench.source,
    epoch: 1,
    transaction: 10,
    serials: [10],
    log,
    server: 's',
    joined,
    at: Date.now(),
  };
  const producer = openProducer(kafka);
  const value = Buffer.from(JSON.stringify(position));
  await producer.put(positionsTopic(bench.site), [{ key: bench.source, value }]).finally(() => producer.close());
  await bench.send(rows(stream, encoder, 10, 20));
  await bench.eventually('the rows behind the joining', async () => (await bench.count('t')) === 10);
  assert.equal((await bench.rows(`SELECT MIN(id) AS first FROM ${bench.schema}.t`))[0]?.first, 10);
});

test('a pipeline that starts at a GTID set leaves out what is in it, also after a restart', async () => {
  const { bench, encoder } = await openBench(1);
  await using _ = bench;
  const stream = new RecordStream();
  await bench.send(rows(stream, encoder, 1, 21));
  await bench.deploy({ start: { gtid: '3e11fa47-71ca-11e1-9e33-c80aa9429562:1-7' } });
  const child = bench.startLoader();
  await bench.eventually('the rows behind the set', async () => (await bench.count('t')) === 13);
  await bench.stopLoader(child);
  bench.startLoader('again');
  await bench.send(rows(stream, encoder, 21, 22));
  await bench.eventually('the next row', async () => (await bench.count('t')) === 14);
  assert.equal((await bench.rows(`SELECT MIN(id) AS first FROM ${bench.schema}.t`))[0]?.first, 8);
});
