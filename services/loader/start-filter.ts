import type { LogPlace } from '../../shared/codec/record-head.ts';
import type { Start } from '../../shared/model/channel.ts';
import { type GtidSet, parseGtidSet } from '../../shared/model/gtid-set.ts';
import { ReplicationError } from '../../shared/runtime/errors.ts';

/** Whether a transaction lies before the pipeline's start and is left out. Undefined: the start needs no such filter. */
export type StartFilter = (place: LogPlace) => boolean;

/** Errors (of the filter): START_POSITIONS_DIFFER when the record does not bear what the start is given by. */
export function compileStartFilter(start: Start): StartFilter | undefined {
  if (typeof start === 'string') return undefined;
  return 'gtid' in start ? gtidFilter(parseGtidSet(start.gtid)) : fileFilter(start.file, start.position);
}

function gtidFilter(set: GtidSet): StartFilter {
  return ({ gtid, file, position }) => {
    if (gtid === '') {
      throw new ReplicationError(
        'START_POSITIONS_DIFFER',
        `the pipeline starts at a GTID set, but the transaction at ${file}:${position} of the source has no GTID`,
        'start by {file, position}, or turn GTIDs on at the source',
      );
    }
    return set.contains(gtid);
  };
}

function fileFilter(file: string, position: number): StartFilter {
  const number = fileNumber(file);
  return (place) => {
    const other = fileNumber(place.file);
    return other < number || (other === number && place.position < position);
  };
}

/** `mysql-bin.000012` -> 12: names of different length still compare as the server counts them. */
function fileNumber(file: string): number {
  return Number(/(\d+)$/.exec(file)?.[1] ?? 0);
}
