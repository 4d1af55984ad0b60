import type { Start } from '../model/channel.ts';
import type { LogPosition } from '../model/position.ts';
import { type CheckedServer, type CheckProblem, checkError, checkWarning } from './check-problem.ts';
import type { Connection } from './connection.ts';
import { errorName, readRows, type TextRow } from './query.ts';
import { isAtLeast, readServerFacts, type ServerFacts } from './server-facts.ts';

/** The binary log as the server lists it; what the user may not see is undefined. */
export type SourceLog = {
  readonly status: TextRow | undefined;
  readonly files: readonly { readonly name: string; readonly size: number }[] | undefined;
};

/** Asks for the status and the files of the log as the selector will, and names the grant that is missing. */
export async function readSourceLog(
  connection: Connection,
  facts: ServerFacts,
  server: CheckedServer,
): Promise<{ log: SourceLog; problems: CheckProblem[] }> {
  const problems: CheckProblem[] = [];
  const ask = async (sql: string): Promise<TextRow[] | undefined> => {
    try {
      return await readRows(connection, sql);
    } catch (error) {
      if (errorName(error) === 'ER_NO_BINARY_LOGGING') return undefined;
      if (errorName(error) !== 'ER_SPECIFIC_ACCESS_DENIED_ERROR') throw error;
      problems.push(missingGrant(facts, server, sql));
      return undefined;
    }
  };
  const isNewWord = facts.flavour === 'MySQL' && isAtLeast(facts, '8.2');
  const status = await ask(isNewWord ? 'SHOW BINARY LOG STATUS' : 'SHOW MASTER STATUS');
  const files = await ask('SHOW BINARY LOGS');
  return {
    log: {
      status: status?.[0],
      files: files?.map((row) => ({ name: row.Log_name ?? '', size: Number(row.File_size ?? 0) })),
    },
    problems: problems.slice(0, 1),
  };
}

/** Where the log ends now: `mysql-bin.000003:154`, with the GTID set where the server tells it. Errors: the driver's. */
export async function readLogEnd(connection: Connection): Promise<LogPosition | undefined> {
  const { log } = await readSourceLog(connection, await readServerFacts(connection), { place: '', account: '' });
  const { File: file, Position: position, Executed_Gtid_Set: set } = log.status ?? {};
  if (!file) return undefined;
  return { gtidSet: set ? oneLine(set) : '', file, position: Number(position) };
}

function missingGrant(facts: ServerFacts, { place, account }: CheckedServer, sql: string): CheckProblem {
  const grant = facts.flavour === 'MySQL' ? 'REPLICATION CLIENT' : 'BINLOG MONITOR';
  return checkError(
    'GRANT_REPLICATION_CLIENT',
    `${place} refuses ${sql} to ${account}: the grant ${grant} is missing`,
    `GRANT ${grant} ON *.* TO ${account}`,
  );
}

/** Schemas that the server leaves out of its log by binlog-do-db and binlog-ignore-db. */
export function checkLogFilter(log: SourceLog, schemas: readonly string[], place: string): CheckProblem[] {
  const only = listOf(log.status?.Binlog_Do_DB);
  const ignored = listOf(log.status?.Binlog_Ignore_DB);
  const missing = schemas.filter((schema) => (only.length > 0 && !only.includes(schema)) || ignored.includes(schema));
  if (missing.length === 0) return [];
  const message = `${place} does not log the schemas ${missing.join(', ')} (binlog-do-db or binlog-ignore-db)`;
  return [
    checkError('BINLOG_FILTER', message, 'take binlog-do-db and binlog-ignore-db out of my.cnf and restart the server'),
  ];
}

function listOf(text: string | null | undefined): string[] {
  return (text ?? '').split(',').filter((name) => name !== '');
}

/** Whether the log still holds the place from which a pipeline is to start. */
export async function checkStart(
  connection: Connection,
  facts: ServerFacts,
  log: SourceLog,
  { pipeline, start, place }: { pipeline: string; start: Start; place: string },
): Promise<CheckProblem[]> {
  const who = `pipeline ${pipeline}`;
  if (start === 'end') return [];
  if (start === 'beginning') return oldestIsNotFirst(log, who, place);
  if ('file' in start) return checkFileStart(log, start, who, place);
  const isMariadbForm = /^\s*\d+-\d+-\d+/.test(start.gtid);
  if (isMariadbForm !== (facts.flavour === 'MariaDB')) {
    const form = facts.flavour === 'MySQL' ? '3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5' : '0-1-100';
    return [
      checkError(
        'START_FORM',
        `${who} starts at a GTID set that is not in the form of ${place}, a ${facts.flavour}`,
        `write it as ${form}`,
      ),
    ];
  }
  return facts.flavour === 'MySQL'
    ? checkMysqlGtid(connection, start.gtid, who, place)
    : checkMariadbGtid(connection, log, start.gtid, who, place);
}

const COPY = 'copy the tables first and start at the end, or choose a later position';

function oldestIsNotFirst({ files }: SourceLog, who: string, place: string): CheckProblem[] {
  const [first] = files ?? [];
  if (first === undefined || /\.0*1$/.test(first.name)) return [];
  const message = `${who} starts at the beginning of the log, and ${place} has purged everything before ${first.name}: older changes will not arrive`;
  return [checkWarning('START_NOT_COMPLETE', message, 'copy the tables first if they hold older rows')];
}

function checkFileStart(
  { files }: SourceLog,
  start: { file: string; position: number },
  who: string,
  place: string,
): CheckProblem[] {
  if (files === undefined) return [];
  const found = files.find(({ name }) => name === start.file);
  if (found === undefined) {
    const range = `${files[0]?.name} to ${files.at(-1)?.name}`;
    return [
      checkError(
        'SOURCE_LOG_PURGED',
        `${who} starts at ${start.file}:${start.position}, and ${place} has only ${range}`,
        COPY,
      ),
    ];
  }
  if (start.position <= found.size) return [];
  const message = `${who} starts at ${start.file}:${start.position}, and this file of ${place} ends at ${found.size}`;
  return [checkError('START_BEYOND_LOG', message, `choose a position up to ${found.size}`)];
}

async function checkMysqlGtid(
  connection: Connection,
  gtid: string,
  who: string,
  place: string,
): Promise<CheckProblem[]> {
  const [row] = await readRows(
    connection,
    'SELECT GTID_SUBTRACT(@@GLOBAL.gtid_purged, ?) AS gone, GTID_SUBTRACT(?, @@GLOBAL.gtid_executed) AS unknown_part',
    [gtid, gtid],
  );
  const problems: CheckProblem[] = [];
  if (row?.gone)
    problems.push(
      checkError(
        'SOURCE_LOG_PURGED',
        `${who} needs the transactions ${oneLine(row.gone)}, and ${place} has purged them`,
        COPY,
      ),
    );
  if (row?.unknown_part) {
    const message = `${who} starts after the transactions ${oneLine(row.unknown_part)}, and ${place} never ran them`;
    problems.push(
      checkError('START_BEYOND_LOG', message, 'write a set that is contained in SELECT @@GLOBAL.gtid_executed'),
    );
  }
  return problems;
}

async function checkMariadbGtid(
  connection: Connection,
  log: SourceLog,
  gtid: string,
  who: string,
  place: string,
): Promise<CheckProblem[]> {
  const gone = await purgedMariadb(connection, log, gtid);
  if (gone === '') return [];
  return [checkError('SOURCE_LOG_PURGED', `${who} needs transactions that ${place} has purged: ${gone}`, COPY)];
}

/**
 * What a MariaDB position has not and the log no longer holds, in words; empty: nothing. The first event of the oldest file lists, per domain, the
 * last transaction that is no longer in the log.
 */
export async function purgedMariadb(connection: Connection, { files }: SourceLog, gtid: string): Promise<string> {
  const [oldest] = files ?? [];
  if (oldest === undefined) return '';
  const events = await readRows(connection, 'SHOW BINLOG EVENTS IN ? LIMIT 3', [oldest.name]);
  const listed = events.find((row) => row.Event_type === 'Gtid_list')?.Info ?? '';
  const start = new Map(gtidParts(gtid));
  const gone = gtidParts(listed).filter(([domain, sequence]) => (start.get(domain) ?? 0n) < sequence);
  return gone.map(([domain, sequence]) => `up to ${sequence} of domain ${domain}`).join(', ');
}

/** `0-1-100,1-1-5` as domain -> sequence. */
function gtidParts(text: string): [domain: string, sequence: bigint][] {
  return [...text.matchAll(/(\d+)-\d+-(\d+)/g)].map(([, domain = '', sequence = '0']) => [domain, BigInt(sequence)]);
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, '');
}
