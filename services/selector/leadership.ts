import { randomUUID } from 'node:crypto';
import type { Reason } from '../../shared/model/status.ts';
import type { Leases } from '../../shared/redis/leases.ts';
import type { Logger } from '../../shared/runtime/log.ts';
import { pause } from '../../shared/runtime/retry.ts';
import type { Peers } from './peers.ts';

/** A dead holder's lease ends after this; renewed four times as often. */
const LEASE_MS = 3_000;
const RENEW_MS = 700;
const LOOK_MS = 400;
/** After an outage of Redis the selector at work has this long to take its lease again before others try. */
const RECOVERY_MS = 3_000;
/** The more sources a selector reads, the later it asks for one that is free: another one comes first. */
const LATER_MS = 150;
const LATEST_MS = 1_500;
/** Until whoever has fenced this selector is heard of. */
const FENCED_MS = 2_000;

export type LeadershipParts = {
  readonly source: string;
  readonly instance: string;
  /** Undefined: no Redis, this selector is meant to be the only one of its site. */
  readonly leases: Leases | undefined;
  readonly peers: Pick<Peers, 'atWork' | 'areHeard'>;
  /** How many sources this process reads. */
  readonly busy: () => number;
  readonly log: Logger;
};

/**
 * Decides which of a site's selectors reads a source. It only saves work and time: that two never write at once is Kafka's doing (PRODUCER_FENCED).
 * The holder of the lease stays until it stops, dies, or stands still for longer than the lease. While Redis is away it goes on, and nobody else begins
 * unless the statuses of the site show for 6 s that no selector is at work on the source.
 */
export class Leadership {
  private readonly parts: LeadershipParts;
  private readonly key: string;
  private readonly token: string;
  private term: AbortController | undefined;
  private troubleAt = Number.NEGATIVE_INFINITY;
  private fencedAt: number | undefined;

  constructor(parts: LeadershipParts) {
    this.parts = parts;
    this.key = `lutra:selector:${parts.source}`;
    this.token = `${parts.instance}/${randomUUID()}`;
  }

  /** Resolves when this process is to read the source, to a signal that aborts when another one does; to undefined when `signal` has ended the wait. */
  async win(onStandby: (reason: Reason) => void, signal: AbortSignal): Promise<AbortSignal | undefined> {
    while (!signal.aborted) {
      if (this.term !== undefined) return this.term.signal;
      const obstacle = await this.obstacle(signal);
      if (signal.aborted) return undefined;
      if (obstacle === undefined) return this.begin();
      onStandby(obstacle);
      await pause(LOOK_MS, signal);
    }
    return undefined;
  }

  /** Kafka takes the records of another selector now. */
  async fenced(): Promise<void> {
    this.fencedAt = performance.now();
    await this.release();
  }

  /** Gives the source back, so that another selector begins at once. */
  async release(): Promise<void> {
    if (this.term === undefined) return;
    this.end();
    await this.parts.leases?.release(this.key, this.token).catch(() => {});
  }

  private begin(): AbortSignal {
    const term = new AbortController();
    this.term = term;
    this.fencedAt = undefined;
    if (this.parts.leases !== undefined) void this.renew(this.parts.leases, term.signal);
    return term.signal;
  }

  private end(): void {
    this.term?.abort();
    this.term = undefined;
  }

  /** Why the source is not to be read now. */
  private async obstacle(signal: AbortSignal): Promise<Reason | undefined> {
    const { leases, peers, source, busy } = this.parts;
    const worker = peers.atWork(source);
    if (this.fencedAt !== undefined) {
      if (worker !== undefined) return standsBy(`${worker} reads ${source}`);
      if (performance.now() - this.fencedAt < FENCED_MS) return standsBy(`another selector reads ${source}`);
    }
    if (leases === undefined) return undefined;
    try {
      const holder = await leases.holder(this.key);
      if (holder !== undefined && holder !== this.token) return standsBy(`${instanceOf(holder)} reads ${source}`);
      if (performance.now() - this.troubleAt < RECOVERY_MS) return REDIS_AWAY;
      if (busy() > 0) await pause(Math.min(LATEST_MS, busy() * LATER_MS), signal);
      if (await leases.hold(this.key, this.token, LEASE_MS)) return undefined;
      return standsBy(`another selector reads ${source}`);
    } catch {
      this.troubleAt = performance.now();
      if (worker !== undefined) return standsBy(`Redis does not answer, and ${worker} reads ${source}`);
      return peers.areHeard ? undefined : REDIS_AWAY;
    }
  }

  private async renew(leases: Leases, signal: AbortSignal): Promise<void> {
    const { source, log } = this.parts;
    let isAway = false;
    while (await pause(RENEW_MS, signal)) {
      try {
        const isHeld = await leases.hold(this.key, this.token, LEASE_MS);
        if (signal.aborted) return;
        if (isAway) log.info({ source }, 'Redis answers again');
        isAway = false;
        if (!isHeld) {
          log.warn({ source }, 'another selector has the lease; this one stands by');
          this.end();
        }
      } catch (error) {
        if (!isAway) log.warn({ source, cause: error }, 'Redis does not answer; the source is read on without a lease');
        isAway = true;
        this.troubleAt = performance.now();
      }
    }
  }
}

function instanceOf(token: string): string {
  return token.slice(0, token.lastIndexOf('/'));
}

function standsBy(message: string): Reason {
  return { code: 'STANDBY', message, remedy: 'nothing to do: this selector takes over when that one ends' };
}

const REDIS_AWAY: Reason = {
  code: 'REDIS_UNREACHABLE',
  message: 'Redis does not answer, so it is not known yet whether another selector reads this source',
  remedy: 'nothing to do when another selector runs; otherwise this one begins within 10 s',
};
