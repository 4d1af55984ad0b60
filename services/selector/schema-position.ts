import { parseGtidSet } from '../../shared/model/gtid-set.ts';
import type { LogPosition } from '../../shared/model/position.ts';

/** Whether everything before `earlier` has been read at `now`: by GTIDs where both have them, else by file and position of the same server. */
export function isReached(earlier: LogPosition, now: LogPosition): boolean {
  if (earlier.gtidSet !== '' && now.gtidSet !== '') return parseGtidSet(now.gtidSet).containsAll(earlier.gtidSet);
  if (earlier.file === '') return true;
  return comparePlaces(earlier, now) <= 0;
}

/** Orders places in the files of one server's log. */
export function comparePlaces(
  a: Pick<LogPosition, 'file' | 'position'>,
  b: Pick<LogPosition, 'file' | 'position'>,
): number {
  return fileNumber(a.file) - fileNumber(b.file) || a.position - b.position;
}

function fileNumber(file: string): number {
  return Number(/\.(\d+)$/.exec(file)?.[1] ?? 0);
}
