import { test } from 'node:test';
import kafkajs from 'kafkajs';
import { testStack } from '../support/stack.ts';

test('probe seek setOffsets', async () => {
  const stack = await testStack();
  const kafka = new kafkajs.Kafka({ brokers: [stack.address('kafka-us')], clientId: 'probe', logLevel: 0 });
  const admin = kafka.admin();
  await admin.connect();
  const topic = 'probe-x';
  await admin.createTopics({ waitForLeaders: true, topics: [{ topic, numPartitions: 3, replicationFactor: 1 }] });
  const producer = kafka.producer();
  await producer.connect();
  for (let p = 0; p < 3; p++)
    await producer.send({
      topic,
      messages: Array.from({ length: 20 }, (_, i) => ({ partition: p, value: String(i) })),
    });
  await producer.disconnect();
  for (let round = 0; round < 3; round++) {
    const at = performance.now();
    const error = await admin
      .setOffsets({ groupId: `g${round}`, topic, partitions: [{ partition: 1, offset: '7' }] })
      .catch(String);
    console.log(
      'setOffsets',
      error,
      Math.round(performance.now() - at),
      JSON.stringify(await admin.fetchOffsets({ groupId: `g${round}`, topics: [topic] })),
    );
  }
  // with a member that joins at the same time
  const consumer = kafka.consumer({ groupId: 'g9' });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  const joining = consumer.run({ autoCommit: false, eachBatch: async () => {} });
  const out = await admin
    .setOffsets({ groupId: 'g9', topic, partitions: [0, 1, 2].map((partition) => ({ partition, offset: '5' })) })
    .catch(String);
  await joining;
  console.log(
    'with a joining member',
    out,
    JSON.stringify(await admin.fetchOffsets({ groupId: 'g9', topics: [topic] })),
  );
  await consumer.disconnect();
  const group = await admin.describeGroups(['g9']);
  console.log(JSON.stringify(group.groups[0]?.state));
  await admin.disconnect();
});
