import type { EndState } from './end-state.ts';
import type { LogFindings } from './log-check.ts';
import type { Injected } from './storm.ts';

export type RunFindings = {
  readonly seed: number;
  readonly injected: readonly Injected[];
  readonly transactions: number;
  readonly failedTransactions: number;
  readonly statements: number;
  readonly looks: number;
  /** ms from the end of the last fault until nothing was behind; undefined: never within the limit. */
  readonly calmAfterMs: number | undefined;
  readonly longestLagMs: number;
  readonly peaksMb: ReadonlyMap<string, number>;
  readonly logs: LogFindings;
  readonly end: EndState;
  /** All that was not as it has to be. */
  readonly violations: readonly string[];
};

/** Bound of every service's resident memory. */
const MEMORY_LIMIT_MB = 450;
const SERVICE = /^(selector|loader|admin)/;

/** Sentences about services that took more memory than they may. */
export function memoryViolations(peaksMb: ReadonlyMap<string, number>): string[] {
  return [...peaksMb].flatMap(([name, peak]) =>
    SERVICE.test(name) && peak > MEMORY_LIMIT_MB ? [`${name} took ${peak} MB, more than ${MEMORY_LIMIT_MB} MB`] : [],
  );
}

/** What the run was, line by line. */
export function reportLines(found: RunFindings): string[] {
  const kinds = new Map<string, number>();
  for (const { kind } of found.injected) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  const recovered = found.injected.filter(({ recoveryMs }) => recoveryMs !== undefined);
  const longest = recovered.toSorted((a, b) => (b.recoveryMs ?? 0) - (a.recoveryMs ?? 0))[0];
  const list = (map: ReadonlyMap<string, number>, unit = ''): string =>
    [...map].map(([name, n]) => `${name} ${n}${unit}`).join(', ');
  return [
    `faults: ${found.injected.length} (${list(kinds)})`,
    `workload: ${found.transactions} transactions (${found.failedTransactions} given up), ${found.statements} DDL statements`,
    `snapshots read at the targets meanwhile: ${found.looks}`,
    `compared at the end: ${found.end.rows} rows in ${found.end.tables} tables`,
    `longest lag: ${seconds(found.longestLagMs)}; calm after the last fault: ${found.calmAfterMs === undefined ? 'never' : seconds(found.calmAfterMs)}`,
    `longest way back, later faults included: ${longest === undefined ? 'none was measured' : `${seconds(longest.recoveryMs ?? 0)} after ${longest.name}`}`,
    `peak memory: ${list(found.peaksMb, ' MB')}`,
    `error codes logged: ${found.logs.codes.size === 0 ? 'none' : list(found.logs.codes)}`,
    ...found.violations.map((sentence) => `VIOLATION ${sentence}`),
  ];
}

/** The last line. */
export function verdictLine({ seed, injected, violations, end, looks }: RunFindings): string {
  if (violations.length > 0)
    return `chaos FAILED: ${violations.length} violations after ${injected.length} faults; seed ${seed}`;
  return `chaos ok: ${injected.length} faults, ${end.tables} tables equal, ${looks} snapshots right, nothing held, no drift; seed ${seed}`;
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
