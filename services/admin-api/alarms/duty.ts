import { randomUUID } from 'node:crypto';
import type { Leases } from '../../../shared/redis/leases.ts';
import type { Logger } from '../../../shared/runtime/log.ts';
import { pause } from '../../../shared/runtime/retry.ts';

const KEY = 'lutra:admin-api:alarms';
/** A dead holder's lease ends after this. */
const LEASE_MS = 4_000;
const RENEW_MS = 1_000;
/** After an outage of Redis the one at work has this long to take its lease again before others try. */
const RECOVERY_MS = 3_000;

export type DutyParts = {
  readonly instance: string;
  /** Undefined: no Redis, this admin API is meant to be the only one. */
  readonly leases: Leases | undefined;
  /** Whether no other admin API is known to live. */
  readonly isAlone: () => boolean;
  readonly log: Logger;
};

/**
 * Which of several admin APIs judges the alarm rules and tells people: the one that holds a lease in Redis. When it ends or dies another one does within some
 * 6 s. While Redis is away the one at work goes on, and another one begins only when no other lives. Two at once do no harm but a notice too many.
 */
export class Duty {
  private readonly parts: DutyParts;
  private readonly token: string;
  private isHeld = false;
  private isAway = false;
  private heldAt = Number.NEGATIVE_INFINITY;
  private awayAt = Number.NEGATIVE_INFINITY;

  constructor(parts: DutyParts) {
    this.parts = parts;
    this.token = `${parts.instance}/${randomUUID()}`;
  }

  /** Whether this process is the one, now. One that stood still for longer than its lease does not know, and is not. */
  get isMine(): boolean {
    if (this.parts.leases === undefined) return true;
    if (this.isAway) return this.isHeld || this.parts.isAlone();
    return this.isHeld && performance.now() - this.heldAt < LEASE_MS;
  }

  /** Holds the lease when it is free, until the signal; then gives it back. */
  async run(signal: AbortSignal): Promise<void> {
    const { leases } = this.parts;
    if (leases === undefined) return;
    while (await pause(RENEW_MS, signal)) await this.renew(leases);
    if (this.isHeld) await leases.release(KEY, this.token).catch(() => {});
    this.isHeld = false;
  }

  private async renew(leases: Leases): Promise<void> {
    const { log } = this.parts;
    try {
      const now = performance.now();
      const isHeld = await this.hold(leases, now);
      if (isHeld !== this.isHeld)
        log.info({ isHeld }, isHeld ? 'judges the alarm rules' : 'another admin API judges the alarm rules');
      this.isHeld = isHeld;
      this.isAway = false;
      this.heldAt = now;
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      if (!this.isAway) log.warn({ why }, 'Redis does not answer; alarm rules are judged by whoever did before');
      this.isAway = true;
      this.awayAt = performance.now();
    }
  }

  private async hold(leases: Leases, now: number): Promise<boolean> {
    if (this.isHeld || now - this.awayAt > RECOVERY_MS) return leases.hold(KEY, this.token, LEASE_MS);
    await leases.ping();
    return false;
  }
}
