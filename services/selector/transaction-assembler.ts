import { AvroWriter } from '../../shared/codec/avro-writer.ts';
import { type GtidSet, parseGtidSet } from '../../shared/model/gtid-set.ts';
import type { LogPosition } from '../../shared/model/position.ts';
import { ReplicationError } from '../../shared/runtime/errors.ts';
import type { TableMap } from './column.ts';
import { EventReader } from './event-reader.ts';
import { CHECKSUM, Event, eventName, HEADER } from './event-types.ts';
import { type GtidEvent, readGtid, readMariadbGtid, readMariadbGtidList, readPreviousGtids } from './gtid-event.ts';
import type { Publisher } from './publisher.ts';
import type { RowPlan } from './row-plan.ts';
import { type RowsKind, RowsWalker } from './rows-event.ts';
import { statementKind } from './statement.ts';
import { isSystemSchema } from './system-schemas.ts';
import { type Charsets, parseTableMap } from './table-map.ts';

export type AssemblerParts = {
  readonly source: string;
  readonly charsets: Charsets;
  readonly publisher: Publisher;
  /** The plan of a table with its schema registered, or undefined when nobody wants the table. */
  readonly planFor: (map: TableMap) => Promise<RowPlan> | undefined;
  readonly statementSchemaId: number;
  readonly log: LogTail;
};

/** What was read: the log position behind the last complete transaction. Lives as long as the source's run. */
export class LogTail {
  file: string;
  position: number;
  gtids: GtidSet;
  /**
   * Set for a position without a GTID set: a start at file:position whose GTIDs are learned from the head of the file, or a server that had no
   * transaction yet. Transactions that begin before this place are read over.
   */
  readonly skipBefore: { readonly file: string; readonly position: number } | undefined;

  constructor(from: LogPosition) {
    this.file = from.file;
    this.position = from.position;
    this.gtids = parseGtidSet(from.gtidSet);
    this.skipBefore =
      from.gtidSet === '' && from.file !== '' ? { file: from.file, position: from.position } : undefined;
  }

  now(): LogPosition {
    return { gtidSet: this.gtids.toString(), file: this.file, position: this.position };
  }

  isSkipped(position: number): boolean {
    return this.skipBefore !== undefined && this.file === this.skipBefore.file && position < this.skipBefore.position;
  }
}

type KnownTable = { readonly bytes: Buffer; readonly plan: RowPlan | undefined };
type Header = {
  readonly type: number;
  readonly seconds: number;
  readonly serverId: number;
  readonly start: number;
  readonly next: number;
};

const STATEMENT_END = 1;
const V1_KINDS: Record<number, RowsKind> = { 23: 'insert', 24: 'update', 25: 'delete' };
const V2_KINDS: Record<number, RowsKind> = { 30: 'insert', 31: 'update', 32: 'delete' };

/**
 * Binlog events in, records and commits out. States: between transactions; inside one (GTID seen, not yet committed), which may be skipped.
 * A transaction begins with its GTID event, ends with XID, COMMIT or a statement that stands alone. Anything that cannot be understood
 * is a named error: nothing is stepped over.
 */
export class TransactionAssembler {
  private readonly parts: AssemblerParts;
  private readonly reader = new EventReader();
  private readonly walker: RowsWalker;
  private readonly tables = new Map<number, KnownTable>();
  private readonly statementBody = new AvroWriter(1 << 10);
  private checksum = false;
  private open: (GtidEvent & { readonly skipped: boolean }) | undefined;
  /** Commit time of the last transaction, µs; 0 before the first. */
  lastCommitted = 0;

  constructor(parts: AssemblerParts) {
    this.parts = parts;
    this.walker = new RowsWalker((plan, op, key, images) => parts.publisher.row(plan, op, key, images));
  }

  /** Takes one event. A promise holds the stream until the table is known or Kafka has taken what waits. */
  readonly take = (bytes: Buffer, at: number, end: number): Promise<void> | undefined => {
    const header = this.readHeader(bytes, at, end);
    const body = this.reader.open(bytes, at + HEADER, this.checksum ? end - CHECKSUM : end);
    try {
      return this.dispatch(header, body, bytes, end) ?? this.parts.publisher.backPressure();
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw new ReplicationError(
        'SOURCE_EVENT_UNSUPPORTED',
        `the ${eventName(header.type)} event at ${this.place(header)} cannot be decoded: ${error.message}`,
        'check the log with mysqlbinlog --verify-binlog-checksum; nothing was stepped over',
        error,
      );
    }
  };

  /** What holds for the first events, until a format description tells. */
  expectChecksum(enabled: boolean): void {
    this.checksum = enabled;
  }

  get insideTransaction(): boolean {
    return this.open !== undefined;
  }

  private dispatch(header: Header, body: EventReader, bytes: Buffer, end: number): Promise<void> | undefined {
    const { log } = this.parts;
    switch (header.type) {
      case Event.TABLE_MAP:
        return this.tableMap(body, header);
      case Event.WRITE_ROWS:
      case Event.UPDATE_ROWS:
      case Event.DELETE_ROWS:
        this.rows(V2_KINDS[header.type] as RowsKind, body, header, true);
        return undefined;
      case Event.WRITE_ROWS_V1:
      case Event.UPDATE_ROWS_V1:
      case Event.DELETE_ROWS_V1:
        this.rows(V1_KINDS[header.type] as RowsKind, body, header, false);
        return undefined;
      case Event.GTID:
      case Event.ANONYMOUS_GTID:
        this.begin(readGtid(body, header.type === Event.ANONYMOUS_GTID, header.seconds), header);
        return undefined;
      case Event.MARIADB_GTID:
        this.begin(readMariadbGtid(body, header.serverId, header.seconds), header);
        return undefined;
      case Event.XID:
        this.commit(header);
        return undefined;
      case Event.QUERY:
        this.query(body, header);
        return undefined;
      case Event.ROTATE:
        this.rotate(body);
        return undefined;
      case Event.FORMAT_DESCRIPTION:
        this.checksum = (bytes[end - CHECKSUM - 1] as number) === 1;
        this.tables.clear();
        return undefined;
      case Event.PREVIOUS_GTIDS:
        if (log.skipBefore && log.gtids.toString() === '') log.gtids = parseGtidSet(readPreviousGtids(body));
        return undefined;
      case Event.MARIADB_GTID_LIST:
        if (log.gtids.toString() === '') log.gtids = parseGtidSet(readMariadbGtidList(body));
        return undefined;
      case Event.STOP:
      case Event.HEARTBEAT:
      case Event.HEARTBEAT_V2:
      case Event.IGNORABLE:
      case Event.ROWS_QUERY:
      case Event.MARIADB_ANNOTATE_ROWS:
      case Event.MARIADB_BINLOG_CHECKPOINT:
        return undefined;
      default:
        throw this.unsupported(header, UNSUPPORTED_ADVICE[header.type] ?? 'this kind of event is not covered yet');
    }
  }

  private readHeader(bytes: Buffer, at: number, end: number): Header {
    if (end - at < HEADER) {
      throw new ReplicationError(
        'SOURCE_STREAM_BROKEN',
        `the source ${this.parts.source} sent ${end - at} bytes where an event header has ${HEADER}`,
        'the selector connects again from its last position by itself',
      );
    }
    const next = bytes.readUInt32LE(at + 13);
    const length = bytes.readUInt32LE(at + 9);
    return {
      seconds: bytes.readUInt32LE(at),
      type: bytes[at + 4] as number,
      serverId: bytes.readUInt32LE(at + 5),
      start: next >= length ? next - length : this.parts.log.position,
      next,
    };
  }

  private begin(gtid: GtidEvent, header: Header): void {
    const { log, publisher } = this.parts;
    const skipped = log.isSkipped(header.start);
    this.open = { ...gtid, skipped };
    if (skipped) return;
    publisher.begin({ committed: gtid.committed, gtid: gtid.gtid, file: log.file, position: header.start });
  }

  private commit(header: Header): void {
    const { log, publisher } = this.parts;
    const open = this.open;
    if (header.next > 0) log.position = header.next;
    if (open === undefined) return;
    if (open.gtid !== '') log.gtids.add(open.gtid);
    this.open = undefined;
    if (open.skipped) return;
    this.lastCommitted = open.committed;
    publisher.commit();
  }

  private rotate(body: EventReader): void {
    const position = Number(body.u64());
    const file = body.text(body.left);
    if (file === this.parts.log.file && this.parts.log.position > position) return;
    this.parts.log.file = file;
    this.parts.log.position = position;
  }

  private tableMap(body: EventReader, header: Header): Promise<void> | undefined {
    if (this.open?.skipped) return undefined;
    const id = body.uint(6);
    body.skip(2);
    const bytes = body.bytes.subarray(body.at, body.end);
    if (this.tables.get(id)?.bytes.equals(bytes)) return undefined;
    const map = parseTableMap(body, this.parts.charsets);
    const kept = Buffer.from(bytes);
    const plan = isSystemSchema(map.schema) ? undefined : this.parts.planFor(map);
    if (plan === undefined) {
      this.tables.set(id, { bytes: kept, plan: undefined });
      return undefined;
    }
    if (!this.open)
      throw this.unsupported(header, 'a table map came outside of a transaction; start at a transaction boundary');
    return plan.then((ready) => {
      this.tables.set(id, { bytes: kept, plan: ready });
    });
  }

  private rows(kind: RowsKind, body: EventReader, header: Header, v2: boolean): void {
    if (this.open?.skipped) return;
    const id = body.uint(6);
    const flags = body.uint(2);
    if (v2) body.skip(body.uint(2) - 2);
    const table = this.tables.get(id);
    if (table === undefined) {
      if (id === DUMMY_TABLE && (flags & STATEMENT_END) !== 0) return;
      throw this.unsupported(
        header,
        `rows of table id ${id} came without a table map; start at a transaction boundary`,
      );
    }
    if (table.plan) this.walk(table.plan, kind, body, header);
  }

  private walk(plan: RowPlan, kind: RowsKind, body: EventReader, header: Header): void {
    try {
      this.walker.walk(plan, kind, body);
    } catch (error) {
      if (!(error instanceof ReplicationError)) throw error;
      throw new ReplicationError(error.code, `${error.message}, at ${this.place(header)}`, error.remedy, error);
    }
  }

  private query(body: EventReader, header: Header): void {
    if (this.open?.skipped) {
      this.skippedQuery(body, header);
      return;
    }
    const { schema, sql } = readQuery(body);
    const kind = statementKind(sql);
    switch (kind) {
      case 'begin':
      case 'savepoint':
        return;
      case 'commit':
        this.commit(header);
        return;
      case 'rollback':
        throw this.unsupported(
          header,
          'a rolled-back transaction that changed a table without transactions is not covered yet',
        );
      case 'xa':
        throw this.unsupported(header, 'XA transactions are not covered yet');
      case 'rows':
        if (isSystemSchema(schema)) return;
        throw this.unsupported(
          header,
          `a change of rows in schema ${schema} was logged as a statement; set binlog_format = ROW at the source and reconnect its clients`,
        );
      case 'other':
        this.statement(schema, sql, header);
        return;
      default:
        kind satisfies never;
    }
  }

  private skippedQuery(body: EventReader, header: Header): void {
    const kind = statementKind(readQuery(body).sql);
    if (kind === 'commit' || kind === 'other') this.commit(header);
  }

  /** A statement stands alone, except CREATE TABLE … SELECT of MySQL 8, whose rows follow in the same transaction. */
  private statement(schema: string, sql: string, header: Header): void {
    const { publisher, statementSchemaId } = this.parts;
    if (this.open && !isSystemSchema(schema)) {
      const out = this.statementBody;
      out.at = 0;
      out.text(schema);
      out.text(sql);
      publisher.everywhere(
        statementSchemaId,
        's',
        Buffer.from(JSON.stringify([schema])),
        out.bytes.subarray(0, out.at),
      );
    }
    if (!/\bSTART\s+TRANSACTION\s*$/i.test(sql)) this.commit(header);
  }

  private place(header: Header): string {
    return `${this.parts.log.file}:${header.start} of source ${this.parts.source}`;
  }

  private unsupported(header: Header, why: string): ReplicationError {
    return new ReplicationError(
      'SOURCE_EVENT_UNSUPPORTED',
      `the ${eventName(header.type)} event at ${this.place(header)} cannot be replicated: ${why}`,
      'nothing was stepped over; after mending the cause, move the source behind this transaction and copy the tables it touches',
    );
  }
}

/** Table id of a rows event that only ends a statement. */
const DUMMY_TABLE = 0xffffff;

const UNSUPPORTED_ADVICE: Record<number, string> = {
  [Event.PARTIAL_UPDATE_ROWS]: "it holds partial JSON; SET GLOBAL binlog_row_value_options = ''",
  [Event.TRANSACTION_PAYLOAD]: 'it is compressed; SET GLOBAL binlog_transaction_compression = OFF',
  [Event.XA_PREPARE]: 'XA transactions are not covered yet',
  [Event.INCIDENT]: 'the server says that its log is incomplete here',
  [Event.GTID_TAGGED]: 'GTIDs with tags are not covered yet',
};

/** Schema and text of a QUERY event. Source: MySQL `libs/mysql/binlog/event/statement_events.h`, Query_event. */
function readQuery(body: EventReader): { schema: string; sql: string } {
  body.skip(8);
  const schemaLength = body.u8();
  body.skip(2);
  body.skip(body.uint(2));
  const schema = body.text(schemaLength);
  body.skip(1);
  return { schema, sql: body.text(body.left) };
}
