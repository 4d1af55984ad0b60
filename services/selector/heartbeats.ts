import type { Publisher } from './publisher.ts';
import type { ReadClock } from './read-clock.ts';

const EVERY_MS = 1_000;

export type HeartbeatParts = {
  readonly publisher: Publisher;
  readonly schemaId: number;
  readonly clock: ReadClock;
  readonly place: () => { readonly file: string; readonly position: number };
  readonly isInsideTransaction: () => boolean;
};

/** Says in the stream once a second up to which time the source is read: between two transactions, and only while that is known. */
export class Heartbeats {
  private readonly parts: HeartbeatParts;
  private isDue = false;
  private timer: NodeJS.Timeout | undefined;

  constructor(parts: HeartbeatParts) {
    this.parts = parts;
  }

  start(): void {
    this.timer = setInterval(() => {
      this.isDue = true;
      this.atBoundary();
    }, EVERY_MS);
  }

  /** To be called between transactions too: a log without a pause leaves no other moment. */
  atBoundary(): void {
    if (!this.isDue) return;
    const { publisher, schemaId, clock, place, isInsideTransaction } = this.parts;
    const { time } = clock;
    if (time === undefined || isInsideTransaction()) return;
    this.isDue = false;
    publisher.heartbeat(schemaId, { committed: time, gtid: '', ...place() });
  }

  stop(): void {
    clearInterval(this.timer);
  }
}
