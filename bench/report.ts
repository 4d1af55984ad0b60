import { count, table } from '../services/admin-api/cli/screen.ts';
import { byContender, type CatchUp, ratioToReplica } from './catch-up.ts';
import type { HugeTransaction } from './huge-transaction.ts';
import type { Leg } from './leg.ts';
import { type Machine, noiseWarning } from './machine.ts';
import type { Usage } from './process-meter.ts';
import type { Lag } from './sightings.ts';
import { median } from './statistics.ts';
import type { SteadyLoad } from './steady-load.ts';

export type Results = {
  readonly machine: Machine;
  readonly catchUp: readonly CatchUp[];
  readonly steady: readonly SteadyLoad[];
  readonly huge: HugeTransaction | undefined;
};

/** A process that used less than this share of the time of a leg only stood by. */
const IDLE_SHARE = 0.03;

/** All tables, and the verdict as the last line. */
export function reportText(results: Results, commandLine: string): string {
  const warning = noiseWarning(results.machine);
  return [
    machineText(results.machine),
    ...results.catchUp.flatMap(catchUpText),
    ...(results.steady.length === 0 ? [] : [steadyText(results.steady)]),
    ...(results.huge === undefined ? [] : [hugeText(results.huge)]),
    `again: ${commandLine}`,
    ...(warning === undefined ? [] : [`warning: ${warning}`]),
    verdict(results),
  ].join('\n\n');
}

function machineText({ cores, cpu, memoryGb, system, node, mysql, kafka, commit }: Machine): string {
  return `${cores} cores (${cpu}), ${memoryGb} GB, ${system}, Node ${node}, MySQL ${mysql}, Kafka ${kafka}, commit ${commit}`;
}

function catchUpText(result: CatchUp): string[] {
  const rates = byContender(result, (leg) => leg.rowsPerSecond);
  const flows = byContender(result, (leg) => leg.flowPerSecond);
  const firsts = byContender(result, (leg) => leg.firstRowSeconds);
  const names = [...rates.keys()];
  const speed = table(
    ['', 'rows/s', 'min', 'max', 'x replica', 'first row s', 'rows/s after it'],
    names.map((name) => {
      const { median: rate = Number.NaN, all = [] } = rates.get(name) ?? {};
      const bounds = [Math.min(...all), Math.max(...all)].map(count);
      const ratio = ratioToReplica(result, name).toFixed(2);
      const first = (firsts.get(name)?.median ?? Number.NaN).toFixed(2);
      return [name, count(rate), ...bounds, ratio, first, count(flows.get(name)?.median ?? Number.NaN)];
    }),
  );
  const unit = result.perTransaction === 1 ? 'transactions' : 'rows';
  return [
    `Catch-up, ${result.title}: ${count(result.rows)} ${unit}\n${speed}`,
    `CPU µs a row / peak MB\n${usageTable(result, names)}`,
  ];
}

/** A line for each process, a column for each contender: `2.31 / 148`. */
function usageTable(result: CatchUp, names: readonly string[]): string {
  const processes = new Set(result.legs.flatMap((leg) => busy(leg).map(({ name }) => name)));
  const rows = [...processes].map((process) => [
    process,
    ...names.map((name) => {
      const legs = result.legs.filter(({ contender }) => contender === name);
      const used = legs.flatMap((leg) => busy(leg).filter((usage) => usage.name === process));
      if (used.length === 0) return '-';
      const micros = median(used.map(({ cpuMs }) => (cpuMs * 1_000) / result.rows));
      return `${micros.toFixed(2)} / ${Math.max(...used.map(({ peakMb }) => peakMb)).toFixed(0)}`;
    }),
  ]);
  const sums = names.map((name) => {
    const legs = result.legs.filter(({ contender }) => contender === name);
    const micros = legs.map((leg) => busy(leg).reduce((sum, { cpuMs }) => sum + (cpuMs * 1_000) / result.rows, 0));
    return median(micros).toFixed(2);
  });
  return table(['', ...names], [...rows, ['all of them', ...sums]]);
}

function busy({ usage, seconds }: Leg): Usage[] {
  return usage.filter(({ cpuMs }) => cpuMs > seconds * 1_000 * IDLE_SHARE);
}

function steadyText(loads: readonly SteadyLoad[]): string {
  const ms = (value: number): string => value.toFixed(value < 10 ? 1 : 0);
  const line = (rate: string, place: string, lag: Lag): string[] => [
    rate,
    place,
    ...[lag.p50Ms, lag.p90Ms, lag.p99Ms, lag.maxMs].map(ms),
    count(lag.samples),
  ];
  const rows = loads.flatMap((load) => [
    line(`${count(load.reached)} (${count(load.asked)})`, 'in Kafka at sh', load.toKafkaAtSource),
    line('', 'in Kafka at us', load.toKafkaAtTarget),
    line('', 'at the target', load.toTarget),
  ]);
  const head = [
    'transactions/s (asked)',
    'from the insert until it is',
    'p50 ms',
    'p90 ms',
    'p99 ms',
    'max ms',
    'rows',
  ];
  return `Steady load across both sites, single-row transactions\n${table(head, rows)}`;
}

function hugeText({ rows, leg }: HugeTransaction): string {
  const peaks = ['selector-sh', 'loader-sh'].map((name) => [
    name,
    ...leg.quarters.map((usage) => `${usage.find((process) => process.name === name)?.peakMb.toFixed(0) ?? '-'}`),
  ]);
  const head = ['peak MB when so much is at the target', '25 %', '50 %', '75 %', '100 %'];
  return `One transaction of ${count(rows)} rows: ${count(leg.rowsPerSecond)} rows/s\n${table(head, peaks)}`;
}

/** `bench: 10-row transactions 1.8x, …`: what was measured, in one line. */
export function verdict({ catchUp, steady, huge }: Results): string {
  const legs = [...catchUp.flatMap((result) => result.legs), ...(huge === undefined ? [] : [huge.leg])];
  const peak = (name: string): string => {
    const all = legs.filter(({ contender }) => contender === 'Lutra').flatMap(({ usage }) => usage);
    return Math.max(...all.filter((process) => process.name === name).map(({ peakMb }) => peakMb)).toFixed(0);
  };
  const ratios = catchUp.map((result) => `${result.title} ${ratioToReplica(result, 'Lutra').toFixed(1)}x`);
  const parts = [
    ...(ratios.length > 0 ? [`${ratios.join(', ')} MySQL's replica`] : []),
    ...(legs.length > 0 ? [`selector ${peak('selector-sh')} MB, loader ${peak('loader-sh')} MB`] : []),
    ...steady.map(
      ({ reached, toTarget }) =>
        `lag at ${count(reached)}/s p50 ${toTarget.p50Ms.toFixed(0)} p99 ${toTarget.p99Ms.toFixed(0)} ms`,
    ),
  ];
  return `bench: ${parts.join('; ')}`;
}
