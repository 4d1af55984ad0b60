import { Random } from '../demo/random.ts';
import { Architect } from './architect.ts';
import type { ChaosRoute } from './route.ts';
import { Worker } from './worker.ts';

const WORKERS = 4;
const DDL_EVERY_MS = 6_000;

/** Live load at every source of the routes: several workers and one that changes the structure. */
export class ChaosWorkload {
  private readonly workers: Worker[] = [];
  private readonly architects: Architect[] = [];

  constructor(routes: readonly ChaosRoute[], { seed, rate }: { readonly seed: number; readonly rate: number }) {
    const sources = [...new Map(routes.map(({ from }) => [from.schema, from])).values()];
    const everyMs = (1_000 * WORKERS * sources.length) / rate;
    for (const [index, from] of sources.entries()) {
      const architect = new Architect({ ...from, random: new Random(seed + 1_000 * index), everyMs: DDL_EVERY_MS });
      this.architects.push(architect);
      for (let number = 0; number < WORKERS; number++) {
        const random = new Random(seed + 1_000 * index + number + 1);
        this.workers.push(new Worker({ ...from, number, random, everyMs, madeTables: () => architect.madeTables }));
      }
    }
  }

  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([...this.workers, ...this.architects].map((one) => one.run(signal)));
  }

  get committed(): number {
    return this.workers.reduce((sum, { committed }) => sum + committed, 0);
  }

  get failed(): number {
    return this.workers.reduce((sum, { failed }) => sum + failed, 0);
  }

  get statements(): number {
    return this.architects.reduce((sum, { statements }) => sum + statements, 0);
  }
}
