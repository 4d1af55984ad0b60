import type { KafkaAddress } from '../../shared/kafka/cluster.ts';
import { kafkaClient } from '../../shared/kafka/topic-admin.ts';
import { followTopic } from '../../shared/kafka/topic-follower.ts';
import { createLogger } from '../../shared/runtime/log.ts';
import { eventually } from './eventually.ts';
import type { Flow } from './flow.ts';

type Site = 'sh' | 'us';
export type TopicRow = { readonly id: number; readonly offset: number; readonly timestamp: number };

/** Kafka of a site, as our own clients take it. */
export function kafkaOf({ stack }: Flow, site: Site): KafkaAddress {
  const brokers = [stack.address(`kafka-${site}`)];
  return { brokers, clientId: 'kafka-records', log: createLogger('test', 'silent') };
}

/** The records of a flow's table `t` that its topic holds now, by the row's id; `timestamp` is Kafka's, in ms. */
export async function rowsInTopic(flow: Flow, site: Site): Promise<TopicRow[]> {
  const found: TopicRow[] = [];
  const signal = AbortSignal.timeout(30_000);
  for await (const { records, caughtUp } of followTopic({ ...kafkaOf(flow, site), topic: flow.topic }, signal)) {
    for (const { key, offset, timestamp } of records) {
      const [schema, table, id] = JSON.parse(key) as unknown[];
      if (schema === flow.route.from.schema && table === 't')
        found.push({ id: Number(id), offset: Number(offset), timestamp });
    }
    if (caughtUp) break;
  }
  return found;
}

/** Waits until the topic of a flow holds a record of a row of its table `t`. */
export async function untilInTopic(flow: Flow, site: Site, row: number): Promise<void> {
  await eventually(`row ${row} is in the topic`, async () =>
    (await rowsInTopic(flow, site)).some(({ id }) => id === row),
  );
}

/** Deletes all records that the topic of a flow holds, as retention does; resolves to the first offset that is kept then. */
export async function deleteRecords(flow: Flow, site: Site): Promise<number> {
  const { topic } = flow;
  const admin = kafkaClient(kafkaOf(flow, site)).admin();
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
