import type { TransactionHead } from '../../shared/codec/envelope.ts';
import type { Tracing } from '../../shared/tracing/tracing.ts';
import type { TransactionTrace } from '../../shared/tracing/transaction-trace.ts';
import type { Progress } from './publisher.ts';

type Traced = {
  readonly trace: TransactionTrace;
  readonly head: TransactionHead;
  readonly records: number;
  readonly readAt: number;
};

/**
 * The root of each traced transaction of one run of a source: `transaction`, from its commit at the source until Kafka has it, with `read` and `publish`.
 * A transaction that is published again after a restart is told again, under the same ids.
 */
export class TransactionTraces {
  private readonly tracing: Tracing;
  private readonly source: string;
  /** In their order; as few as the publisher holds. */
  private waiting: Traced[] = [];

  constructor(tracing: Tracing, source: string) {
    this.tracing = tracing;
    this.source = source;
  }

  /** All of the transaction is read. */
  committed(head: TransactionHead, records: number): void {
    const trace = this.tracing.sampled({ source: this.source, ...head });
    if (trace !== undefined) this.waiting.push({ trace, head, records, readAt: Date.now() });
  }

  /** Kafka has everything that `progress` covers. */
  acknowledged(progress: Progress): void {
    if (this.waiting.length === 0) return;
    const count = this.waiting.findIndex(({ head }) => !isCovered(head, progress));
    const covered = this.waiting.splice(0, count < 0 ? this.waiting.length : count);
    for (const traced of covered) this.tell(traced, Date.now());
  }

  private tell({ trace, head, records, readAt }: Traced, publishedAt: number): void {
    const { epoch, transaction, gtid, file, position } = head;
    const committedAt = head.committed > 0 ? head.committed / 1_000 : readAt;
    const place = gtid === '' ? { 'lutra.file': file, 'lutra.position': position } : { 'lutra.gtid': gtid };
    const numbers = { 'lutra.epoch': epoch, 'lutra.transaction': transaction, 'lutra.records': records };
    this.tracing.tellRoot(trace, {
      name: 'transaction',
      kind: 'producer',
      from: committedAt,
      to: publishedAt,
      attributes: { 'lutra.source': this.source, ...numbers, ...place },
      parts: [
        { name: 'read', from: committedAt, to: readAt },
        { name: 'publish', from: readAt, to: publishedAt },
      ],
    });
  }
}

function isCovered({ epoch, transaction }: TransactionHead, progress: Progress): boolean {
  return epoch < progress.epoch || (epoch === progress.epoch && transaction <= progress.transaction);
}
