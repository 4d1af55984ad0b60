import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Status } from '../../shared/model/status.ts';
import type { AppliedBatch } from './applier.ts';
import type { BoardIdentity } from './status-board.ts';

/** The loader's metrics; labels are few: one pipeline each. */
const PIPELINE_LABELS = ['channel', 'pipeline'] as const;

const rows = new Counter({
  name: 'lutra_loader_rows_total',
  help: 'Row events applied to the target, by kind',
  labelNames: [...PIPELINE_LABELS, 'op'],
  registers: [],
});
const transactions = new Counter({
  name: 'lutra_loader_transactions_total',
  help: 'Source transactions applied',
  labelNames: PIPELINE_LABELS,
  registers: [],
});
const batchSeconds = new Histogram({
  name: 'lutra_loader_batch_seconds',
  help: 'Time a target transaction took',
  labelNames: PIPELINE_LABELS,
  buckets: [0.001, 0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 5, 30],
  registers: [],
});
const lagSeconds = new Gauge({
  name: 'lutra_loader_lag_seconds',
  help: 'Age of the newest change applied, or of the last heartbeat when caught up',
  labelNames: PIPELINE_LABELS,
  registers: [],
});

const stalled = new Gauge({
  name: 'lutra_loader_stalled',
  help: '1 while a stage makes no progress although work waits',
  labelNames: PIPELINE_LABELS,
  registers: [],
});

const quarantinedRows = new Gauge({
  name: 'lutra_loader_quarantined_rows',
  help: 'Rows that the target refuses and rows that wait behind them',
  labelNames: PIPELINE_LABELS,
  registers: [],
});

export function registerLoaderMetrics(registry: Registry): void {
  for (const metric of [rows, transactions, batchSeconds, lagSeconds, stalled, quarantinedRows])
    registry.registerMetric(metric as Counter);
}

export function batchApplied({ channel, pipeline }: BoardIdentity, batch: AppliedBatch): void {
  const labels = { channel, pipeline };
  for (const { inserts, updates, deletes } of batch.rows.values()) {
    rows.inc({ ...labels, op: 'insert' }, inserts);
    rows.inc({ ...labels, op: 'update' }, updates);
    rows.inc({ ...labels, op: 'delete' }, deletes);
  }
  transactions.inc(labels, batch.transactions);
  batchSeconds.observe(labels, batch.ms / 1000);
}

export function statusSeen(
  { channel, pipeline }: BoardIdentity,
  { lagMs, state }: Pick<Status, 'lagMs' | 'state'>,
): void {
  if (lagMs !== undefined) lagSeconds.set({ channel, pipeline }, lagMs / 1000);
  stalled.set({ channel, pipeline }, state === 'stalled' ? 1 : 0);
}

export function quarantineSeen({ channel, pipeline }: BoardIdentity, rows: number): void {
  quarantinedRows.set({ channel, pipeline }, rows);
}

export function forgetPipeline({ channel, pipeline }: BoardIdentity): void {
  quarantinedRows.remove({ channel, pipeline });
  lagSeconds.remove({ channel, pipeline });
  stalled.remove({ channel, pipeline });
}
