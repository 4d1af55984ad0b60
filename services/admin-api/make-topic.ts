import type { KafkaAddress } from '../../shared/kafka/cluster.ts';
import { ensureTopic } from '../../shared/kafka/topic-admin.ts';
import { asReplicationError, type ReplicationError } from '../../shared/runtime/errors.ts';
import { backoffMs, pause } from '../../shared/runtime/retry.ts';
import { compactedTopicDefinition } from '../../topics/topics.ts';

/** Makes a compacted topic that is missing; tries until it is there or the signal. `onWait` is told every failure. */
export async function makeTopic(
  address: KafkaAddress,
  topic: string,
  signal: AbortSignal,
  onWait: (error: ReplicationError) => void = () => {},
): Promise<void> {
  for (let attempt = 0; !signal.aborted; attempt++) {
    try {
      await ensureTopic(address, compactedTopicDefinition(topic));
      return;
    } catch (error) {
      onWait(asReplicationError(error));
      await pause(backoffMs(attempt, 2_000), signal);
    }
  }
}
