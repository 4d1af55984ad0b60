import { ReplicationError } from '../../shared/runtime/errors.ts';
import type { Identity } from './checkpoint.ts';

/** A record in front of which others are missing. */
export type Gap = {
  readonly channel: string;
  readonly pipeline: string;
  readonly place: string;
  readonly last: Identity;
  /** When the last record that is there was committed at the source, µs; 0 when that is not known. */
  readonly lastCommitted: number;
  readonly next: Identity & {
    readonly committed: number;
    readonly file: string;
    readonly position: number;
    readonly offset: string;
  };
  /** The records before the gap are the beginning of a transaction whose rest is missing. */
  readonly isInsideTransaction: boolean;
};

export function streamGap({
  channel,
  pipeline,
  place,
  last,
  lastCommitted,
  next,
  isInsideTransaction,
}: Gap): ReplicationError {
  const count = next.serial - last.serial - 1;
  const since = lastCommitted === 0 ? 'the last applied transaction' : timeOf(lastCommitted);
  const move = isInsideTransaction ? 'lutra skip' : 'lutra seek';
  const to = isInsideTransaction ? '' : ` --to-offset ${next.offset}`;
  return new ReplicationError(
    'STREAM_GAP',
    `records are missing in ${place}: after serial ${last.serial} of epoch ${last.epoch} comes serial ${next.serial} of epoch ${next.epoch} at offset ${next.offset}, so ${count} ${count === 1 ? 'record' : 'records'} before it are gone (removed by retention, or never mirrored): changes committed at the source between ${since} and ${timeOf(next.committed)} (${next.file}:${next.position})`,
    `compare the tables of the pipeline and copy what is missing; then lutra pause ${channel}, accept the loss with ${move} ${channel} --pipeline ${pipeline}${to}, lutra start ${channel}`,
  );
}

/** Records are gone between two offsets, and nothing is known of their serials. `to`: the first offset that is kept. */
export function offsetsGone(place: string, from: bigint, to: bigint): ReplicationError {
  const what =
    from < to ? `the records from offset ${from} up to ${to - 1n} are gone` : `offset ${from} is no longer there`;
  return new ReplicationError(
    'STREAM_GAP',
    `${what} in ${place} (removed by retention, or the topic was made anew); the first that is kept is ${to}`,
    `compare the tables of the pipeline and copy what is missing; then pause the channel, accept the loss with lutra seek --to-offset ${to} and start it again`,
  );
}

function timeOf(micros: number): string {
  return new Date(micros / 1000).toISOString();
}
