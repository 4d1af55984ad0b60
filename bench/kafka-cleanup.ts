import { setTimeout as delay } from 'node:timers/promises';
import { kafkaClient } from '../shared/kafka/topic-admin.ts';
import { silentLog } from './silent-log.ts';

const LEAVE_LIMIT_MS = 20_000;
const POLL_MS = 100;

/** Deletes a topic once the consumer group that read it is empty, so that the next leg has neither its bytes nor its readers. */
export async function removeTopic(broker: string, topic: string, group: string | undefined): Promise<void> {
  const admin = kafkaClient({ brokers: [broker], clientId: 'bench', log: silentLog }).admin();
  await admin.connect();
  try {
    const deadline = performance.now() + LEAVE_LIMIT_MS;
    while (group !== undefined && performance.now() < deadline) {
      const [state] = (await admin.describeGroups([group])).groups;
      if ((state?.members.length ?? 0) === 0) break;
      await delay(POLL_MS);
    }
    if ((await admin.listTopics()).includes(topic)) await admin.deleteTopics({ topics: [topic] });
  } finally {
    await admin.disconnect();
  }
}
