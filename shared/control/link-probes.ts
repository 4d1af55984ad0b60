import type { LinkReport } from '../model/node.ts';
import { asReplicationError, ReplicationError } from '../runtime/errors.ts';

const LOOK_MS = 1_000;
const WHILE_OK_MS = 10_000;
const WHILE_BROKEN_MS = 3_000;
const ANSWER_LIMIT_MS = 6_000;

/** A part that the process needs. `ask` resolves when it answers and rejects with why not. */
export type Probe = Pick<LinkReport, 'to' | 'kind'> & {
  readonly ask: () => Promise<void>;
  /** How often it is asked while it answers, ms; 10 s when left out. */
  readonly everyMs?: number;
};

/**
 * Asks what the process needs: each part every 10 s, a broken one every 3 s, all at once when something has failed (`nudge`). One that does not answer
 * within 6 s is broken. `onChange` is told when a part breaks or heals.
 */
export class LinkProbes {
  private readonly probes: () => readonly Probe[];
  private readonly onChange: () => void;
  private readonly found = new Map<string, LinkReport>();
  private readonly asking = new Set<string>();
  private isNudged = false;
  private readonly timer = setInterval(() => this.look(), LOOK_MS);

  constructor(probes: () => readonly Probe[], onChange: () => void) {
    this.probes = probes;
    this.onChange = onChange;
    this.look();
  }

  /** Something has failed: looks at everything within a second. */
  nudge(): void {
    this.isNudged = true;
  }

  /** What was found when each part was last asked. */
  reports(): LinkReport[] {
    return [...this.found.values()];
  }

  close(): void {
    clearInterval(this.timer);
  }

  private look(): void {
    const now = Date.now();
    const probes = this.probes();
    const wanted = new Set(probes.map(({ to }) => to));
    for (const to of this.found.keys()) if (!wanted.has(to)) this.found.delete(to);
    for (const probe of probes) if (this.isDue(probe, now)) void this.ask(probe);
    this.isNudged = false;
  }

  private isDue({ to, everyMs = WHILE_OK_MS }: Probe, now: number): boolean {
    if (this.asking.has(to)) return false;
    const last = this.found.get(to);
    return last === undefined || this.isNudged || now - last.checkedAt >= (last.ok ? everyMs : WHILE_BROKEN_MS);
  }

  private async ask({ to, kind, ask }: Probe): Promise<void> {
    const before = this.found.get(to)?.ok;
    const began = performance.now();
    this.asking.add(to);
    const trouble = await withinLimit(to, ask());
    this.asking.delete(to);
    const latencyMs = Math.round(performance.now() - began);
    const checked = { to, kind, latencyMs, checkedAt: Date.now() };
    if (trouble === undefined) this.found.set(to, { ...checked, ok: true });
    else {
      const { code, message, remedy } = trouble;
      this.found.set(to, { ...checked, ok: false, code, message, remedy });
    }
    if (before !== (trouble === undefined)) this.onChange();
  }
}

/** Why it did not answer; undefined when it did. */
async function withinLimit(to: string, answer: Promise<void>): Promise<ReplicationError | undefined> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(silent(to)), ANSWER_LIMIT_MS);
  try {
    await Promise.race([answer, late.promise]);
    return undefined;
  } catch (error) {
    return asReplicationError(error);
  } finally {
    clearTimeout(timer);
    answer.catch(() => {});
  }
}

function silent(to: string): ReplicationError {
  return new ReplicationError(
    'LINK_SILENT',
    `${to} did not answer within ${ANSWER_LIMIT_MS / 1_000} s`,
    'look whether it runs and whether a firewall or a broken connection lies between; it is asked again by itself',
  );
}
