import type { AssignedPartition } from '../../shared/kafka/assigned-partition.ts';
import type { Applier } from './applier.ts';
import type { Batcher } from './batcher.ts';
import type { Statement } from './ddl/statement-record.ts';
import type { RecordReader } from './record-reader.ts';

export type LaneParts = {
  readonly partition: AssignedPartition;
  readonly reader: RecordReader;
  readonly batcher: Batcher;
  readonly applier: Applier;
  /** Takes the stream over a statement; called when everything before it is committed. */
  readonly cross: (statement: Statement) => Promise<void>;
  /** Something outside of the stream has to be looked at first: the lane is to begin again from its checkpoint. */
  readonly isToBeginAgain: () => boolean;
};

/**
 * The loader's corridor: records of one partition -> batches -> target transactions, until the partition is taken away.
 * An idle target gets at once what is there; while it works, what arrives is grouped, up to the limits of a batch. Then reading stops, and with it the fetch. What stands before a record that cannot be read is applied before the reader's error ends the lane.
 */
export async function runLane({
  partition,
  reader,
  batcher,
  applier,
  cross,
  isToBeginAgain,
}: LaneParts): Promise<void> {
  while (!partition.signal.aborted && !isToBeginAgain()) {
    applier.throwFailure();
    await reader.fill();
    const batch = applier.isBusy && !batcher.isFull ? undefined : batcher.take();
    if (batch !== undefined) await applier.submit(batch);
    else if (reader.statement !== undefined && !applier.isBusy) {
      await applier.drain();
      await cross(reader.statement);
      reader.crossed();
    } else if (reader.failure !== undefined && !applier.isBusy) throw reader.failure;
    else await partition.wake.wait();
  }
  await applier.drain();
}
