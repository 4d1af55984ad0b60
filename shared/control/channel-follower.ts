import { CHANNELS_TOPIC } from '../../topics/topics.ts';
import type { KafkaAddress } from '../kafka/cluster.ts';
import { followTopic } from '../kafka/topic-follower.ts';
import { type Channel, channelSchema } from '../model/channel.ts';
import type { ReplicationError } from '../runtime/errors.ts';

/**
 * Follows the desired state: yields all channels by name, first when the topic has been read to its end, then after every change.
 * A record that is not a channel is told in the log and leaves what was known before in force.
 */
export async function* followChannels(
  kafka: KafkaAddress,
  signal: AbortSignal,
): AsyncGenerator<ReadonlyMap<string, Channel>> {
  const channels = new Map<string, Channel>();
  let told = false;
  const onWait = ({ code, message, remedy }: ReplicationError): void => {
    if (!told) kafka.log.warn({ code, remedy, error: message, topic: CHANNELS_TOPIC }, 'waiting for the channels');
    told = true;
  };
  let ready = false;
  for await (const part of followTopic({ ...kafka, topic: CHANNELS_TOPIC, onWait }, signal)) {
    told = false;
    for (const { key, value, offset } of part.records) {
      if (value === null) channels.delete(key);
      else {
        const channel = parse(value);
        if (channel) channels.set(key, channel);
        else
          kafka.log.error(
            { topic: CHANNELS_TOPIC, key, offset: offset.toString() },
            'not a channel document; apply it again',
          );
      }
    }
    ready ||= part.caughtUp;
    if (ready) yield channels;
  }
}

function parse(value: Buffer): Channel | undefined {
  try {
    return channelSchema.parse(JSON.parse(value.toString('utf8')));
  } catch {
    return undefined;
  }
}
