import { kafkaClient } from '../../shared/kafka/topic-admin.ts';
import { createLogger } from '../../shared/runtime/log.ts';
import { readRecords } from './decoded-topic.ts';
import type { Flow } from './flow.ts';

type Site = 'sh' | 'us';

/** Waits until the topic of a flow holds the insert of a row of its table `t`. */
export async function untilInTopic(flow: Flow, site: Site, id: number): Promise<void> {
  const { topic, stack } = flow;
  const registry = stack.address('registry', 'http').replace(/\/+$/, '');
  await readRecords({ kafka: stack.address(`kafka-${site}`), registry, topic }, (records) =>
    records.some(({ key, after }) => key[0] === flow.route.from.schema && key[1] === 't' && after?.id === id),
  );
}

/** Deletes all records that the topic of a flow holds, as retention does; resolves to the first offset that is kept then. */
export async function deleteRecords({ stack, topic }: Flow, site: Site): Promise<number> {
  const brokers = [stack.address(`kafka-${site}`)];
  const admin = kafkaClient({ brokers, clientId: 'delete-records', log: createLogger('test', 'silent') }).admin();
  await admin.connect();
  try {
    const bounds = await admin.fetchTopicOffsets(topic);
    const partitions = bounds.map(({ partition, high }) => ({ partition, offset: high }));
    await admin.deleteTopicRecords({ topic, partitions });
    return Number(partitions[0]?.offset);
  } finally {
    await admin.disconnect();
  }
}
