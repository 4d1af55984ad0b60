import { build, type Histogram } from 'hdr-histogram-js';
import type { HistoryRecord } from '../../../shared/model/history.ts';
import type { Tally } from '../tally.ts';

type Counts = [inserts: number, updates: number, deletes: number];
/** A day; a lag above it is counted as a day. */
const MOST_LAG_MS = 86_400_000;

/** What happened in one step of time. */
export class HistoryWindow {
  /** Begin of the step, ms. */
  readonly at: number;
  private readonly tables = new Map<string, Counts>();
  private readonly lags: Histogram = build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: MOST_LAG_MS,
    numberOfSignificantValueDigits: 2,
    bitBucketSize: 32,
  });
  private transactions = 0;

  constructor(at: number) {
    this.at = at;
  }

  count(rows: Tally, transactions: number): void {
    this.transactions += transactions;
    for (const [table, { inserts, updates, deletes }] of rows) this.addTo(table, [inserts, updates, deletes]);
  }

  lag(ms: number): void {
    this.lags.recordValue(Math.max(0, Math.min(MOST_LAG_MS, Math.round(ms))));
  }

  /** Takes over what another one has counted. */
  add(other: HistoryWindow): void {
    this.transactions += other.transactions;
    for (const [table, counts] of other.tables) this.addTo(table, counts);
    this.lags.add(other.lags);
  }

  record(): Pick<HistoryRecord, 'at' | 'transactions' | 'lag' | 'tables'> {
    const { lags } = this;
    const samples = lags.totalCount;
    return {
      at: this.at,
      transactions: this.transactions,
      ...(samples === 0
        ? {}
        : {
            lag: {
              p50: lags.getValueAtPercentile(50),
              p99: lags.getValueAtPercentile(99),
              max: lags.maxValue,
              samples,
            },
          }),
      tables: Object.fromEntries(this.tables),
    };
  }

  private addTo(table: string, counts: Counts): void {
    const sum = this.tables.get(table);
    if (sum === undefined) this.tables.set(table, [...counts]);
    else for (const [index, count] of counts.entries()) sum[index] = (sum[index] ?? 0) + count;
  }
}
