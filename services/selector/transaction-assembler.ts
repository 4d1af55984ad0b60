import { parseGtidSet } from '../../shared/model/gtid-set.ts';
import { EventErrors } from './event-errors.ts';
import { type EventHeader, hasHeader, innerHeader, readHeader } from './event-header.ts';
import { EventReader } from './event-reader.ts';
import { CHECKSUM, Event, HEADER } from './event-types.ts';
import {
  type GtidEvent,
  readGtid,
  readMariadbGtid,
  readMariadbGtidList,
  readPreviousGtids,
  readTaggedGtid,
} from './gtid-event.ts';
import { KnownTables, type TableParts } from './known-tables.ts';
import { payloadEvents, readPayload } from './payload-event.ts';
import { PreparedTransactions } from './prepared-transactions.ts';
import { readCompressedQuery, readQuery } from './query-event.ts';
import { type RowsEvent, RowsWalker, rowsEvent } from './rows-event.ts';
import type { StatementParts } from './statement-events.ts';
import { type OpenTransaction, TransactionQueries } from './transaction-queries.ts';
import { XaEvents } from './xa-events.ts';

export type AssemblerParts = TableParts &
  StatementParts & {
    readonly source: string;
    /** Called between transactions, behind the end of one. */
    readonly onBoundary: () => void;
  };

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
  private readonly errors: EventErrors;
  private readonly tables: KnownTables;
  private readonly prepared = new PreparedTransactions();
  private readonly xa: XaEvents;
  private readonly queries: TransactionQueries;
  private checksum = false;
  private open: OpenTransaction | undefined;
  /** Rows of the open transaction have left: it cannot be taken back any more. */
  private hasPublished = false;
  /** Commit time of the last transaction, µs; 0 before the first. */
  lastCommitted = 0;

  constructor(parts: AssemblerParts) {
    this.parts = parts;
    this.errors = new EventErrors(parts.source, parts.log);
    this.tables = new KnownTables(parts, this.errors);
    this.xa = new XaEvents(this.prepared, this.errors, {
      replay: (events, header) => this.replay(events, header),
      commit: (header, counted) => this.commit(header, counted),
    });
    this.queries = new TransactionQueries(parts, {
      errors: this.errors,
      xa: this.xa,
      state: () => ({ open: this.open, hasPublished: this.hasPublished }),
      commit: (header) => this.commit(header),
      forgetTables: () => this.tables.clear(),
    });
    this.walker = new RowsWalker((plan, op, key, images) => {
      this.hasPublished = true;
      parts.publisher.row(plan, op, key, images);
    });
  }

  /** Takes one event. A promise holds the stream until the table is known, Kafka has taken what waits, or all of a compressed transaction is read. */
  readonly take = (bytes: Buffer, at: number, end: number): Promise<void> | undefined => {
    if (!hasHeader(at, end)) throw this.errors.tooShort(end - at);
    const header = readHeader(bytes, at, this.parts.log.position);
    const bodyEnd = this.checksum ? end - CHECKSUM : end;
    try {
      const wait = this.dispatch(header, bytes, at, bodyEnd, end);
      return (
        wait?.catch((error) => Promise.reject(this.errors.placed(error, header))) ?? this.parts.publisher.backPressure()
      );
    } catch (error) {
      throw this.errors.placed(error, header);
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
        if (this.prepared.isOpen) this.prepared.keep(bytes.subarray(at, bodyEnd), this.errors.place(header));
        return this.open?.skipped ? undefined : this.tables.learn(body, header, this.insideTransaction);
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
        return this.queries.take(readQuery(body), header);
      case Event.MARIADB_QUERY_COMPRESSED:
        return this.queries.take(readCompressedQuery(body), header);
      case Event.TRANSACTION_PAYLOAD:
        if (!this.open?.skipped) return this.payload(body, header);
        this.commit(header);
        return undefined;
      case Event.XA_PREPARE:
        if (!this.open?.skipped) return this.xa.prepare(body.u8() === 1, header, this.open?.gtid ?? '');
        this.commit(header);
        return undefined;
      case Event.PARTIAL_UPDATE_ROWS:
        if (this.isWanted(body)) throw this.errors.notCovered(header);
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
        throw this.errors.notCovered(header);
    }
  }

  private begin(gtid: GtidEvent, header: EventHeader): void {
    const { log, publisher } = this.parts;
    const skipped = log.isSkipped(header.start);
    if (!skipped && log.gtids.repeats(gtid.gtid)) throw this.errors.begunAnew(header, gtid.gtid);
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

  private rows(event: RowsEvent, body: EventReader, header: EventHeader): void {
    if (this.open?.skipped) return;
    const id = body.uint(6);
    const flags = body.uint(2);
    if (event.hasExtra) body.skip(body.uint(2) - 2);
    const table = this.tables.find(id);
    if (table === undefined) {
      if (id === DUMMY_TABLE && (flags & STATEMENT_END) !== 0) return;
      throw this.errors.unsupported(
        header,
        `rows of table id ${id} came without a table map; start at a transaction boundary`,
      );
    }
    if (!table.plan) return;
    if (!this.open)
      throw this.errors.unsupported(header, 'rows came outside of a transaction; start at a transaction boundary');
    this.walker.walk(table.plan, event, body);
  }

  /** The events of a compressed transaction, one after the other, as fast as Kafka takes them. */
  private async payload(body: EventReader, outer: EventHeader): Promise<void> {
    for await (const event of payloadEvents(readPayload(body))) await this.inner(event, outer);
  }

  private async inner(event: Buffer, outer: EventHeader): Promise<void> {
    const wait =
      this.dispatch(innerHeader(event, outer), event, 0, event.length, event.length) ??
      this.parts.publisher.backPressure();
    if (wait) await wait;
  }

  /** Rows of an XA transaction wait for its end; those that nobody wants are let go. */
  private keepRows(event: Buffer, body: EventReader, header: EventHeader): void {
    if (this.isWanted(body)) this.prepared.keepRows(event, this.errors.place(header));
  }

  /** Whether the row event of this body is to be read; those of unknown tables are, so that they are refused by name. */
  private isWanted(body: EventReader): boolean {
    const table = this.tables.find(body.uint(6));
    return !this.open?.skipped && (table === undefined || table.plan !== undefined);
  }

  private async replay(events: readonly Buffer[], header: EventHeader): Promise<void> {
    for (const event of events) await this.inner(event, header);
  }
}
