import { AvroWriter } from '../../shared/codec/avro-writer.ts';
import { parseGtidSet } from '../../shared/model/gtid-set.ts';
import { ReplicationError } from '../../shared/runtime/errors.ts';
import type { CharsetSource } from './charsets.ts';
import type { TableMap } from './column.ts';
import { type EventHeader, hasHeader, innerHeader, readHeader } from './event-header.ts';
import { EventReader } from './event-reader.ts';
import { CHECKSUM, Event, eventName, HEADER } from './event-types.ts';
import {
  type GtidEvent,
  readGtid,
  readMariadbGtid,
  readMariadbGtidList,
  readPreviousGtids,
  readTaggedGtid,
} from './gtid-event.ts';
import type { LogTail } from './log-tail.ts';
import { payloadEvents, readPayload } from './payload-event.ts';
import { PreparedTransactions, parseXa } from './prepared-transactions.ts';
import type { Publisher } from './publisher.ts';
import { type QueryEvent, readCompressedQuery, readQuery } from './query-event.ts';
import type { RowPlan } from './row-plan.ts';
import { type RowsEvent, RowsWalker, rowsEvent } from './rows-event.ts';
import type { SchemaHistory } from './schema-history.ts';
import { type StatementKind, statementKind } from './statement.ts';
import { isSystemSchema } from './system-schemas.ts';
import { type Charsets, parseTableMap } from './table-map.ts';

export type AssemblerParts = {
  readonly source: string;
  readonly charsets: Charsets;
  /** How statements in the character set of their client become text. */
  readonly decoders: Pick<CharsetSource, 'statementText'>;
  readonly publisher: Publisher;
  /** The plan of a table with its schema registered, or undefined when nobody wants the table. */
  readonly planFor: (map: TableMap) => Promise<RowPlan> | undefined;
  readonly statementSchemaId: number;
  /** Follows what a statement does to tables; a promise until that is saved. */
  readonly follow: SchemaHistory['follow'];
  readonly log: LogTail;
  /** Called between transactions, behind the end of one. */
  readonly onBoundary: () => void;
};

type KnownTable = { readonly bytes: Buffer; readonly plan: RowPlan | undefined };

/** Bits of sql_mode that change how a statement is read. Source: MySQL `sql/system_variables.h`; the same in MariaDB `sql/sql_class.h`. */
const ANSI_QUOTES = 4n;
const NO_BACKSLASH_ESCAPES = 1n << 20n;

function sqlModeText(bits: bigint): string {
  return [bits & ANSI_QUOTES ? 'ANSI_QUOTES' : '', bits & NO_BACKSLASH_ESCAPES ? 'NO_BACKSLASH_ESCAPES' : '']
    .filter((mode) => mode !== '')
    .join(',');
}

const STATEMENT_END = 1;
/** Table id of a rows event that only ends a statement. */
const DUMMY_TABLE = 0xffffff;

/**
 * Binlog events in, records and commits out. States: between transactions; inside one (GTID seen, not yet committed), which may be skipped;
 * inside an XA transaction, whose row events are kept. A transaction begins with its GTID event, ends with XID, COMMIT, XA PREPARE or a statement
 * that stands alone. Anything that cannot be understood is a named error: nothing is stepped over.
 */
export class TransactionAssembler {
  private readonly parts: AssemblerParts;
  private readonly reader = new EventReader();
  private readonly walker: RowsWalker;
  private readonly tables = new Map<number, KnownTable>();
  private readonly prepared = new PreparedTransactions();
  private readonly statementBody = new AvroWriter(1 << 10);
  private checksum = false;
  private open: (GtidEvent & { readonly skipped: boolean }) | undefined;
  /** Rows of the open transaction have left: it cannot be taken back any more. */
  private hasPublished = false;
  /** Commit time of the last transaction, µs; 0 before the first. */
  lastCommitted = 0;

  constructor(parts: AssemblerParts) {
    this.parts = parts;
    this.walker = new RowsWalker((plan, op, key, images) => {
      this.hasPublished = true;
      parts.publisher.row(plan, op, key, images);
    });
  }

  /** Takes one event. A promise holds the stream until the table is known, Kafka has taken what waits, or all of a compressed transaction is read. */
  readonly take = (bytes: Buffer, at: number, end: number): Promise<void> | undefined => {
    if (!hasHeader(at, end)) throw this.tooShort(end - at);
    const header = readHeader(bytes, at, this.parts.log.position);
    const bodyEnd = this.checksum ? end - CHECKSUM : end;
    try {
      const wait = this.dispatch(header, bytes, at, bodyEnd, end);
      return wait?.catch((error) => Promise.reject(this.placed(error, header))) ?? this.parts.publisher.backPressure();
    } catch (error) {
      throw this.placed(error, header);
    }
  };

  /** What holds for the first events, until a format description tells. */
  expectChecksum(enabled: boolean): void {
    this.checksum = enabled;
  }

  /** Asks for the plan of every table again. Only between transactions. */
  forgetTables(): void {
    this.tables.clear();
  }

  get insideTransaction(): boolean {
    return this.open !== undefined;
  }

  private dispatch(
    header: EventHeader,
    bytes: Buffer,
    at: number,
    bodyEnd: number,
    end: number,
  ): Promise<void> | undefined {
    const { log } = this.parts;
    const body = this.reader.open(bytes, at + HEADER, bodyEnd);
    const rows = rowsEvent(header.type);
    if (rows !== undefined) {
      if (this.prepared.isOpen) this.keepRows(bytes.subarray(at, bodyEnd), body, header);
      else this.rows(rows, body, header);
      return undefined;
    }
    switch (header.type) {
      case Event.TABLE_MAP:
        if (this.prepared.isOpen) this.prepared.keep(bytes.subarray(at, bodyEnd), this.place(header));
        return this.tableMap(body, header);
      case Event.GTID:
      case Event.ANONYMOUS_GTID:
        this.begin(readGtid(body, header.type === Event.ANONYMOUS_GTID, header.seconds), header);
        return undefined;
      case Event.GTID_TAGGED:
        this.begin(readTaggedGtid(body, header.seconds), header);
        return undefined;
      case Event.MARIADB_GTID:
        this.begin(readMariadbGtid(body, header.serverId, header.seconds), header);
        return undefined;
      case Event.XID:
        this.commit(header);
        return undefined;
      case Event.QUERY:
        return this.query(readQuery(body), header);
      case Event.MARIADB_QUERY_COMPRESSED:
        return this.query(readCompressedQuery(body), header);
      case Event.TRANSACTION_PAYLOAD:
        return this.open?.skipped ? this.skippedPayload(header) : this.payload(body, header);
      case Event.XA_PREPARE:
        return this.xaPrepare(body, header);
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
        throw this.unsupported(header, UNSUPPORTED_ADVICE[header.type] ?? 'this kind of event is not covered');
    }
  }

  private begin(gtid: GtidEvent, header: EventHeader): void {
    const { log, publisher } = this.parts;
    const skipped = log.isSkipped(header.start);
    this.open = { ...gtid, skipped };
    this.hasPublished = false;
    this.prepared.takeOpen();
    if (gtid.preparedXid !== undefined) this.prepared.start(gtid.preparedXid, gtid.gtid);
    if (skipped) return;
    publisher.begin({ committed: gtid.committed, gtid: gtid.gtid, file: log.file, position: header.start });
  }

  /** The open transaction ends. `counted`: GTIDs that are read with it. */
  private commit(header: EventHeader, counted: readonly string[] = [this.open?.gtid ?? '']): void {
    const { log, publisher, onBoundary } = this.parts;
    const open = this.open;
    if (header.next > 0) log.position = header.next;
    if (open === undefined) return;
    for (const gtid of counted) if (gtid !== '') log.gtids.add(gtid);
    this.open = undefined;
    if (!open.skipped) {
      this.lastCommitted = open.committed;
      publisher.commit();
    }
    onBoundary();
  }

  private rotate(body: EventReader): void {
    const position = Number(body.u64());
    const file = body.text(body.left);
    if (file === this.parts.log.file && this.parts.log.position > position) return;
    this.parts.log.file = file;
    this.parts.log.position = position;
  }

  private tableMap(body: EventReader, header: EventHeader): Promise<void> | undefined {
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

  private rows(event: RowsEvent, body: EventReader, header: EventHeader): void {
    if (this.open?.skipped) return;
    const id = body.uint(6);
    const flags = body.uint(2);
    if (event.hasExtra) body.skip(body.uint(2) - 2);
    const table = this.tables.get(id);
    if (table === undefined) {
      if (id === DUMMY_TABLE && (flags & STATEMENT_END) !== 0) return;
      throw this.unsupported(
        header,
        `rows of table id ${id} came without a table map; start at a transaction boundary`,
      );
    }
    if (!table.plan) return;
    if (!this.open)
      throw this.unsupported(header, 'rows came outside of a transaction; start at a transaction boundary');
    this.walker.walk(table.plan, event, body);
  }

  private query(query: QueryEvent, header: EventHeader): Promise<void> | undefined {
    const kind = statementKind(query.text.toString('latin1'));
    if (this.open?.skipped) {
      this.skippedQuery(kind, query.text.toString('latin1'), header);
      return undefined;
    }
    switch (kind) {
      case 'begin':
        return undefined;
      case 'savepoint':
        this.savepoint(query, header);
        return undefined;
      case 'commit':
        this.commit(header);
        return undefined;
      case 'rollback':
        this.rollback(header);
        return undefined;
      case 'xa':
        return this.xa(query, header);
      case 'rows':
        if (isSystemSchema(query.schema)) return undefined;
        throw this.unsupported(
          header,
          `a change of rows in schema ${query.schema} was logged as a statement; set binlog_format = ROW at the source and reconnect its clients`,
        );
      case 'other':
        return this.statement(query, header);
      default:
        kind satisfies never;
        return undefined;
    }
  }

  private skippedQuery(kind: StatementKind, sql: string, header: EventHeader): void {
    const isXaEnd = kind === 'xa' && !['START', 'END'].includes(parseXa(sql).verb);
    const isWhole = kind === 'other' && this.standsAlone(sql);
    if (kind === 'commit' || kind === 'rollback' || isXaEnd || isWhole) this.commit(header);
  }

  /** The log keeps rows that a savepoint took back only when the transaction changed something that cannot be taken back. */
  private savepoint(query: QueryEvent, header: EventHeader): void {
    if (!this.hasPublished || !/^\s*ROLLBACK\b/i.test(query.text.toString('latin1'))) return;
    throw this.unsupported(
      header,
      'rows that left already are rolled back to a savepoint by a transaction that also changed something not transactional',
    );
  }

  private rollback(header: EventHeader): void {
    if (this.hasPublished) {
      throw this.unsupported(
        header,
        'a transaction was rolled back that changed tables with and without transactions: the log does not tell which of its rows stay',
      );
    }
    this.commit(header);
  }

  /** A statement stands alone, except CREATE TABLE … SELECT, whose rows follow in the same transaction. */
  private statement(query: QueryEvent, header: EventHeader): Promise<void> | undefined {
    const text = this.parts.decoders.statementText(query);
    // NOTE the event's bytes are reused while a promise is awaited; what is needed of them is taken before.
    const { schema, sqlMode } = query;
    const publish = (sql: string): Promise<void> | undefined => {
      const followed = this.followed(schema, sql, sqlMode, header);
      if (followed === undefined) this.publishStatement(query, sql, header);
      return followed?.then(() => this.publishStatement(query, sql, header));
    };
    return typeof text === 'string' ? publish(text) : text.then(publish);
  }

  /** The schema history takes a statement before it is published, so that no position that covers it is saved earlier. */
  private followed(schema: string, sql: string, sqlMode: bigint, header: EventHeader): Promise<void> | undefined {
    const { follow, log } = this.parts;
    if (!this.open || isSystemSchema(schema)) return undefined;
    const gtids = parseGtidSet(log.gtids.toString());
    if (this.open.gtid !== '') gtids.add(this.open.gtid);
    const position = header.next > 0 ? header.next : log.position;
    const followed = follow(schema, sql, sqlModeText(sqlMode), { gtidSet: gtids.toString(), file: log.file, position });
    // NOTE without names in the log, the map of a table may be the same bytes after a change of the table.
    if (followed) this.tables.clear();
    return followed;
  }

  /** Whatever its default schema: a statement may name tables of any. */
  private publishStatement({ schema, sqlMode, timeZone }: QueryEvent, sql: string, header: EventHeader): void {
    const { publisher, statementSchemaId } = this.parts;
    if (this.open) {
      const out = this.statementBody;
      out.at = 0;
      out.text(schema);
      out.text(sql);
      out.reserve(16);
      out.bigLong(BigInt.asIntN(64, sqlMode));
      out.text(timeZone);
      publisher.everywhere(
        statementSchemaId,
        's',
        Buffer.from(JSON.stringify([schema])),
        out.bytes.subarray(0, out.at),
      );
    }
    if (this.standsAlone(sql)) this.commit(header);
  }

  /** MariaDB tells by a flag that a statement is its whole transaction, MySQL by words at the end of its text that rows follow. */
  private standsAlone(sql: string): boolean {
    return this.open?.standalone ?? !/\bSTART\s+TRANSACTION\s*$/i.test(sql);
  }

  /** The events of a compressed transaction, one after the other, as fast as Kafka takes them. */
  private async payload(body: EventReader, outer: EventHeader): Promise<void> {
    for await (const event of payloadEvents(readPayload(body))) await this.inner(event, outer);
  }

  private skippedPayload(header: EventHeader): undefined {
    this.commit(header);
    return undefined;
  }

  private async inner(event: Buffer, outer: EventHeader): Promise<void> {
    const wait =
      this.dispatch(innerHeader(event, outer), event, 0, event.length, event.length) ??
      this.parts.publisher.backPressure();
    if (wait) await wait;
  }

  /** Rows of an XA transaction wait for its end; those that nobody wants are let go. */
  private keepRows(event: Buffer, body: EventReader, header: EventHeader): void {
    const table = this.tables.get(body.uint(6));
    if (this.open?.skipped || (table !== undefined && table.plan === undefined)) return;
    this.prepared.keepRows(event, this.place(header));
  }

  private xa(query: QueryEvent, header: EventHeader): Promise<void> | undefined {
    const { verb, xid } = parseXa(query.text.toString('latin1'));
    switch (verb) {
      case 'START':
      case 'BEGIN':
        this.prepared.start(xid, this.open?.gtid ?? '');
        return undefined;
      case 'END':
        return undefined;
      case 'COMMIT': {
        const transaction = this.prepared.take(xid);
        if (transaction === undefined) {
          throw this.unsupported(
            header,
            'it commits an XA transaction that was prepared before the place where reading began',
          );
        }
        return this.replay(transaction.events, header).then(() =>
          this.commit(header, [transaction.gtid, this.open?.gtid ?? '']),
        );
      }
      case 'ROLLBACK':
        this.commit(header, [this.prepared.take(xid)?.gtid ?? '', this.open?.gtid ?? '']);
        return undefined;
      default:
        throw this.unsupported(header, `XA ${verb} is not known`);
    }
  }

  private xaPrepare(body: EventReader, header: EventHeader): Promise<void> | undefined {
    if (this.open?.skipped) {
      this.commit(header);
      return undefined;
    }
    if (body.u8() === 1) {
      return this.replay(this.prepared.takeOpen()?.events ?? [], header).then(() => this.commit(header));
    }
    const isMissable = this.open?.gtid.includes(':') === true;
    if (!isMissable && this.prepared.hasRows) {
      throw this.unsupported(
        header,
        'a prepared XA transaction needs a position that can leave it out, which only the GTIDs of MySQL can',
      );
    }
    this.prepared.prepare();
    this.commit(header, isMissable ? [] : undefined);
    return undefined;
  }

  private async replay(events: readonly Buffer[], header: EventHeader): Promise<void> {
    for (const event of events) await this.inner(event, header);
  }

  private place(header: EventHeader): string {
    return `${this.parts.log.file}:${header.start} of source ${this.parts.source}`;
  }

  /** An error of decoding or of the table with the event's place. */
  private placed(error: unknown, header: EventHeader): unknown {
    const place = this.place(header);
    if (error instanceof RangeError) {
      return new ReplicationError(
        'SOURCE_EVENT_UNSUPPORTED',
        `the ${eventName(header.type)} event at ${place} cannot be decoded: ${error.message}`,
        'check the log with mysqlbinlog --verify-binlog-checksum; nothing was stepped over',
        error,
      );
    }
    const isOurs =
      error instanceof ReplicationError &&
      (error.code === 'SOURCE_EVENT_UNSUPPORTED' || error.code === 'SOURCE_TYPE_UNSUPPORTED');
    if (!isOurs || error.message.includes(place)) return error;
    return new ReplicationError(error.code, `${error.message}, at ${place}`, error.remedy, error);
  }

  private tooShort(length: number): ReplicationError {
    return new ReplicationError(
      'SOURCE_STREAM_BROKEN',
      `the source ${this.parts.source} sent ${length} bytes where an event header has ${HEADER}`,
      'the selector connects again from its last position by itself',
    );
  }

  private unsupported(header: EventHeader, why: string): ReplicationError {
    return new ReplicationError(
      'SOURCE_EVENT_UNSUPPORTED',
      `the ${eventName(header.type)} event at ${this.place(header)} cannot be replicated: ${why}`,
      'nothing was stepped over; after mending the cause, move the source behind this transaction and copy the tables it touches',
    );
  }
}

const UNSUPPORTED_ADVICE: Record<number, string> = {
  [Event.PARTIAL_UPDATE_ROWS]: "it holds partial JSON; SET GLOBAL binlog_row_value_options = ''",
  [Event.INCIDENT]: 'the server says that its log is incomplete here',
  [Event.MARIADB_START_ENCRYPTION]: 'the log is encrypted and the server did not decrypt it',
};
