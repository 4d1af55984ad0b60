import { setTimeout as delay } from 'node:timers/promises';
import type { Backlog } from './backlog.ts';
import type { Contender } from './contender.ts';
import { checksum } from './order-table.ts';
import { ProcessMeter, type Usage, untilQuiet } from './process-meter.ts';
import type { Talk } from './talk.ts';
import type { TestBed } from './test-bed.ts';

/** One measured way of one contender through one backlog. */
export type Leg = {
  readonly contender: string;
  /** From the start until the target holds the last row. */
  readonly seconds: number;
  readonly rowsPerSecond: number;
  /** From the start until the first row is seen. */
  readonly firstRowSeconds: number;
  /** Rows a second after the first look at which rows were there. */
  readonly flowPerSecond: number;
  readonly usage: readonly Usage[];
  /** Usage when a quarter, a half … of the rows was seen at the target. */
  readonly quarters: readonly (readonly Usage[])[];
};

const LOOK_EVERY_MS = 10;
const STALL_MS = 90_000;

/** Runs a leg and compares the tables. Errors: when the rows differ, or none comes for 90 s, with what the contender says about it. */
export async function runLeg(
  bed: TestBed,
  contender: Contender,
  backlog: Backlog,
  talk: Talk,
  title: string,
): Promise<Leg> {
  await contender.prepare(backlog);
  await untilQuiet(bed.stack);
  const meter = ProcessMeter.start(bed.stack);
  const start = performance.now();
  await contender.begin();
  const { first, quarters } = await arrival(contender, backlog, meter, talk, title);
  const end = performance.now();
  const usage = meter.read();
  await expectEqual(contender, backlog);
  await contender.end();
  const seconds = (end - start) / 1_000;
  return {
    contender: contender.name,
    seconds,
    rowsPerSecond: backlog.rows / seconds,
    firstRowSeconds: (first.at - start) / 1_000,
    flowPerSecond: (backlog.rows - first.rows) / ((end - first.at) / 1_000),
    usage,
    quarters,
  };
}

type Arrival = { first: { rows: number; at: number }; quarters: Usage[][] };

async function arrival(
  contender: Contender,
  { rows }: Backlog,
  meter: ProcessMeter,
  talk: Talk,
  title: string,
): Promise<Arrival> {
  const first = { rows: 0, at: 0 };
  const quarters: Usage[][] = [];
  for (let seen = { rows: 0, at: performance.now() }; ; ) {
    const progress = await contender.progress();
    const at = performance.now();
    if (progress.rows > 0 && first.at === 0) Object.assign(first, { rows: progress.rows, at });
    while (quarters.length < 4 && progress.rows >= (rows * (quarters.length + 1)) / 4) quarters.push(meter.read());
    if (progress.isDone) return { first, quarters };
    if (progress.rows !== seen.rows) seen = { rows: progress.rows, at };
    if (at - seen.at > STALL_MS)
      throw new Error(`${contender.name} stands still at ${seen.rows} of ${rows} rows: ${await contender.trouble()}`);
    talk.progress(title, progress.rows);
    await delay(LOOK_EVERY_MS);
  }
}

async function expectEqual(contender: Contender, backlog: Backlog): Promise<void> {
  const found = await checksum(contender.target, backlog.table);
  if (found === backlog.checksum) return;
  throw new Error(
    `${contender.name} changed the rows: CHECKSUM TABLE of ${backlog.table} is ${found} at the target and ${backlog.checksum} at the source.`,
  );
}
