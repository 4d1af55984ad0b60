import { type CheckProblem, checkError, checkWarning } from './check-problem.ts';
import { isAtLeast, isOn, type ServerFacts, setStatement } from './server-facts.ts';

type Demand = {
  readonly name: string;
  readonly wanted: string;
  readonly code: string;
  readonly why: string;
};

const DEMANDS: readonly Demand[] = [
  {
    name: 'binlog_format',
    wanted: 'ROW',
    code: 'BINLOG_FORMAT',
    why: 'statements in the log do not tell which rows they changed',
  },
  { name: 'binlog_row_image', wanted: 'FULL', code: 'BINLOG_ROW_IMAGE', why: 'rows in the log would lack columns' },
];

const MYSQL_DEMANDS: readonly Demand[] = [
  { name: 'gtid_mode', wanted: 'ON', code: 'GTID_OFF', why: 'a position must hold on any server of the topology' },
  {
    name: 'binlog_row_value_options',
    wanted: '',
    code: 'BINLOG_PARTIAL_JSON',
    why: 'partial JSON updates in the log cannot be read yet',
  },
];

const OLDEST = { MySQL: '8.0.1', MariaDB: '10.5' } as const;
const DAY_S = 86_400;

/** Version and settings that reading the binary log needs. */
export function checkSourceSettings(facts: ServerFacts, place: string): CheckProblem[] {
  const oldest = OLDEST[facts.flavour];
  const problems: CheckProblem[] = [];
  if (!isAtLeast(facts, oldest)) {
    const remedy = `use ${facts.flavour} ${oldest} or newer as a source`;
    problems.push(
      checkError(
        'VERSION_TOO_OLD',
        `${place} is ${facts.flavour} ${facts.version}; older than ${oldest} is not supported`,
        remedy,
      ),
    );
  }
  if (isOn(facts, 'log_bin') !== true) problems.push(logIsOff(place));
  const own = facts.flavour === 'MySQL' ? MYSQL_DEMANDS : [];
  problems.push(...[...DEMANDS, ...own].flatMap((demand) => demandProblem(facts, demand, place)));
  problems.push(...metadataWarning(facts, place));
  problems.push(...identityProblem(facts, place), ...retentionWarning(facts, place));
  if (facts.flavour === 'MariaDB' && isOn(facts, 'gtid_strict_mode') === false) problems.push(looseGtids(facts, place));
  return problems;
}

function logIsOff(place: string): CheckProblem {
  const remedy = 'write log_bin = mysql-bin and a server_id of its own under [mysqld] in my.cnf and restart the server';
  return checkError('BINLOG_OFF', `${place} writes no binary log (log_bin is OFF), so nothing can be read`, remedy);
}

function demandProblem(facts: ServerFacts, { name, wanted, code, why }: Demand, place: string): CheckProblem[] {
  const found = facts.variables.get(name);
  if (found === undefined || found.toUpperCase() === wanted) return [];
  const value = wanted === '' ? "''" : wanted;
  const hint =
    name === 'gtid_mode'
      ? `SET PERSIST enforce_gtid_consistency = ON, then gtid_mode = OFF_PERMISSIVE, ON_PERMISSIVE and ON, one after the other`
      : `${setStatement(facts, name, value)}; then let clients connect anew, sessions keep the old value`;
  return [
    checkError(
      code,
      `${place} has ${name}=${found}, ${wanted === '' ? 'it must be empty' : `${wanted} is needed`}: ${why}`,
      hint,
    ),
  ];
}

/** Without names in the log, definitions of tables are kept beside it. */
function metadataWarning(facts: ServerFacts, place: string): CheckProblem[] {
  const found = facts.variables.get('binlog_row_metadata');
  if (found === undefined || found.toUpperCase() === 'FULL') return [];
  const message = `${place} has binlog_row_metadata=${found}: the log does not name columns, so their definitions are followed from DDL to DDL, and rows from before a change that was not followed cannot be read`;
  return [checkWarning('BINLOG_ROW_METADATA', message, setStatement(facts, 'binlog_row_metadata', 'FULL'))];
}

function identityProblem(facts: ServerFacts, place: string): CheckProblem[] {
  if (facts.variables.get('server_id') !== '0') return [];
  const remedy = setStatement(facts, 'server_id', 'a number that no other server of the topology has');
  return [checkError('SERVER_ID_ZERO', `${place} has server_id=0 and refuses readers of its log`, remedy)];
}

function retentionWarning(facts: ServerFacts, place: string): CheckProblem[] {
  const seconds = Number(facts.variables.get('binlog_expire_logs_seconds') ?? 0);
  const days = Number(facts.variables.get('expire_logs_days') ?? 0);
  const kept = seconds > 0 ? seconds : days * DAY_S;
  if (kept === 0 || kept >= DAY_S) return [];
  const message = `${place} keeps its log for ${Math.round(kept / 60)} minutes only: a pipeline that stands still for longer loses its place`;
  return [checkWarning('BINLOG_RETENTION', message, setStatement(facts, 'binlog_expire_logs_seconds', '604800'))];
}

function looseGtids(facts: ServerFacts, place: string): CheckProblem {
  const message = `${place} has gtid_strict_mode=OFF: GTIDs may come out of order after a failover`;
  return checkWarning('GTID_NOT_STRICT', message, setStatement(facts, 'gtid_strict_mode', 'ON'));
}
