import { asReplicationError, ReplicationError } from '../../shared/runtime/errors.ts';
import type { Batch } from './batcher.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { DriftCount } from './drift.ts';
import { merge } from './merger.ts';
import { buildSteps, MalformedRow, type Step } from './statements.ts';
import { type Tally, tally } from './tally.ts';
import { RowsRefused } from './target-errors.ts';
import type { TargetSession } from './target-session.ts';

/** The target refuses one source transaction, which ends at this checkpoint: TARGET_REFUSED. */
export class TransactionRefused extends ReplicationError {
  readonly checkpoint: Checkpoint;
  /** Which table's rows, when it is known. */
  readonly refused: RowsRefused | undefined;

  constructor(checkpoint: Checkpoint, message: string, remedy: string, cause: unknown) {
    super('TARGET_REFUSED', message, remedy, cause);
    this.checkpoint = checkpoint;
    this.refused = cause instanceof RowsRefused ? cause : undefined;
  }
}

/** An idle pipeline whose tables are not touched still moves its checkpoint, so that retention never overtakes it. */
const EMPTY_SAVE_MS = 10_000;

/** What is left of a batch once its statements are built; the records' bytes are let go. */
export type AppliedBatch = Omit<Batch, 'events' | 'parked'> & {
  readonly rows: Tally;
  readonly drift: readonly DriftCount[];
  readonly ms: number;
};
type BuiltBatch = Omit<AppliedBatch, 'ms' | 'drift'> &
  Pick<Batch, 'parked'> & { readonly steps: readonly Step[]; readonly offset: string };

export type ApplierParts = {
  readonly session: TargetSession;
  /** Called after every change of `isBusy`. */
  readonly notify: () => void;
  /** Called when the target has committed a batch (or a batch held nothing for this target), in order. */
  readonly onApplied: (batch: AppliedBatch) => void;
  /** True while a batch holds one source transaction. */
  readonly isCareful: () => boolean;
  /** `partition 0 of lutra.rows.…`. */
  readonly place: string;
  readonly unreadable: (offset: string, why: string) => Error;
};

/**
 * Applies batches one after the other on one connection. While the database works on one, the next may be handed over: its statements are built at once
 * and wait. Never more than one in flight and one built.
 */
export class Applier {
  private readonly parts: ApplierParts;
  private inFlight: Promise<void> = Promise.resolve();
  private failure: unknown;
  private savedAt = 0;
  isBusy = false;

  constructor(parts: ApplierParts) {
    this.parts = parts;
  }

  /** Resolves when the batch has been started, which is when the one before it is committed. Errors: those of the batch before it. */
  async submit(batch: Batch): Promise<void> {
    const offset = batch.events[0]?.offset ?? '0';
    const { events, ...rest } = batch;
    const built: BuiltBatch = { ...rest, rows: tally(events), steps: this.build(batch, offset), offset };
    await this.inFlight;
    this.throwFailure();
    this.isBusy = true;
    this.inFlight = this.apply(built)
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
    if (!(error instanceof ReplicationError) || error.code !== 'TARGET_REFUSED' || !isCareful() || !isFinal)
      return error;
    const last = checkpoint.nextOffset - 1n;
    return new TransactionRefused(
      checkpoint,
      `${error.message} (the source transaction that ends at offset ${last}, ${place}; ${checkpoint.gtid || `${checkpoint.file}:${checkpoint.position}`} at the source)`,
      `mend the target table or the row, it is tried again every few seconds; to go on without this transaction, pause the channel, run kafka-consumer-groups --reset-offsets --to-offset ${checkpoint.nextOffset} for the pipeline's group, then run the channel again`,
      error,
    );
  }

  private async apply({ steps, parked, offset, ...batch }: BuiltBatch): Promise<void> {
    const { session, onApplied } = this.parts;
    const started = performance.now();
    const { checkpoint, isFinal } = batch;
    if (session.hasOpenTransaction) {
      await session.run(steps, offset);
      await session.park(parked);
      if (isFinal) await session.commit(checkpoint, false);
    } else if (!isFinal || steps.length + parked.length > 0 || Date.now() - this.savedAt > EMPTY_SAVE_MS) {
      await session.begin(steps, checkpoint, offset);
      await session.park(parked);
      if (isFinal) await session.commit(checkpoint);
      this.savedAt = Date.now();
    }
    onApplied({ ...batch, drift: session.takeDrift(), ms: performance.now() - started });
  }
}
