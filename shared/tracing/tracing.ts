import type { TransactionIdentity, TransactionTrace } from './transaction-trace.ts';

/** What was done between two moments, ms since 1970; `parts` lie inside of it or behind. Never holds row values, statements or secrets. */
export type Deed = {
  readonly name: string;
  readonly kind?: 'producer' | 'consumer';
  readonly from: number;
  /** Not before `from`: clocks of two hosts may say so, and it is shown as no time then. */
  readonly to: number;
  readonly attributes?: Readonly<Record<string, string | number>>;
  readonly parts?: readonly Deed[];
};

/**
 * Spans of source transactions. Nothing here waits or fails: spans stand in a queue of bounded length, and those that the receiver does not take are dropped.
 */
export type Tracing = {
  /** Undefined: the transaction is not among those that are traced. */
  sampled(transaction: TransactionIdentity): TransactionTrace | undefined;
  /** The span that all others of the trace stand under. */
  tellRoot(trace: TransactionTrace, deed: Deed): void;
  /** A span under another one; returns its id. */
  tellUnder(trace: TransactionTrace, parentId: string, deed: Deed): string;
  /** Sends what waits, for 2 s at most. */
  close(): Promise<void>;
};
