import { count } from '../services/admin-api/cli/screen.ts';
import { type Backlog, type BacklogPlan, makeBacklog } from './backlog.ts';
import type { Contender } from './contender.ts';
import { type Leg, runLeg } from './leg.ts';
import { Lutra } from './lutra-channel.ts';
import { defaultWorkers, MysqlReplica } from './mysql-replica.ts';
import type { BenchOptions } from './options.ts';
import { median } from './statistics.ts';
import type { Talk } from './talk.ts';
import type { TestBed } from './test-bed.ts';

const WARM_UP_ROWS = 30_000;

/** All legs through one backlog. */
export type CatchUp = Pick<Backlog, 'title' | 'table' | 'rows' | 'perTransaction'> & { readonly legs: readonly Leg[] };

/** Both backlogs, each carried by every contender in turn (A B C A B C), so that what changes on the machine meets all alike. */
export async function measureCatchUp(bed: TestBed, options: BenchOptions, talk: Talk): Promise<CatchUp[]> {
  const workers = await defaultWorkers(bed.server('replica'));
  const contenders: Contender[] = [
    new MysqlReplica(bed, workers),
    new MysqlReplica(bed, workers === 1 ? 4 : 1),
    new Lutra(bed),
    ...(options.mirror ? [new Lutra(bed, true)] : []),
  ];
  const plans: BacklogPlan[] = [
    { title: '10-row transactions', table: 'order_ten', rows: Math.ceil(options.rows / 10) * 10, perTransaction: 10 },
    { title: 'single-row transactions', table: 'order_one', rows: options.transactions, perTransaction: 1 },
  ];
  await warmUp(bed, contenders, talk);
  const results: CatchUp[] = [];
  for (const plan of plans) {
    const backlog = await makeBacklog(bed.server('source'), plan, talk);
    const legs: Leg[] = [];
    for (let turn = 1; turn <= options.runs; turn++) {
      for (const contender of contenders) {
        const leg = await runLeg(bed, contender, backlog, talk, `${plan.title}, ${contender.name}, run ${turn}`);
        talk.line(`  ${plan.title}, ${contender.name}, run ${turn}: ${count(leg.rowsPerSecond)} rows/s, equal`);
        legs.push(leg);
      }
    }
    const { title, table, rows, perTransaction } = backlog;
    results.push({ title, table, rows, perTransaction, legs });
  }
  return results;
}

/** Nobody is measured cold: processes that replicate have run for days. */
async function warmUp(bed: TestBed, contenders: readonly Contender[], talk: Talk): Promise<void> {
  const plan: BacklogPlan = { title: 'warm-up', table: 'order_ten', rows: WARM_UP_ROWS, perTransaction: 10 };
  const backlog = await makeBacklog(bed.server('source'), plan, talk);
  for (const contender of contenders) await runLeg(bed, contender, backlog, talk, `warm-up, ${contender.name}`);
}

/** The median of a figure over the runs of each contender, in the order of running. */
export function byContender(
  { legs }: CatchUp,
  figure: (leg: Leg) => number,
): Map<string, { median: number; all: number[] }> {
  const found = new Map<string, { median: number; all: number[] }>();
  for (const { contender } of legs) {
    const all = legs.filter((leg) => leg.contender === contender).map(figure);
    found.set(contender, { median: median(all), all });
  }
  return found;
}

/** Rows/s against the fastest of MySQL's replicas: the more careful of the comparisons that were measured. */
export function ratioToReplica(result: CatchUp, contender: string): number {
  const rates = byContender(result, (leg) => leg.rowsPerSecond);
  const replicas = [...rates].filter(([name]) => name.startsWith('MySQL')).map(([, rate]) => rate.median);
  return (rates.get(contender)?.median ?? Number.NaN) / Math.max(...replicas);
}
