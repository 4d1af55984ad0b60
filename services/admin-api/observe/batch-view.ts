import type { Status } from '../../../shared/model/status.ts';
import type { Batch } from '../schemas/history.ts';

const KEPT = 300;

/** The last 300 batches of each pipeline, as samples of its status tell them. */
export class BatchView {
  private readonly kept = new Map<string, Batch[]>();

  accept({ channel, pipeline, batches }: Status): void {
    if (channel === undefined || pipeline === undefined || batches === undefined) return;
    const name = `${channel}/${pipeline}`;
    const known = this.kept.get(name) ?? [];
    for (const sample of batches) {
      if (known.some(({ partition, endedAt }) => partition === sample.partition && endedAt === sample.endedAt))
        continue;
      known.unshift({ pipeline, at: sample.endedAt, ...sample });
    }
    known.length = Math.min(known.length, KEPT);
    this.kept.set(name, known);
  }

  /** The newest first. */
  list(channel: string, pipelines: readonly string[], limit: number): Batch[] {
    return pipelines
      .flatMap((pipeline) => this.kept.get(`${channel}/${pipeline}`) ?? [])
      .toSorted((a, b) => b.endedAt - a.endedAt)
      .slice(0, limit);
  }
}
