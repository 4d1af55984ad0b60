import { merge } from '../../shared/rows/merger.ts';
import type { RowEvent } from '../../shared/rows/row-event.ts';
import { buildSteps, MalformedRow, type Step } from '../../shared/rows/statements.ts';
import { asReplicationError, ReplicationError } from '../../shared/runtime/errors.ts';
import type { Batch } from './batcher.ts';
import type { DriftCount } from './drift.ts';
import { Isolation } from './quarantine/isolation.ts';
import type { NewRow, Quarantine } from './quarantine/quarantine.ts';
import { type Tally, tally } from './tally.ts';
import type { TargetSession } from './target-session.ts';

/** The target refuses something of a batch: TARGET_REFUSED. */
export class BatchRefused extends ReplicationError {
  /** Behind the batch. */
  readonly nextOffset: bigint;
  /** Whether the batch was applied record by record already. */
  readonly isIsolated: boolean;

  constructor(
    { nextOffset }: Batch['checkpoint'],
    isIsolated: boolean,
    message: string,
    remedy: string,
    cause: unknown,
  ) {
    super('TARGET_REFUSED', message, remedy, cause);
    this.nextOffset = nextOffset;
    this.isIsolated = isIsolated;
  }
}

/** An idle pipeline whose tables are not touched still moves its checkpoint, so that retention never overtakes it. */
const EMPTY_SAVE_MS = 10_000;

/** What is left of a batch once its statements are built; the records' bytes are let go. */
export type AppliedBatch = Omit<Batch, 'events' | 'parked'> & {
  readonly rows: Tally;
  readonly drift: readonly DriftCount[];
  readonly quarantined: readonly NewRow[];
  readonly ms: number;
};
type BuiltBatch = Omit<AppliedBatch, 'ms' | 'drift'> &
  Pick<Batch, 'parked'> & { readonly steps: readonly Step[]; readonly offset: string };
type IsolatedBatch = Omit<BuiltBatch, 'steps' | 'rows' | 'quarantined'> & { readonly events: readonly RowEvent[] };

export type ApplierParts = {
  readonly session: TargetSession;
  readonly quarantine: Quarantine;
  /** Called after every change of `isBusy`. */
  readonly notify: () => void;
  /** Called when the target has committed a batch (or a batch held nothing for this target), in order. */
  readonly onApplied: (batch: AppliedBatch) => void;
  /** True while a batch holds one source transaction. */
  readonly isCareful: () => boolean;
  /** True while batches are applied record by record. */
  readonly isIsolating: () => boolean;
  /** `partition 0 of lutra.rows.…`. */
  readonly place: string;
  readonly unreadable: (offset: string, why: string) => Error;
};

/**
 * Applies batches one after the other on one connection. While the database works on one, the next may be handed over: its statements are built at once
 * and wait. Never more than one in flight and one built. While rows are in quarantine a batch is built when the one before it is committed.
 */
export class Applier {
  private readonly parts: ApplierParts;
  private readonly isolation: Isolation;
  private inFlight: Promise<void> = Promise.resolve();
  private failure: unknown;
  private savedAt = 0;
  private isIsolated = false;
  isBusy = false;

  constructor(parts: ApplierParts) {
    this.parts = parts;
    this.isolation = new Isolation(parts.quarantine, parts.session.rows, parts.session.link);
  }

  /** Resolves when the batch has been started, which is when the one before it is committed. Errors: those of the batch before it. */
  async submit(batch: Batch): Promise<void> {
    const offset = batch.events[0]?.offset ?? '0';
    const { quarantine, isIsolating } = this.parts;
    if (this.isIsolated || isIsolating() || !quarantine.isEmpty) await this.drain();
    this.isIsolated = isIsolating();
    const apply = this.isIsolated ? this.isolated({ ...batch, offset }) : await this.built(batch, offset);
    await this.inFlight;
    this.throwFailure();
    this.isBusy = true;
    this.inFlight = apply()
      .catch((error: unknown) => {
        this.failure = this.located(error, batch);
      })
      .finally(() => {
        this.isBusy = false;
        this.parts.notify();
      });
  }

  /** Waits for the batch in flight. Errors: its own. */
  async drain(): Promise<void> {
    await this.inFlight;
    this.throwFailure();
  }

  throwFailure(): void {
    if (this.failure !== undefined) throw asReplicationError(this.failure);
  }

  private async built(batch: Batch, offset: string): Promise<() => Promise<void>> {
    const { quarantine } = this.parts;
    const { events, ...rest } = batch;
    const { flowing, waiting } = quarantine.isEmpty ? { flowing: events, waiting: [] } : await quarantine.sift(events);
    const steps = this.build({ ...batch, events: flowing }, offset);
    const built: BuiltBatch = { ...rest, rows: tally(flowing), steps, quarantined: waiting, offset };
    return () => this.apply(built);
  }

  private isolated(batch: IsolatedBatch): () => Promise<void> {
    return () => this.applyIsolated(batch);
  }

  private build(batch: Batch, offset: string): Step[] {
    const { session } = this.parts;
    try {
      return buildSteps(merge(batch.events, session.mergeOptions(offset)), session.statementOptions);
    } catch (error) {
      if (error instanceof MalformedRow) throw this.parts.unreadable(error.offset, error.message);
      throw this.located(error, batch);
    }
  }

  /** Tells which transaction the target refuses and how to go on without it. */
  private located(error: unknown, { checkpoint, isFinal }: Batch): unknown {
    const { isCareful, place } = this.parts;
    if (error instanceof MalformedRow) return this.parts.unreadable(error.offset, error.message);
    if (!(error instanceof ReplicationError) || error.code !== 'TARGET_REFUSED') return error;
    const { isIsolated } = this;
    if (!isCareful() || !isFinal) return new BatchRefused(checkpoint, isIsolated, error.message, error.remedy, error);
    const last = checkpoint.nextOffset - 1n;
    return new BatchRefused(
      checkpoint,
      isIsolated,
      `${error.message} (the source transaction that ends at offset ${last}, ${place}; ${checkpoint.gtid || `${checkpoint.file}:${checkpoint.position}`} at the source)`,
      `mend the target table or the row, it is tried again every few seconds; policies.rowErrors: quarantine lets everything else flow meanwhile, and lutra quarantine decides about the row; to go on without this transaction: lutra pause, lutra seek --to-offset ${checkpoint.nextOffset}, lutra start`,
      error,
    );
  }

  private async apply({ steps, parked, offset, ...batch }: BuiltBatch): Promise<void> {
    const { session, quarantine } = this.parts;
    const { checkpoint, isFinal, quarantined } = batch;
    const started = performance.now();
    const isBegun = session.hasOpenTransaction;
    if (isBegun) await session.run(steps, offset);
    else if (!isFinal || steps.length + parked.length + quarantined.length > 0 || this.isToSave())
      await session.begin(steps, checkpoint, offset);
    if (session.hasOpenTransaction) {
      await session.park(parked);
      await quarantine.store(quarantined);
      if (isFinal) await session.commit(checkpoint, !isBegun);
      this.savedAt = Date.now();
    }
    this.tellApplied(batch, started);
  }

  private async applyIsolated({ events, parked, offset, ...batch }: IsolatedBatch): Promise<void> {
    const { session, quarantine } = this.parts;
    const { checkpoint, isFinal } = batch;
    const started = performance.now();
    const isBegun = session.hasOpenTransaction;
    if (!isBegun) await session.begin([], checkpoint, offset);
    const quarantined = [...(await this.isolation.apply(events))];
    if (isFinal) quarantined.push(...(await this.isolation.finish()));
    await quarantine.store(quarantined);
    await session.park(parked);
    if (isFinal) await session.commit(checkpoint, !isBegun);
    this.savedAt = Date.now();
    const kept = new Set(quarantined.flatMap((row) => row.offsets));
    this.tellApplied(
      { ...batch, rows: tally(events.filter((event) => !kept.has(event.offset))), quarantined },
      started,
    );
  }

  private isToSave(): boolean {
    return Date.now() - this.savedAt > EMPTY_SAVE_MS;
  }

  private tellApplied(batch: Omit<AppliedBatch, 'drift' | 'ms'>, started: number): void {
    const { session, onApplied } = this.parts;
    onApplied({ ...batch, drift: session.takeDrift(), ms: performance.now() - started });
  }
}
