import type { Stage } from '../../shared/runtime/stall-watch.ts';
import type { StreamProgress } from './binlog-source.ts';
import type { PositionWriter } from './position-store.ts';
import type { Publisher } from './publisher.ts';

export type StageParts = {
  readonly stream: StreamProgress;
  readonly publisher: Publisher;
  readonly positions: PositionWriter;
  /** `host:port` of the source. */
  readonly host: string;
  readonly topic: string;
};

/** The stages of a running source, nearest to Kafka first. The server sends a heartbeat a second when it has nothing else, so reading is always due. */
export function stagesOf({ stream, publisher, positions, host, topic }: StageParts): Stage[] {
  const { events, isHeld } = stream;
  const { isSending, sends } = publisher;
  return [
    { name: 'publish', isDue: isSending, progress: sends, waitsFor: `Kafka to acknowledge records of ${topic}` },
    {
      name: 'save',
      isDue: positions.isSaving,
      progress: positions.saves,
      waitsFor: 'Kafka to acknowledge the position',
    },
    {
      name: 'decode',
      isDue: isHeld && !isSending,
      progress: events,
      waitsFor: `the schema registry, or ${host}, to describe a table`,
    },
    { name: 'read', isDue: !isHeld, progress: events, waitsFor: `the server ${host} to send an event or a heartbeat` },
  ];
}
