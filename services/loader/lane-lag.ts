import { ClockSkew } from './clock-skew.ts';

/** Heartbeats leave the selector once a second. */
const BEAT_LATE_MS = 4_000;

type Heartbeat = { readonly committedMs: number; readonly behind: bigint };

/**
 * How far one partition is behind its source. A heartbeat counts when everything before it has been applied, not when it is read: a target that works
 * slowly, or not at all, is behind by the age of what it applied last. Times of the source are µs, 0 where none is known, which changes nothing. As far as its
 * clock is seen to be ahead of the one here, it does not make the lag smaller.
 */
export class LaneLag {
  private readonly skew = new ClockSkew();
  private next = 0n;
  /** What was handled last: its age when that was done, ms. */
  private last: { readonly ms: number; readonly committedMs: number } | undefined;
  /** Those that were read and do not count yet, in the order of the stream. */
  private waiting: Heartbeat[] = [];
  /** When a heartbeat was read; undefined when none ever was. */
  private heardAt: number | undefined;

  /** The lane reads on from here; what it read before is forgotten. */
  begin(next: bigint): void {
    this.next = next;
    this.waiting = [];
  }

  /** The first record that is to be applied: before anything is applied, its age is the least that the lag can be. */
  found(committed: number): void {
    if (this.last === undefined) this.handled(committed / 1_000);
  }

  /** `behind`: everything before it is applied when the lane has applied up to this offset. */
  heartbeat(committed: number, behind: bigint): void {
    this.heardAt = Date.now();
    if (committed === 0) return;
    const heartbeat = { committedMs: committed / 1_000, behind };
    this.skew.arrived(heartbeat.committedMs);
    if (behind <= this.next) this.handled(heartbeat.committedMs);
    else if (this.waiting.at(-1)?.behind === behind) this.waiting.splice(-1, 1, heartbeat);
    else this.waiting.push(heartbeat);
  }

  /** Everything before `next` is applied; `committed`: when the last change of it was. */
  applied(next: bigint, committed: number): void {
    this.next = next;
    const counted = this.waiting.findLast(({ behind }) => behind <= next);
    this.waiting = this.waiting.filter(({ behind }) => behind > next);
    this.handled(counted?.committedMs ?? committed / 1_000);
  }

  /** Behind, or without a heartbeat: now - commit time of the newest change or heartbeat that counts. Caught up: what the last one took. Undefined until known. */
  ms(now: number, isBehind: boolean): number | undefined {
    if (this.last === undefined) return undefined;
    const { ms, committedMs } = this.last;
    const isSilent = this.heardAt !== undefined && now - this.heardAt > BEAT_LATE_MS;
    return isBehind || isSilent ? Math.max(ms, this.ageMs(committedMs, now)) : ms;
  }

  /** How far the clock of the source is seen to be ahead, ms. */
  get aheadMs(): number {
    return this.skew.aheadMs;
  }

  /** Age of a change that was committed at this time of the source, ms, as far as its clock can be trusted. */
  ageMs(committedMs: number, now = Date.now()): number {
    return Math.max(0, Math.round(now - committedMs + this.aheadMs));
  }
  private handled(committedMs: number): void {
    if (committedMs > 0) this.last = { ms: this.ageMs(committedMs), committedMs };
  }
}
