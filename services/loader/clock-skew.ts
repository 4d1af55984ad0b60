/** Less may come from clocks that are kept by NTP, and from rounding. */
const NOTED_MS = 1_000;
/** What was seen holds for one to two of these. */
const WINDOW_MS = 60_000;

/**
 * How far the clock of a source is ahead of the one here, at least: a record cannot have been written after it arrived. A clock that is behind looks like a
 * slow way and cannot be seen.
 */
export class ClockSkew {
  private before = 0;
  private now = 0;
  private since = Number.NEGATIVE_INFINITY;

  /** ms; 0 while nothing shows. */
  get aheadMs(): number {
    const aheadMs = Math.max(this.before, this.now);
    return aheadMs < NOTED_MS ? 0 : aheadMs;
  }

  /** A record has arrived that was written at this time, ms of the source's clock. */
  arrived(writtenMs: number): void {
    const at = performance.now();
    if (at - this.since > WINDOW_MS) {
      this.before = at - this.since > 2 * WINDOW_MS ? 0 : this.now;
      this.now = 0;
      this.since = at;
    }
    this.now = Math.max(this.now, writtenMs - Date.now());
  }
}

/** What to say of it; nothing while nothing shows. */
export function skewNotes(source: string, aheadMs: number): string[] {
  if (aheadMs === 0) return [];
  const ahead = `${Math.floor(aheadMs / 1_000)} s`;
  return [
    `the clock of ${source} is at least ${ahead} ahead of the clock of this loader: the lag is counted with the clock set back by as much, and may be more; set the clocks of both sites by NTP`,
  ];
}
