import { count } from '../services/admin-api/cli/screen.ts';
import { makeBacklog } from './backlog.ts';
import { type Leg, runLeg } from './leg.ts';
import { Lutra } from './lutra-channel.ts';
import type { BenchOptions } from './options.ts';
import type { Talk } from './talk.ts';
import type { TestBed } from './test-bed.ts';

/** One transaction with all rows, at the same site. */
export type HugeTransaction = { readonly rows: number; readonly leg: Leg };

/** Memory over the course of one huge transaction. */
export async function measureHugeTransaction(
  bed: TestBed,
  { hugeRows }: BenchOptions,
  talk: Talk,
): Promise<HugeTransaction> {
  const title = 'one huge transaction';
  const backlog = await makeBacklog(
    bed.server('source'),
    { title, table: 'order_huge', rows: hugeRows, perTransaction: hugeRows },
    talk,
  );
  const leg = await runLeg(bed, new Lutra(bed), backlog, talk, `${title}, Lutra`);
  talk.line(`  ${title}, Lutra: ${count(leg.rowsPerSecond)} rows/s, equal`);
  return { rows: hugeRows, leg };
}
