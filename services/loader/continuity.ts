import { ReplicationError } from '../../shared/runtime/errors.ts';
import type { Identity } from './checkpoint.ts';

/** new: apply it. repeat: it was applied before. */
export type Verdict = 'new' | 'repeat';

/**
 * Whether a record follows the last one. Serials count a partition's records of an epoch from 1 without gaps, so whatever Kafka or MirrorMaker do,
 * a loss shows as a jump and a repeat as a step back. `last` undefined: nothing is known, the record is taken as it comes.
 * Errors: STREAM_GAP.
 */
export function judge(last: Identity | undefined, next: Identity, place: string): Verdict {
  if (last === undefined) return 'new';
  if (next.epoch < last.epoch || (next.epoch === last.epoch && next.serial <= last.serial)) return 'repeat';
  const expected = next.epoch === last.epoch ? last.serial + 1 : 1;
  if (next.serial === expected) return 'new';
  throw new ReplicationError(
    'STREAM_GAP',
    `records are missing in ${place}: after serial ${last.serial} of epoch ${last.epoch} comes serial ${next.serial} of epoch ${next.epoch}, so ${next.serial - expected} records before it are gone (removed by retention, or never mirrored)`,
    'compare the tables and copy what is missing; then pause the channel, accept the loss with kafka-consumer-groups --reset-offsets (for example --shift-by 0) and run it again',
  );
}
