import { type GtidSet, parseGtidSet } from '../../shared/model/gtid-set.ts';
import type { LogPosition } from '../../shared/model/position.ts';

/** What was read: the log position behind the last complete transaction. Lives as long as the source's run. */
export class LogTail {
  file: string;
  position: number;
  gtids: GtidSet;
  /**
   * Set for a position without a GTID set: a start at file:position whose GTIDs are learned from the head of the file, or a server that had no
   * transaction yet. Transactions that begin before this place are read over.
   */
  readonly skipBefore: { readonly file: string; readonly position: number } | undefined;

  constructor(from: LogPosition) {
    this.file = from.file;
    this.position = from.position;
    this.gtids = parseGtidSet(from.gtidSet);
    this.skipBefore =
      from.gtidSet === '' && from.file !== '' ? { file: from.file, position: from.position } : undefined;
  }

  now(): LogPosition {
    return { gtidSet: this.gtids.toString(), file: this.file, position: this.position };
  }

  isSkipped(position: number): boolean {
    return this.skipBefore !== undefined && this.file === this.skipBefore.file && position < this.skipBefore.position;
  }
}
