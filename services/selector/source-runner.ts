import type { SchemaRegistryPort } from '../../shared/codec/schema-registry.ts';
import type { StatusSnapshot } from '../../shared/control/status-publisher.ts';
import type { KafkaAddress } from '../../shared/kafka/cluster.ts';
import type { PipelineState, Reason, RowCounts } from '../../shared/model/status.ts';
import { namedLoss } from '../../shared/mysql/connection.ts';
import { asReplicationError, ReplicationError } from '../../shared/runtime/errors.ts';
import type { Logger } from '../../shared/runtime/log.ts';
import { backoffMs, pause } from '../../shared/runtime/retry.ts';
import { type Stage, type Stall, StallWatch, stallReason } from '../../shared/runtime/stall-watch.ts';
import type { Tracing } from '../../shared/tracing/tracing.ts';
import type { DesiredSource } from './desired-sources.ts';
import type { Leadership } from './leadership.ts';
import { RestartPolicy, type StageLimits } from './restart-policy.ts';
import { type RunningSource, runSource } from './source-run.ts';

export type RunnerParts = {
  readonly site: string;
  readonly instance: string;
  readonly kafka: KafkaAddress;
  readonly registry: SchemaRegistryPort;
  readonly leadership: Leadership;
  readonly tracing?: Tracing | undefined;
  readonly log: Logger;
  /** Told when the state changes, so that the status leaves at once. */
  readonly onState: () => void;
  /** After how long a run that hangs in a stage is given up; left out: as `RestartPolicy` has it. */
  readonly restartAfter?: StageLimits;
};

const BLOCKED_RETRY_MS = 5_000;
const WAIT_LIMIT_MS = 3_000;
const LOOK_MS = 1_000;
/** A run begins anew this often: brokers forget a name that shuts out older runs when nobody asks for it for a week. */
const RUN_LIMIT_MS = 24 * 3_600_000;
const START_LIMIT_MS = 60_000;
/** A run that is to end has this long to send what it has read. */
const DRAIN_LIMIT_MS = 10_000;
const TROUBLE: ReadonlySet<PipelineState> = new Set(['waiting', 'blocked', 'gap']);

/**
 * Keeps one source running: starts a run, and after its end another, with a wait that its error asks for.
 * States: standby (another selector reads it) -> starting -> running (or paused, when no pipeline ever ran) -> (error) waiting | blocked | gap -> starting …;
 * stopped ends it. A run whose stage makes no progress for 10 s while work waits is stalled until it gets on;
 * one that hangs in `decode` for a minute, or in `start` for five, is given up and another one begins, and so is one that does not end within 10 s when it is to. Every error leaves the position where its rows were acknowledged, so a run can always begin again, here or in another selector.
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
  private readonly stalls = new StallWatch();
  private readonly restarts: RestartPolicy;
  private abandoned = new AbortController();
  private readonly watch = setInterval(() => this.lookForStall(), LOOK_MS);
  private current = new AbortController();
  private readonly stopping = new AbortController();
  private isCutShort = false;
  private readonly ended: Promise<void>;

  /** `after`: the end of an earlier runner of the same source, which may still be draining. */
  constructor(parts: RunnerParts, desired: DesiredSource, after: Promise<unknown> = Promise.resolve()) {
    this.parts = parts;
    this.restarts = new RestartPolicy(parts.restartAfter);
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

  /** Drains, gives the source back, and resolves to whether all that was read has been published: after 10 s it is left to the next run. */
  async stop(): Promise<boolean> {
    this.stopping.abort();
    this.current.abort();
    await this.ended;
    return !this.isCutShort;
  }

  /** Whether this selector is the one that reads the source, or tries to. */
  get isAtWork(): boolean {
    return this.state !== 'standby' && this.state !== 'stopped';
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
    const { leadership } = this.parts;
    for (let attempt = 0; !this.stopping.signal.aborted; ) {
      this.current = new AbortController();
      const term = await leadership.win((reason) => this.enter('standby', reason), this.current.signal);
      if (term === undefined) continue;
      this.enter('starting');
      try {
        await this.runOnce(AbortSignal.any([this.current.signal, term, AbortSignal.timeout(RUN_LIMIT_MS)]), () => {
          attempt = 0;
        });
      } catch (error) {
        this.forgetRun();
        const { name, database } = this.desired;
        const place = `database ${name} at ${database.hosts.join(', ')}`;
        const known = asReplicationError(namedLoss(error, 'SOURCE', place));
        await this.waitAfter(known, () => backoffMs(attempt++, WAIT_LIMIT_MS));
      } finally {
        this.forgetRun();
      }
    }
    await leadership.release();
    clearInterval(this.watch);
    this.enter('stopped');
  }

  private lookForStall(): void {
    const stall = this.stalls.look(this.stages());
    if (this.restarts.isDue(stall) && stall !== undefined) this.abandoned.abort(stalledFor(stall));
    if (stall !== undefined && this.state !== 'stalled') {
      const reason = stallReason(stall);
      this.parts.log.warn({ code: reason.code, stage: stall.stage, remedy: reason.remedy }, reason.message);
      this.enter('stalled', reason);
    } else if (stall === undefined && this.state === 'stalled') {
      this.parts.log.info('the source gets on again');
      this.enter(this.running === undefined ? 'starting' : 'running');
    }
  }

  private stages(): Stage[] {
    const isAtWork = this.state === 'running' || this.state === 'starting' || this.state === 'stalled';
    if (isAtWork && this.running !== undefined) return this.running.stages();
    const waitsFor = 'Kafka, the schema registry or the source to answer';
    return [{ name: 'start', isDue: isAtWork, progress: 0, waitsFor, limitMs: START_LIMIT_MS }];
  }

  /** A run that hangs is left to itself: Kafka refuses what it would still write once the next one has begun. */
  private async runOnce(signal: AbortSignal, onRunning: () => void): Promise<void> {
    this.abandoned = new AbortController();
    const given = this.abandoned.signal;
    const unlessGivenUp = (tell: () => void): void => {
      if (!given.aborted) tell();
    };
    const run = runSource(
      {
        ...this.parts,
        desired: this.desired,
        counts: this.counts,
        onWait: (error) => unlessGivenUp(() => this.trouble(error)),
        onPaused: () => unlessGivenUp(() => this.enter('paused')),
        onRunning: (running) =>
          unlessGivenUp(() => {
            onRunning();
            this.running = running;
            this.enter('running');
          }),
      },
      AbortSignal.any([signal, given]),
    );
    run.catch(() => {});
    const givenUp = Promise.withResolvers<never>();
    given.addEventListener('abort', () => givenUp.reject(given.reason), { once: true });
    let limit: NodeJS.Timeout | undefined;
    const bound = (): void => {
      limit = setTimeout(() => this.cutShort(), DRAIN_LIMIT_MS);
    };
    if (signal.aborted) bound();
    else signal.addEventListener('abort', bound, { once: true });
    await Promise.race([run, givenUp.promise]).finally(() => {
      signal.removeEventListener('abort', bound);
      clearTimeout(limit);
    });
  }

  private cutShort(): void {
    this.isCutShort = this.stopping.signal.aborted;
    this.abandoned.abort(
      new ReplicationError(
        'DRAIN_CUT_SHORT',
        `the run of ${this.desired.id} did not end within ${DRAIN_LIMIT_MS / 1_000} s and was given up`,
        'nothing to do: its position covers only what Kafka has acknowledged, and the next run reads on from there',
      ),
    );
  }

  private async waitAfter(error: ReplicationError, backoff: () => number): Promise<void> {
    const { log, leadership } = this.parts;
    const { code, message, remedy, cause } = error;
    log.warn({ code, error: message, remedy, cause }, 'the source stopped');
    if (code === 'PRODUCER_FENCED') return leadership.fenced();
    this.trouble(error);
    await pause(error.treatment === 'block' ? BLOCKED_RETRY_MS : backoff(), this.current.signal);
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
    if (state === 'starting' && TROUBLE.has(this.state)) return;
    if (state !== this.state || reason?.message !== this.reason?.message) this.since = Date.now();
    this.state = state;
    this.reason = reason;
    this.parts.onState();
  }
}

function stalledFor(stall: Stall): ReplicationError {
  const { code, message } = stallReason(stall);
  const minutes = Math.round(stall.ms / 60_000);
  return new ReplicationError(
    code,
    `${message}; after ${minutes} min the run of the source was given up`,
    `look at ${stall.waitsFor}; the source is read on from its position by a new run`,
  );
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
