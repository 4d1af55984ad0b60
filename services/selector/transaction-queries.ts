import type { EventErrors } from './event-errors.ts';
import type { EventHeader } from './event-header.ts';
import type { GtidEvent } from './gtid-event.ts';
import { parseXa } from './prepared-transactions.ts';
import type { QueryEvent } from './query-event.ts';
import { type StatementKind, statementKind } from './statement.ts';
import { StatementEvents, type StatementParts } from './statement-events.ts';
import { isSystemSchema } from './system-schemas.ts';
import type { XaEvents } from './xa-events.ts';

/** `skipped`: it was read before, so nothing of it leaves. */
export type OpenTransaction = GtidEvent & { readonly skipped: boolean };

export type TransactionState = {
  readonly open: OpenTransaction | undefined;
  /** Rows of the open transaction have left: it cannot be taken back any more. */
  readonly hasPublished: boolean;
};

type Parts = {
  readonly errors: EventErrors;
  readonly xa: XaEvents;
  readonly state: () => TransactionState;
  readonly commit: (header: EventHeader) => void;
  readonly forgetTables: () => void;
};

/** Statements in the log: those that begin and end transactions, those that stand alone, and those that must not be there. */
export class TransactionQueries {
  private readonly parts: Parts;
  private readonly statements: StatementEvents;

  constructor(statementParts: StatementParts, parts: Parts) {
    this.parts = parts;
    this.statements = new StatementEvents(statementParts, {
      onFollowed: parts.forgetTables,
      onTaken: (sql, header) => {
        if (this.standsAlone(sql)) parts.commit(header);
      },
    });
  }

  /** Errors: SOURCE_EVENT_UNSUPPORTED. */
  take(query: QueryEvent, header: EventHeader): Promise<void> | undefined {
    const { errors, xa, state, commit } = this.parts;
    const { open } = state();
    const text = query.text.toString('latin1');
    const kind = statementKind(text);
    if (open?.skipped) {
      this.skip(kind, text, header);
      return undefined;
    }
    switch (kind) {
      case 'begin':
        return undefined;
      case 'savepoint':
        this.savepoint(text, header);
        return undefined;
      case 'commit':
        commit(header);
        return undefined;
      case 'rollback':
        this.rollback(header);
        return undefined;
      case 'xa':
        return xa.statement(text, header, open?.gtid ?? '');
      case 'rows':
        if (isSystemSchema(query.schema)) return undefined;
        throw errors.unsupported(
          header,
          `a change of rows in schema ${query.schema} was logged as a statement; set binlog_format = ROW at the source and reconnect its clients`,
        );
      case 'other':
        return this.statements.take(query, header, open?.gtid);
      default:
        kind satisfies never;
        return undefined;
    }
  }

  private skip(kind: StatementKind, sql: string, header: EventHeader): void {
    const isXaEnd = kind === 'xa' && !['START', 'END'].includes(parseXa(sql).verb);
    const isWhole = kind === 'other' && this.standsAlone(sql);
    if (kind === 'commit' || kind === 'rollback' || isXaEnd || isWhole) this.parts.commit(header);
  }

  /** The log keeps rows that a savepoint took back only when the transaction changed something that cannot be taken back. */
  private savepoint(sql: string, header: EventHeader): void {
    if (!this.parts.state().hasPublished || !/^\s*ROLLBACK\b/i.test(sql)) return;
    throw this.parts.errors.unsupported(
      header,
      'rows that left already are rolled back to a savepoint by a transaction that also changed something not transactional',
    );
  }

  private rollback(header: EventHeader): void {
    if (this.parts.state().hasPublished) {
      throw this.parts.errors.unsupported(
        header,
        'a transaction was rolled back that changed tables with and without transactions: the log does not tell which of its rows stay',
      );
    }
    this.parts.commit(header);
  }

  /** MariaDB tells by a flag that a statement is its whole transaction, MySQL by words at the end of its text that rows follow (CREATE TABLE … SELECT). */
  private standsAlone(sql: string): boolean {
    return this.parts.state().open?.standalone ?? !/\bSTART\s+TRANSACTION\s*$/i.test(sql);
  }
}
