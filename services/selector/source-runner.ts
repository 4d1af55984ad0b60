import type { SchemaRegistryPort } from '../../shared/codec/schema-registry.ts';
import type { StatusSnapshot } from '../../shared/control/status-publisher.ts';
import type { KafkaAddress } from '../../shared/kafka/cluster.ts';
import type { PipelineState, Reason, RowCounts } from '../../shared/model/status.ts';
import { namedLoss } from '../../shared/mysql/connection.ts';
import { asReplicationError, type ReplicationError } from '../../shared/runtime/errors.ts';
import type { Logger } from '../../shared/runtime/log.ts';
import { backoffMs, pause } from '../../shared/runtime/retry.ts';
import type { DesiredSource } from './desired-sources.ts';
import { type RunningSource, runSource } from './source-run.ts';

export type RunnerParts = {
  readonly site: string;
  readonly instance: string;
  readonly kafka: KafkaAddress;
  readonly registry: SchemaRegistryPort;
  readonly log: Logger;
  /** Told when the state changes, so that the status leaves at once. */
  readonly onState: () => void;
};

const BLOCKED_RETRY_MS = 5_000;
const WAIT_LIMIT_MS = 3_000;

/**
 * Keeps one source running: starts a run, and after its end another, with a wait that its error asks for.
 * States: starting -> running (or paused, when no pipeline ever ran) -> (error) waiting | blocked | gap -> starting …; stopped ends it. Every error leaves the position where
 * its rows were acknowledged, so a run can always begin again.
 */
export class SourceRunner {
  private readonly parts: RunnerParts;
  private desired: DesiredSource;
  private readonly counts = new Map<string, RowCounts>();
  private state: PipelineState = 'starting';
  private reason: Reason | undefined;
  private since = Date.now();
  private running: RunningSource | undefined;
  private transactionsBefore = 0;
  private current = new AbortController();
  private readonly stopping = new AbortController();
  private readonly ended: Promise<void>;

  /** `after`: the end of an earlier runner of the same source, which may still be draining. */
  constructor(parts: RunnerParts, desired: DesiredSource, after: Promise<void> = Promise.resolve()) {
    this.parts = parts;
    this.desired = desired;
    this.ended = after.then(() => this.runUntilStopped());
  }

  /** Goes over to another wish at a transaction boundary: a run of the same database takes it over; else the run drains and the next begins where it ended. */
  change(desired: DesiredSource): void {
    if (JSON.stringify(desired) === JSON.stringify(this.desired)) return;
    const isSameDatabase = JSON.stringify(desired.database) === JSON.stringify(this.desired.database);
    this.desired = desired;
    if (!isSameDatabase || !this.running?.adopt(desired)) this.current.abort();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    this.current.abort();
    await this.ended;
  }

  readonly snapshot: StatusSnapshot = () => {
    const progress = this.running?.progress();
    const committed = this.running?.lastCommitted() ?? 0;
    return {
      role: 'selector',
      site: this.parts.site,
      instance: this.parts.instance,
      source: this.desired.id,
      state: this.state,
      ...(this.reason ? { reason: this.reason } : {}),
      since: this.since,
      ...(progress ? { position: progress.log } : {}),
      ...(this.running ? { host: this.running.host } : {}),
      ...(committed > 0 ? { lastCommittedAt: Math.round(committed / 1_000) } : {}),
      transactions: this.transactionsBefore + (this.running?.transactions() ?? 0),
      rows: total(this.counts.values()),
      tables: Object.fromEntries([...this.counts].map(([table, counts]) => [table, { ...counts }])),
    };
  };

  private async runUntilStopped(): Promise<void> {
    const { log } = this.parts;
    for (let attempt = 0; !this.stopping.signal.aborted; ) {
      this.current = new AbortController();
      this.enter('starting');
      try {
        await runSource(
          {
            ...this.parts,
            desired: this.desired,
            counts: this.counts,
            onWait: (error) => this.trouble(error),
            onPaused: () => this.enter('paused'),
            onRunning: (running) => {
              attempt = 0;
              this.running = running;
              this.enter('running');
            },
          },
          this.current.signal,
        );
      } catch (error) {
        this.forgetRun();
        const { name, database } = this.desired;
        const place = `database ${name} at ${database.hosts.join(', ')}`;
        const known = asReplicationError(namedLoss(error, 'SOURCE', place));
        log.warn(
          { code: known.code, error: known.message, remedy: known.remedy, cause: known.cause },
          'the source stopped',
        );
        this.trouble(known);
        await pause(
          known.treatment === 'block' ? BLOCKED_RETRY_MS : backoffMs(attempt++, WAIT_LIMIT_MS),
          this.current.signal,
        );
      } finally {
        this.forgetRun();
      }
    }
    this.enter('stopped');
  }

  private forgetRun(): void {
    this.transactionsBefore += this.running?.transactions() ?? 0;
    this.running = undefined;
  }

  private trouble(error: ReplicationError): void {
    const gap = error.code === 'SOURCE_LOG_PURGED' || error.code === 'SOURCE_LOG_RESET';
    const state = gap ? 'gap' : error.treatment === 'block' ? 'blocked' : 'waiting';
    this.enter(state, { code: error.code, message: error.message, remedy: error.remedy });
  }

  private enter(state: PipelineState, reason?: Reason): void {
    const inTrouble = this.reason !== undefined;
    if (state === 'starting' && inTrouble) return;
    if (state !== this.state || reason?.message !== this.reason?.message) this.since = Date.now();
    this.state = state;
    this.reason = reason;
    this.parts.onState();
  }
}

function total(counts: Iterable<RowCounts>): RowCounts {
  const sum = { inserts: 0, updates: 0, deletes: 0 };
  for (const { inserts, updates, deletes } of counts) {
    sum.inserts += inserts;
    sum.updates += updates;
    sum.deletes += deletes;
  }
  return sum;
}
