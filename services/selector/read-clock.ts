import type { EventSink } from './binlog-source.ts';
import { hasHeader } from './event-header.ts';
import { Event } from './event-types.ts';

/** The server sends a heartbeat when it has had nothing to send for a second; one that comes sooner was on its way for longer than another event. */
const QUIET_MS = 500;
/** Without an event for so long the log is not heard: nothing is known of what the source does meanwhile. */
const UNHEARD_MS = 1_500;
/** Where an event's header has its type, and the position behind it. */
const TYPE = 4;
const NEXT = 13;

type LogReader = EventSink & {
  /** Commit time of the last transaction, µs; 0 before the first. */
  readonly lastCommitted: number;
};

/**
 * Tells up to which time the log has been read, so that a heartbeat of a selector that is behind does not look as if it were not. Behind by the age of the
 * transaction that was read last, until the server says that its log holds no more: a heartbeat that stands where the event before it ended, and came after a
 * pause. While the stream is held, or silent, the time stands still.
 */
export class ReadClock implements EventSink {
  private readonly reader: LogReader;
  /** Age of what is read; undefined when not known. */
  private behindMs: number | undefined;
  /** Of the clock that never jumps. */
  private heardAt = Number.NEGATIVE_INFINITY;
  private place = -1;
  private committed = 0;

  constructor(reader: LogReader) {
    this.reader = reader;
  }

  expectChecksum(enabled: boolean): void {
    this.reader.expectChecksum(enabled);
  }

  readonly take = (bytes: Buffer, at: number, end: number): Promise<void> | undefined => {
    if (hasHeader(at, end)) this.hear(bytes[at + TYPE] as number, bytes.readUInt32LE(at + NEXT));
    const wait = this.reader.take(bytes, at, end);
    this.look();
    return wait?.then(() => {
      this.addPause();
      this.look();
    });
  };

  /** Everything before this is read: µs on the clock of the source. Undefined while nobody can know. */
  get time(): number | undefined {
    if (this.behindMs === undefined || performance.now() - this.heardAt > UNHEARD_MS) return undefined;
    return Math.round((Date.now() - this.behindMs) * 1_000);
  }

  /** `next`: position behind the event. */
  private hear(type: number, next: number): void {
    const quietMs = performance.now() - this.heardAt;
    if (quietMs > UNHEARD_MS) this.addPause();
    const isHeartbeat = type === Event.HEARTBEAT || type === Event.HEARTBEAT_V2;
    if (isHeartbeat && next === this.place && quietMs > QUIET_MS && quietMs < UNHEARD_MS)
      this.behindMs = Math.min(0, this.behindMs ?? 0);
    this.place = next;
    this.heardAt = performance.now();
  }

  /** What the source did since the last event is not read. */
  private addPause(): void {
    if (this.behindMs !== undefined) this.behindMs += performance.now() - this.heardAt;
    this.heardAt = performance.now();
  }

  private look(): void {
    const { lastCommitted } = this.reader;
    if (lastCommitted === this.committed) return;
    this.committed = lastCommitted;
    this.behindMs = Date.now() - lastCommitted / 1_000;
  }
}
