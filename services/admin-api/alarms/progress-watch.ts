import type { PipelineView } from '../schemas/status.ts';

/** Since when pipelines with work have moved neither their position nor a row. */
export class ProgressWatch {
  private readonly seen = new Map<string, { mark: string; since: number }>();

  /** For how long the pipeline stands still although rows wait, ms. Rows of a transaction that is not complete are progress. */
  stuckMs(subject: string, { offsets = [], rows, state }: PipelineView, now: number): number {
    const isBehind = state !== 'paused' && offsets.some(({ next, end }) => BigInt(next) < BigInt(end));
    const mark = JSON.stringify([isBehind, offsets.map(({ partition, next }) => [partition, next]), rows]);
    const before = this.seen.get(subject);
    if (before?.mark !== mark) this.seen.set(subject, { mark, since: now });
    return isBehind && before?.mark === mark ? now - before.since : 0;
  }

  /** Forgets pipelines that are not among these. */
  keepOnly(subjects: ReadonlySet<string>): void {
    for (const subject of this.seen.keys()) if (!subjects.has(subject)) this.seen.delete(subject);
  }
}
