import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Relay } from '../../chaos/relay.ts';
import { RecordBuffer } from '../../shared/kafka/record-buffer.ts';
import { openProducer, type RecordProducer } from '../../shared/kafka/record-producer.ts';
import { kafkaClient } from '../../shared/kafka/topic-admin.ts';
import { followTopic } from '../../shared/kafka/topic-follower.ts';
import { createLogger } from '../../shared/runtime/log.ts';
import { type StackHandle, upStack } from '../../stack/api.ts';
import { portOf, readConfig } from '../../stack/config.ts';
import { brokerRelay } from '../../stack/relayed.ts';
import { eventually } from '../support/eventually.ts';
import { kafkaRequest } from '../support/kill-traps.ts';
import { SECOND_BROKER_ID, SecondBroker } from '../support/second-broker.ts';

/** What kafkajs's own producer loses in silence (two cases, both seen) must be impossible by ours; on a broker of its own behind a relay. */

const log = createLogger('test', 'silent');
const PRODUCE = 0;
const dir = mkdtempSync(join(tmpdir(), 'lutra-produce-'));
let stack: StackHandle;
let relay: Relay;

before(async () => {
  stack = await upStack({ dir, port: 0, relayed: true, tiedToCaller: true, only: ['kafka-sh'] });
  const config = readConfig(dir);
  assert.ok(config);
  const ports = brokerRelay(portOf(config, 'kafka-sh'), 'near');
  relay = await Relay.open(ports.server, ports.relay);
});

after(async () => {
  await stack?.down();
  await relay?.[Symbol.asyncDispose]();
  rmSync(dir, { recursive: true, force: true });
});

const direct = (): { brokers: string[]; clientId: string; log: typeof log } => ({
  brokers: [stack.address('kafka-sh')],
  clientId: 'produce-test',
  log,
});

async function makeTopic(topic: string, replicaAssignment: { partition: number; replicas: number[] }[]): Promise<void> {
  const admin = kafkaClient(direct()).admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, replicaAssignment }], waitForLeaders: true });
  await admin.disconnect();
}

async function leaderOf(topic: string, partition: number): Promise<number | undefined> {
  const admin = kafkaClient(direct()).admin();
  await admin.connect();
  try {
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    return topics[0]?.partitions.find(({ partitionId }) => partitionId === partition)?.leader;
  } finally {
    await admin.disconnect();
  }
}

function send(producer: RecordProducer, topic: string, partition: number, text: string): Promise<bigint> {
  const buffer = new RecordBuffer(1 << 10);
  const [key, value] = [Buffer.from('k'), Buffer.from(text)];
  buffer.append(key, key.length, value, value.length);
  return producer.send(topic, partition, buffer);
}

async function everything(topic: string, partition: number): Promise<string[]> {
  const texts: string[] = [];
  const stop = new AbortController();
  for await (const part of followTopic({ ...direct(), topic, partition }, stop.signal)) {
    texts.push(...part.records.map(({ value }) => String(value)));
    if (part.caughtUp) break;
  }
  return texts;
}

test('an answer that is lost while other sends wait: every record is stored once and in order', async () => {
  await makeTopic('lost-answer', [{ partition: 0, replicas: [1] }]);
  const producer = openProducer({ ...direct(), brokers: [`127.0.0.1:${relay.port}`] });
  await send(producer, 'lost-answer', 0, 'first');
  for (let round = 0; round < 5; round++) {
    const sprung = Promise.withResolvers<void>();
    relay.arm({ when: 'after', matches: kafkaRequest(PRODUCE, 'lost-answer', `${round} A`), spring: sprung.resolve });
    await Promise.all(['A', 'B', 'C'].map((word) => send(producer, 'lost-answer', 0, `${round} ${word}`)));
    await sprung.promise;
  }
  await producer.close();
  const rounds = Array.from({ length: 5 }, (_, round) => ['A', 'B', 'C'].map((word) => `${round} ${word}`));
  assert.deepEqual(await everything('lost-answer', 0), ['first', ...rounds.flat()]);
});

test('a partition that gets another leader between two tries of a send: every record is stored once and in order', async () => {
  await using second = await SecondBroker.open(stack);
  await makeTopic('moving', [
    { partition: 0, replicas: [1, SECOND_BROKER_ID] },
    { partition: 1, replicas: [SECOND_BROKER_ID, 1] },
  ]);
  await eventually(
    'partition 1 is led by the second broker',
    async () => (await leaderOf('moving', 1)) === SECOND_BROKER_ID,
  );
  const producer = openProducer(direct());
  const sent: string[] = [];
  const stopping = { isDone: false };
  const sendAll = async (): Promise<void> => {
    for (let n = 0; !stopping.isDone || n % 20 !== 0; n++) {
      await Promise.all([send(producer, 'moving', 0, String(n)), send(producer, 'moving', 1, String(n))]);
      sent.push(String(n));
    }
  };
  const sending = sendAll();
  await eventually('some are stored', () => sent.length > 20);
  await second.stop();
  await eventually('partition 1 has moved', async () => (await leaderOf('moving', 1)) === 1);
  const atMove = sent.length;
  await eventually('more are stored', () => sent.length > atMove + 20);
  stopping.isDone = true;
  await sending;
  await producer.close();
  assert.deepEqual(await everything('moving', 0), sent);
  assert.deepEqual(await everything('moving', 1), sent);
});
