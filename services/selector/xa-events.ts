import type { EventErrors } from './event-errors.ts';
import type { EventHeader } from './event-header.ts';
import { type PreparedTransactions, parseXa } from './prepared-transactions.ts';

export type XaHooks = {
  /** Takes events that were kept, as if they stood in the log here. */
  readonly replay: (events: readonly Buffer[], header: EventHeader) => Promise<void>;
  /** The open transaction ends; `counted`: GTIDs that are read with it, without it that of the open one. */
  readonly commit: (header: EventHeader, counted?: readonly string[]) => void;
};

/** What XA statements and XA_PREPARE events do: rows that wait are published when their transaction is committed. */
export class XaEvents {
  private readonly prepared: PreparedTransactions;
  private readonly errors: EventErrors;
  private readonly hooks: XaHooks;

  constructor(prepared: PreparedTransactions, errors: EventErrors, hooks: XaHooks) {
    this.prepared = prepared;
    this.errors = errors;
    this.hooks = hooks;
  }

  /** `gtid`: of the open transaction, empty without one. */
  statement(sql: string, header: EventHeader, gtid: string): Promise<void> | undefined {
    const { verb, xid } = parseXa(sql);
    switch (verb) {
      case 'START':
      case 'BEGIN':
        this.prepared.start(xid, gtid);
        return undefined;
      case 'END':
        return undefined;
      case 'COMMIT':
        return this.commitPrepared(xid, header, gtid);
      case 'ROLLBACK':
        this.hooks.commit(header, [this.prepared.take(xid)?.gtid ?? '', gtid]);
        return undefined;
      default:
        throw this.errors.unsupported(header, `XA ${verb} is not known`);
    }
  }

  /** An XA_PREPARE event: the end of a transaction of one phase, whose rows leave, or of the first of two. */
  prepare(isOnePhase: boolean, header: EventHeader, gtid: string): Promise<void> | undefined {
    if (isOnePhase) {
      const events = this.prepared.takeOpen()?.events ?? [];
      return this.hooks.replay(events, header).then(() => this.hooks.commit(header));
    }
    const isMissable = gtid.includes(':');
    if (!isMissable && this.prepared.hasRows) {
      throw this.errors.unsupported(
        header,
        'a prepared XA transaction needs a position that can leave it out, which only the GTIDs of MySQL can',
      );
    }
    this.prepared.prepare();
    this.hooks.commit(header, isMissable ? [] : undefined);
    return undefined;
  }

  private commitPrepared(xid: string, header: EventHeader, gtid: string): Promise<void> {
    const transaction = this.prepared.take(xid);
    if (transaction === undefined) {
      throw this.errors.unsupported(
        header,
        'it commits an XA transaction that was prepared before the place where reading began',
      );
    }
    return this.hooks
      .replay(transaction.events, header)
      .then(() => this.hooks.commit(header, [transaction.gtid, gtid]));
  }
}
