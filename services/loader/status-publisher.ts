import type { RecordProducer } from '../../shared/kafka/record-producer.ts';
import type { Status } from '../../shared/model/status.ts';
import type { Logger } from '../../shared/runtime/log.ts';
import { pause } from '../../shared/runtime/retry.ts';
import type { StatusBoard } from './status-board.ts';
import { lagSeen } from './telemetry.ts';

const LOOK_MS = 1_000;
const QUIET_MS = 3_000;

/** Key of a pipeline's status record; a null value removes it. */
export function statusKey({ identity }: StatusBoard): string {
  return `loader/${identity.channel}/${identity.pipeline}/${identity.instance}`;
}

/**
 * Publishes the boards: once a second what has changed, every 3 s what has not. Kafka being away stops nothing: what could not be sent is replaced by the next.
 */
export class StatusPublisher {
  private readonly topic: string;
  private readonly open: () => RecordProducer;
  private readonly log: Logger;
  private producer: RecordProducer | undefined;
  private readonly sent = new Map<StatusBoard, { text: string; at: number }>();
  readonly boards = new Set<StatusBoard>();
  private tombstones: string[] = [];

  constructor(topic: string, open: () => RecordProducer, log: Logger) {
    this.topic = topic;
    this.open = open;
    this.log = log;
  }

  /** Shows a pipeline no longer; its record is removed. */
  remove(board: StatusBoard): void {
    this.boards.delete(board);
    this.sent.delete(board);
    this.tombstones.push(statusKey(board));
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.publish();
      await pause(LOOK_MS, signal);
    }
  }

  /** Sends the last states and lets Kafka go. */
  async close(): Promise<void> {
    await this.publish();
    await this.producer?.close();
  }

  private async publish(): Promise<void> {
    const records = [...this.due(), ...this.removed()];
    if (records.length === 0) return;
    try {
      this.producer ??= this.open();
      await this.producer.put(this.topic, records);
    } catch (error) {
      this.log.debug({ err: error }, 'the status could not be published');
      this.sent.clear();
      const { producer } = this;
      this.producer = undefined;
      await producer?.close().catch(() => {});
    }
  }

  private removed(): { key: string; value: null }[] {
    const shown = new Set([...this.boards].map(statusKey));
    const keys = this.tombstones.filter((key) => !shown.has(key));
    this.tombstones = [];
    return keys.map((key) => ({ key, value: null }));
  }

  private due(): { key: string; value: Buffer }[] {
    return [...this.boards].flatMap((board) => {
      const status = board.status();
      if (status.lagMs !== undefined) lagSeen(board.identity, status.lagMs);
      const text = comparable(status);
      const last = this.sent.get(board);
      if (last !== undefined && last.text === text && status.at - last.at < QUIET_MS - LOOK_MS / 2) return [];
      this.sent.set(board, { text, at: status.at });
      return [{ key: statusKey(board), value: Buffer.from(JSON.stringify(status)) }];
    });
  }
}

/** What counts as a change: everything but the clock and the lag that grows with it. */
function comparable({ at: _at, lagMs: _lagMs, ...rest }: Status): string {
  return JSON.stringify(rest);
}
