import { type RecordHead, readLog } from '../../shared/codec/record-head.ts';
import type { ConsumedRecord } from '../../shared/kafka/assigned-partition.ts';
import type { Tracing } from '../../shared/tracing/tracing.ts';
import type { TransactionTrace } from '../../shared/tracing/transaction-trace.ts';

type Arrived = {
  readonly trace: TransactionTrace;
  /** Of its last record in this partition. */
  readonly offset: bigint;
  readonly records: number;
  readonly gtid: string;
  /** When its last record was written by its producer, and when that came here; ms. */
  readonly publishedAt: number;
  readonly arrivedAt: number;
};
type Applied = {
  readonly trace: TransactionTrace;
  readonly spanId: string;
  readonly offset: bigint;
  readonly at: number;
};

type Ending = Pick<ConsumedRecord, 'offset' | 'timestamp'>;

export type LaneTraceParts = {
  readonly tracing: Tracing;
  readonly source: string;
  readonly channel: string;
  readonly pipeline: string;
  readonly partition: number;
};

/**
 * What one lane does with each traced transaction of which it takes records: `replicate`, from Kafka of the source's site until the target has committed,
 * with `transport` (Kafka and mirror), `queue` (in the loader, read and merged) and `load` (the target transaction); then `commit`, until Kafka has the
 * offset. Times are those of the transaction's last record, and of the batch that holds it.
 */
export class LaneTraces {
  private readonly parts: LaneTraceParts;
  private records = 0;
  /** In the order of their offsets; as few as the batcher holds. */
  private arrived: Arrived[] = [];
  private uncommitted: Applied[] = [];

  constructor(parts: LaneTraceParts) {
    this.parts = parts;
  }

  /** The lane reads anew from its checkpoint. */
  begin(): void {
    this.records = 0;
    this.arrived = [];
  }

  /** A record of the open transaction is to be applied. */
  took(): void {
    this.records++;
  }

  /** A transaction ends in this partition with this record. */
  ended(head: RecordHead, value: Buffer, { offset, timestamp }: Ending, arrivedAt: number): void {
    const { records } = this;
    this.records = 0;
    if (records === 0) return;
    const { tracing, source } = this.parts;
    const { epoch, transaction, committed } = head;
    const trace = tracing.sampled({ source, epoch, transaction, committed });
    if (trace === undefined) return;
    const { gtid } = readLog(value, head.logAt);
    this.arrived.push({ trace, offset: BigInt(offset), records, gtid, publishedAt: Number(timestamp), arrivedAt });
  }

  /** The target has committed everything before `nextOffset`; it took `ms` until now. */
  applied(nextOffset: bigint, ms: number): void {
    const now = Date.now();
    for (let next = this.arrived[0]; next !== undefined && next.offset < nextOffset; next = this.arrived[0]) {
      this.arrived.shift();
      const spanId = this.tell(next, now - ms, now);
      this.uncommitted.push({ trace: next.trace, spanId, offset: next.offset, at: now });
    }
  }

  /** Kafka has noted that everything before `nextOffset` is applied. */
  committed(nextOffset: bigint): void {
    const to = Date.now();
    for (let next = this.uncommitted[0]; next !== undefined && next.offset < nextOffset; next = this.uncommitted[0]) {
      this.uncommitted.shift();
      this.parts.tracing.tellUnder(next.trace, next.spanId, { name: 'commit', from: next.at, to });
    }
  }

  private tell({ trace, records, gtid, publishedAt, arrivedAt }: Arrived, startedAt: number, endedAt: number): string {
    const { tracing, source, channel, pipeline, partition } = this.parts;
    const place = { 'lutra.source': source, 'lutra.channel': channel, 'lutra.pipeline': pipeline };
    return tracing.tellUnder(trace, trace.rootId, {
      name: 'replicate',
      kind: 'consumer',
      from: publishedAt,
      to: endedAt,
      attributes: {
        ...place,
        'lutra.partition': partition,
        'lutra.records': records,
        ...(gtid === '' ? {} : { 'lutra.gtid': gtid }),
      },
      parts: [
        { name: 'transport', from: publishedAt, to: arrivedAt },
        { name: 'queue', from: arrivedAt, to: startedAt },
        { name: 'load', from: startedAt, to: endedAt },
      ],
    });
  }
}
