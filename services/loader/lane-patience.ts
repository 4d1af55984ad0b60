import type { ReplicationError } from '../../shared/runtime/errors.ts';
import { backoffMs } from '../../shared/runtime/retry.ts';

const BLOCK_MS = 3_000;
const RETRY_LIMIT_MS = 1_000;
const WAIT_LIMIT_MS = 5_000;
/** After an error that needs a person, this many source transactions are applied one by one, so that it shows which one it is. */
const CAREFUL_BATCHES = 10_000;

/** How long a lane waits after an error, and how careful it is behind one. */
export class LanePatience {
  private attempt = 0;
  private carefulBatches = 0;

  get isCareful(): boolean {
    return this.carefulBatches > 0;
  }

  /** How long to wait before the lane begins again, ms. */
  failed({ treatment }: ReplicationError): number {
    if (treatment === 'block') this.carefulBatches = CAREFUL_BATCHES;
    if (treatment === 'block' || treatment === 'stop') return BLOCK_MS;
    return backoffMs(this.attempt++, treatment === 'retry' ? RETRY_LIMIT_MS : WAIT_LIMIT_MS);
  }

  /** A source transaction, or several at once, is applied. */
  gotOn(): void {
    this.attempt = 0;
    this.carefulBatches = Math.max(0, this.carefulBatches - 1);
  }

  /** What stood in the way may be gone. */
  forget(): void {
    this.attempt = 0;
    this.carefulBatches = 0;
  }
}
