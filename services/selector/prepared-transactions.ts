import { ReplicationError } from '../../shared/runtime/errors.ts';

/** A transaction of XA START … XA PREPARE: its rows wait here, as events, for XA COMMIT or XA ROLLBACK. */
export type Prepared = { readonly gtid: string; readonly events: Buffer[]; bytes: number; hasRows: boolean };

const MOST_BYTES = 128 << 20;

/**
 * XA transactions between their start and their end, by xid as the statements write it. A prepared one counts as unread until its end is met:
 * its GTID is not in the saved position, so after a restart the server sends it again.
 */
export class PreparedTransactions {
  private readonly prepared = new Map<string, Prepared>();
  private open: { xid: string; transaction: Prepared } | undefined;
  private bytes = 0;

  /** Whether row events belong to an XA transaction that is not prepared yet. */
  get isOpen(): boolean {
    return this.open !== undefined;
  }

  start(xid: string, gtid: string): void {
    this.open = { xid: xid.toLowerCase(), transaction: { gtid, events: [], bytes: 0, hasRows: false } };
  }

  /** Keeps a copy of one event of the open transaction. Errors: SOURCE_EVENT_UNSUPPORTED when all together grow too large. */
  keep(event: Buffer, place: string): void {
    if (this.open === undefined) return;
    this.bytes += event.length;
    if (this.bytes > MOST_BYTES) {
      throw new ReplicationError(
        'SOURCE_EVENT_UNSUPPORTED',
        `the XA transactions that are open or prepared at ${place} hold more than ${MOST_BYTES >> 20} MB of row events`,
        'commit or roll back the prepared transactions that XA RECOVER lists; nothing was stepped over',
      );
    }
    this.open.transaction.bytes += event.length;
    this.open.transaction.events.push(Buffer.from(event));
  }

  keepRows(event: Buffer, place: string): void {
    this.keep(event, place);
    if (this.open) this.open.transaction.hasRows = true;
  }

  /** Whether the open transaction has kept rows. */
  get hasRows(): boolean {
    return this.open?.transaction.hasRows === true;
  }

  /** XA COMMIT … ONE PHASE: what the open transaction holds. */
  takeOpen(): Prepared | undefined {
    const transaction = this.open?.transaction;
    this.open = undefined;
    if (transaction) this.bytes -= transaction.bytes;
    return transaction;
  }

  /** XA PREPARE: the open transaction waits for its end. */
  prepare(): void {
    if (this.open) this.prepared.set(this.open.xid, this.open.transaction);
    this.open = undefined;
  }

  /** XA COMMIT or XA ROLLBACK: what was prepared under the xid; undefined when its beginning was not read. */
  take(xid: string): Prepared | undefined {
    const transaction = this.prepared.get(xid);
    this.prepared.delete(xid);
    if (transaction) this.bytes -= transaction.bytes;
    return transaction;
  }
}

/** `XA START X'67',X'',1` as verb and xid. */
export function parseXa(sql: string): { verb: string; xid: string } {
  const [, verb = '', xid = ''] = /^\s*XA\s+(\w+)\s*(.*?)\s*$/is.exec(sql) ?? [];
  return { verb: verb.toUpperCase(), xid: xid.toLowerCase() };
}
