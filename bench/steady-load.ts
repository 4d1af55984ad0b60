import { query, run } from '../demo/servers.ts';
import { count } from '../services/admin-api/cli/screen.ts';
import { newLogFile } from './backlog.ts';
import { LutraChannel } from './lutra-channel.ts';
import type { BenchOptions } from './options.ts';
import { checksum, SCHEMA } from './order-table.ts';
import { ProcessMeter, type Usage, untilQuiet } from './process-meter.ts';
import { type Lag, lagOf, type Sighting } from './sightings.ts';
import type { Talk } from './talk.ts';
import { lookAtTarget } from './target-look.ts';
import type { TestBed } from './test-bed.ts';
import { lookAtTopic } from './topic-look.ts';

/** One steady load of single-row transactions across both sites. Each lag counts from the insert at the source. */
export type SteadyLoad = {
  readonly asked: number;
  /** Transactions a second that the source committed. */
  readonly reached: number;
  readonly toKafkaAtSource: Lag;
  readonly toKafkaAtTarget: Lag;
  readonly toTarget: Lag;
  readonly rows: number;
  readonly usage: readonly Usage[];
};

const WARM_UP_SECONDS = 3;
const PATIENCE_MS = 60_000;
const START_LIMIT_MS = 120_000;
/** Up to this rate the topics are followed without a pause. */
const FOLLOW_ALL_UP_TO = 1_000;
const SAMPLE = { lookMs: 250, restMs: 750 };

/** Every rate in turn, over one channel from `sh` to `us`. */
export async function measureSteadyLoad(bed: TestBed, options: BenchOptions, talk: Talk): Promise<SteadyLoad[]> {
  await bed.addFarSite();
  const channel = new LutraChannel(bed, 'us');
  const { file, position } = await newLogFile(bed.server('source'));
  await channel.create('order_live', { file, position });
  await channel.start();
  const loads: SteadyLoad[] = [];
  let first = 1 + (await firstRow(channel));
  for (const rate of options.rates) {
    const load = await measureLoad(channel, { rate, first, seconds: options.seconds }, talk);
    first += load.rows;
    loads.push(load);
  }
  await channel.remove();
  await bed.removeFarSite();
  return loads;
}

/** Sends row 1 and waits until it is at the target: the way is open. */
async function firstRow(channel: LutraChannel): Promise<number> {
  await run(channel.bed.server('source'), [`CALL ${SCHEMA}.fill_order_live(1, 1, 1)`]);
  const seen = await lookAtTarget(channel.target, 'order_live', 1, START_LIMIT_MS);
  if (seen.length === 0)
    throw new Error(
      `The first row did not reach the other site in ${START_LIMIT_MS / 1_000} s: ${await channel.trouble()}`,
    );
  return 1;
}

type Asked = { readonly rate: number; readonly first: number; readonly seconds: number };

async function measureLoad(channel: LutraChannel, asked: Asked, talk: Talk): Promise<SteadyLoad> {
  const { bed, topic } = channel;
  const { rate, first, seconds } = asked;
  const rows = rate * (seconds + WARM_UP_SECONDS);
  const last = first + rows - 1;
  const title = `steady load, ${count(rate)} transactions/s for ${seconds} s`;
  await untilQuiet(bed.stack);
  const over = new AbortController();
  const sampling = rate > FOLLOW_ALL_UP_TO ? { sample: SAMPLE } : {};
  const looks = Promise.all([
    lookAtTopic({ broker: bed.kafka('sh'), topic, ...sampling }, over.signal),
    lookAtTopic({ broker: bed.kafka('us'), topic, ...sampling }, over.signal),
    arrived(channel, last, over),
  ]);
  const meter = ProcessMeter.start(bed.stack);
  const insert = run(bed.server('source'), [`CALL ${SCHEMA}.fill_order_live(${first}, ${rows}, ${rate})`]);
  const [[atSource, atFar, atTarget]] = await talk.during(title, () => newestAt(channel), Promise.all([looks, insert]));
  const usage = meter.read();
  const committed = await committedAt(channel, first + rate * WARM_UP_SECONDS);
  const times = [...committed.values()];
  const span = ((times.at(-1) ?? 0) - (times[0] ?? 0)) / 1_000;
  const load = {
    asked: rate,
    reached: (times.length - 1) / span,
    toKafkaAtSource: lagOf(atSource, committed),
    toKafkaAtTarget: lagOf(atFar, committed),
    toTarget: lagOf(atTarget, committed),
    rows,
    usage,
  };
  if (load.toTarget.samples < times.length)
    throw new Error(
      `of ${times.length} rows only ${load.toTarget.samples} came to the target, and none for ${PATIENCE_MS / 1_000} s: ${await channel.trouble()}`,
    );
  await expectEqual(channel);
  return load;
}

/** Ends the looking at the topics when the last row is at the target, or is given up. */
async function arrived({ target }: LutraChannel, last: number, over: AbortController): Promise<Sighting[]> {
  try {
    return await lookAtTarget(target, 'order_live', last, PATIENCE_MS);
  } finally {
    over.abort();
  }
}

async function newestAt({ target }: LutraChannel): Promise<number> {
  const [row] = await query(target, `SELECT MAX(order_id) AS id FROM ${SCHEMA}.order_live`);
  return Number(row?.id ?? 0);
}

/** When each row was inserted, ms since the epoch, in the order of keys. */
async function committedAt({ bed }: LutraChannel, from: number): Promise<Map<number, number>> {
  const rows = await query(
    bed.server('source'),
    `SELECT order_id AS id, UNIX_TIMESTAMP(created_at) AS seconds FROM ${SCHEMA}.order_live WHERE order_id >= ? ORDER BY order_id`,
    [from],
  );
  return new Map(rows.map(({ id, seconds }) => [Number(id), Number(seconds) * 1_000]));
}

async function expectEqual({ bed, target }: LutraChannel): Promise<void> {
  const [there, here] = await Promise.all([
    checksum(bed.server('source'), 'order_live'),
    checksum(target, 'order_live'),
  ]);
  if (there !== here)
    throw new Error(`The steady load arrived changed: CHECKSUM TABLE ${here}, at the source ${there}.`);
}
