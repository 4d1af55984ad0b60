import type { LogPosition } from '../../shared/model/position.ts';
import { placeOf } from '../../shared/mysql/check-problem.ts';
import type { MysqlAddress } from '../../shared/mysql/connection.ts';
import type { ReplicationError } from '../../shared/runtime/errors.ts';
import { pause } from '../../shared/runtime/retry.ts';
import { askServerLog, endsBefore } from './server-log.ts';

const LOOK_MS = 10_000;

export type LogGuardParts = {
  readonly address: MysqlAddress;
  /** Server UUID (MySQL) or `server-id-<n>` (MariaDB). */
  readonly server: string;
  /** What was read. */
  readonly now: () => LogPosition;
  /** Called once, with SOURCE_LOG_RESET. */
  readonly onReset: (error: ReplicationError) => void;
};

/**
 * Until the signal: looks whether a log that brings nothing is still the one that is read. A server that begins its log anew under a reader goes on with
 * heartbeats until the new file is as long as the old one, and sends nothing whose GTID the reader has named when it came. Only the end of the log tells: a
 * semi-synchronous source has sent what it waits to commit, so that its GTIDs may lack what was read.
 */
export async function guardLog({ address, server, now, onReset }: LogGuardParts, signal: AbortSignal): Promise<void> {
  let before = '';
  while (await pause(LOOK_MS, signal)) {
    const log = now();
    const place = `${log.file}:${log.position}`;
    const isQuiet = place === before;
    before = place;
    // NOTE that a server cannot be asked is for the reader to tell.
    const found = isQuiet ? await askServerLog(address, log.gtidSet).catch(() => undefined) : undefined;
    const reset = found && endsBefore(found, { server, log }, placeOf(address));
    if (reset === undefined) continue;
    onReset(reset);
    return;
  }
}
