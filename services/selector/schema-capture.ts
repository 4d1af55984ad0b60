import type { LogPosition } from '../../shared/model/position.ts';
import type { TableName } from '../../shared/model/table-pattern.ts';
import { type Connection, type MysqlAddress, openConnection } from '../../shared/mysql/connection.ts';
import { keyOf } from '../../shared/mysql/table-facts.ts';
import { classifyStatement } from '../../shared/sql/classify.ts';
import type { Flavour } from '../../shared/sql/dialect-collations.ts';
import { type TableModel, tableModel } from '../../shared/sql/evolve-table.ts';
import { parseDdl } from '../../shared/sql/parse-ddl.ts';
import { readTableShapes } from '../../shared/sql/read-table-shapes.ts';
import { type EventSink, readBinlog } from './binlog-source.ts';
import { readHeader } from './event-header.ts';
import { EventReader } from './event-reader.ts';
import { CHECKSUM, Event, HEADER } from './event-types.ts';
import { readCompressedQuery, readQuery } from './query-event.ts';
import { comparePlaces } from './schema-position.ts';
import { firstStart } from './start-position.ts';

/**
 * The server's present definitions of tables, of those only that no DDL in the log has touched since `from`: what the server says now holds at `from`
 * then. Reads the log in between on a connection of its own. Errors: SOURCE_UNREACHABLE, SOURCE_LOG_PURGED.
 */
export async function captureTables(
  address: MysqlAddress,
  flavour: Flavour,
  names: readonly TableName[],
  from: LogPosition,
  signal: AbortSignal,
): Promise<Map<string, TableModel>> {
  const connection = await openConnection(address, 'SOURCE');
  try {
    const shapes = await readTableShapes(connection, names);
    // NOTE the end is asked for behind the definitions: a DDL that they hold is before it.
    const until = await firstStart(connection, address.name, 'end');
    const touched = await touchedTables(address, flavour, from, until, signal);
    const found = new Map<string, TableModel>();
    const isTouched = ({ schema }: TableName, key: string): boolean =>
      touched.all || touched.databases.has(schema) || touched.keys.has(key);
    for (const name of names) {
      const shape = shapes.get(keyOf(name));
      if (shape !== undefined && !isTouched(name, keyOf(name))) found.set(keyOf(name), tableModel(shape));
    }
    return found;
  } finally {
    await connection.end();
  }
}

type Touched = { all: boolean; readonly databases: Set<string>; readonly keys: Set<string> };

async function touchedTables(
  address: MysqlAddress,
  flavour: Flavour,
  from: LogPosition,
  until: LogPosition,
  signal: AbortSignal,
): Promise<Touched> {
  const touched: Touched = { all: false, databases: new Set(), keys: new Set() };
  if (from.gtidSet === until.gtidSet && comparePlaces(from, until) === 0) return touched;
  const done = new AbortController();
  const scan = new DdlScan(flavour, from, until, touched, () => done.abort());
  const start = from.gtidSet === '' && from.file !== '' ? { file: from.file } : { gtidSet: from.gtidSet };
  await readBinlog(address, start, scan, AbortSignal.any([signal, done.signal]));
  if (signal.aborted) touched.all = true;
  return touched;
}

/** Notes the tables of every DDL between two places. */
class DdlScan implements EventSink {
  private readonly reader = new EventReader();
  private readonly flavour: Flavour;
  private readonly from: LogPosition;
  private readonly until: LogPosition;
  private readonly touched: Touched;
  private readonly finish: () => void;
  private checksum = false;
  private file: string;

  constructor(flavour: Flavour, from: LogPosition, until: LogPosition, touched: Touched, finish: () => void) {
    this.flavour = flavour;
    this.from = from;
    this.until = until;
    this.touched = touched;
    this.finish = finish;
    this.file = from.file;
  }

  expectChecksum(enabled: boolean): void {
    this.checksum = enabled;
  }

  take(bytes: Buffer, at: number, end: number): undefined {
    const header = readHeader(bytes, at, 0);
    const body = this.reader.open(bytes, at + HEADER, this.checksum ? end - CHECKSUM : end);
    let place = header.next;
    if (header.type === Event.ROTATE) {
      place = Number(body.u64());
      this.file = body.text(body.left);
    } else if (header.type === Event.FORMAT_DESCRIPTION) {
      this.checksum = bytes[end - CHECKSUM - 1] === 1;
    } else if (header.type === Event.QUERY || header.type === Event.MARIADB_QUERY_COMPRESSED) {
      const { schema, text } = header.type === Event.QUERY ? readQuery(body) : readCompressedQuery(body);
      const isBefore = this.from.gtidSet === '' && this.file === this.from.file && header.start < this.from.position;
      if (!isBefore) this.note(schema, text.toString('utf8'));
    }
    if (place > 0 && comparePlaces({ file: this.file, position: place }, this.until) >= 0) this.finish();
    return undefined;
  }

  private note(schema: string, sql: string): void {
    const { kind } = classifyStatement(sql);
    if (kind === 'other' || kind === 'truncate-table') return;
    try {
      const ddl = parseDdl(sql, schema, { flavour: this.flavour });
      if (ddl.kind === 'drop-database' && ddl.database !== undefined) this.touched.databases.add(ddl.database);
      for (const { name } of ddl.tables) this.touched.keys.add(keyOf(name));
    } catch {
      // NOTE what cannot be read may have touched any table.
      this.touched.all = true;
    }
  }
}

/** Whether the server's log names columns by itself. */
export async function namesColumns(connection: Connection): Promise<boolean> {
  const [rows] = await connection.query("SHOW GLOBAL VARIABLES LIKE 'binlog_row_metadata'");
  return (rows as { Value: string }[])[0]?.Value.toUpperCase() === 'FULL';
}
