import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '../stack/errors.ts';
import type { Fault } from './faults/fault.ts';
import type { Planned } from './plan.ts';
import type { Pulse } from './pulse.ts';

export type StormParts = {
  readonly plan: readonly Planned[];
  /** ms that it lasts, whatever is planned. */
  readonly lengthMs: number;
  readonly pulses: readonly Pulse[];
  readonly tell: (line: string) => void;
};

/** What a fault did: `recoveryMs` from its end to the moment when no pipeline was behind. */
export type Injected = { readonly name: string; readonly kind: string; readonly recoveryMs: number | undefined };

const WATCH_MS = 100;
/** A pipeline that is not further behind than this is not disturbed. */
const BEHIND_MS = 2_000;

/** Injects what is planned at its time and heals it after its time. Rejects when a fault could not be healed. */
export class Storm {
  readonly injected: Injected[] = [];
  private readonly parts: StormParts;
  private readonly began = performance.now();
  private readonly ending = new AbortController();

  constructor(parts: StormParts) {
    this.parts = parts;
  }

  /** Resolves when its time is over and all are healed. The signal ends it early: what lasts is healed at once. */
  async run(signal: AbortSignal): Promise<void> {
    const whole = delay(this.parts.lengthMs, undefined, { signal }).catch(() => {});
    await Promise.all([whole, ...this.parts.plan.map((planned) => this.strike(planned, signal))]);
  }

  /** Recoveries that are not over are given up. */
  stopWatching(): void {
    this.ending.abort();
  }

  private async strike({ atMs, fault, lastsMs }: Planned, signal: AbortSignal): Promise<void> {
    await delay(Math.max(0, atMs - this.elapsed), undefined, { signal }).catch(() => {});
    if (signal.aborted) return;
    this.say(`${fault.name}${lastsMs > 0 ? ` for ${(lastsMs / 1_000).toFixed(1)} s` : ''}`);
    const isInjected = await this.inject(fault);
    if (isInjected) await delay(lastsMs, undefined, { signal }).catch(() => {});
    await fault.heal();
    if (!isInjected) return;
    const number = this.injected.push({ name: fault.name, kind: fault.kind, recoveryMs: undefined }) - 1;
    if (lastsMs > 0) this.say(`healed: ${fault.name}`);
    void this.watch(number);
  }

  /** A thing that does not answer anyway, such as a database that has just been killed, may refuse its fault. */
  private async inject(fault: Fault): Promise<boolean> {
    try {
      await fault.inject();
      return true;
    } catch (error) {
      this.say(`not injected: ${fault.name}: ${messageOf(error)}`);
      return false;
    }
  }

  private async watch(number: number): Promise<void> {
    const healed = performance.now();
    await delay(2 * WATCH_MS);
    while (this.parts.pulses.some(({ lagMs }) => lagMs > BEHIND_MS)) {
      if (this.ending.signal.aborted) return;
      await delay(WATCH_MS);
    }
    const one = this.injected[number];
    if (one !== undefined) this.injected[number] = { ...one, recoveryMs: performance.now() - healed };
  }

  private get elapsed(): number {
    return performance.now() - this.began;
  }

  private say(text: string): void {
    const worst = Math.max(0, ...this.parts.pulses.map(({ lagMs }) => lagMs));
    this.parts.tell(
      `${(this.elapsed / 1_000).toFixed(1).padStart(7)} s  lag ${(worst / 1_000).toFixed(1).padStart(5)} s  ${text}`,
    );
  }
}
