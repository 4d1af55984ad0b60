import type { Identity } from './checkpoint.ts';

/** How often the cursor of an idle partition moves in Kafka. */
const MOVE_EVERY_MS = 10_000;

/** An offset before which everything is applied or was a heartbeat, with the identity of the last record that was applied. */
export type IdlePlace = { readonly offset: bigint; readonly identity: Identity };

/**
 * The cursor of a partition that brings nothing but heartbeats: they are stepped over, so that what is left to do shows in Kafka as it is. The checkpoint in the
 * target stays: what is stepped over holds no row, which the identity tells to who begins again.
 */
export class IdleCursor {
  private next = 0n;
  private identity: Identity | undefined;
  private movedAt = Number.NEGATIVE_INFINITY;

  /** Everything before `next` is applied. */
  applied(next: bigint, identity: Identity | undefined): void {
    this.next = next;
    this.identity = identity;
  }

  /** Whether only heartbeats lie between what is applied and a heartbeat; `behind`: the offset behind the last record before it that is to be applied. */
  passes(behind: bigint): boolean {
    return behind <= this.next;
  }

  /** The place behind a heartbeat that is passed, when it is to be committed: not more often than every 10 s, and not before a serial is known. */
  due(next: bigint, now: number): IdlePlace | undefined {
    if (this.identity === undefined || now - this.movedAt < MOVE_EVERY_MS) return undefined;
    this.movedAt = now;
    return { offset: next, identity: this.identity };
  }
}
