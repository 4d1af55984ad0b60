import { hash } from 'node:crypto';

/** What selector and loader both know of a source transaction, and no other transaction shares, also of another installation. */
export type TransactionIdentity = {
  readonly source: string;
  readonly epoch: number;
  readonly transaction: number;
  /** Commit time at the source, µs. */
  readonly committed: number;
};

/** Ids of a trace and of the span that all others stand under, in hexadecimal. */
export type TransactionTrace = { readonly traceId: string; readonly rootId: string };

const TRACE_BYTES = 16;
const ROOT_BYTES = 8;
/** The end of the trace id decides about sampling. 48 bits are what a number is read of. */
const DRAW_BYTES = 6;
const DRAW_RANGE = 2 ** 48;

/**
 * The trace of a transaction, undefined when it is not among the `ratio` of them that are traced. Made of the identity alone, so every process
 * comes to the same ids and the same choice without a word about it in the records; what a smaller ratio chooses, a larger one chooses too.
 */
export function sampledTrace(
  { source, epoch, transaction, committed }: TransactionIdentity,
  ratio: number,
): TransactionTrace | undefined {
  const digest = hash('sha256', `${source}/${epoch}/${transaction}/${committed}`, 'buffer');
  if (digest.readUIntBE(TRACE_BYTES - DRAW_BYTES, DRAW_BYTES) >= ratio * DRAW_RANGE) return undefined;
  return {
    traceId: digest.toString('hex', 0, TRACE_BYTES),
    rootId: digest.toString('hex', TRACE_BYTES, TRACE_BYTES + ROOT_BYTES),
  };
}
