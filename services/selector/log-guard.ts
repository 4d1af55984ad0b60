import type { LogPosition, SelectorPosition } from '../../shared/model/position.ts';
import { placeOf } from '../../shared/mysql/check-problem.ts';
import type { MysqlAddress } from '../../shared/mysql/connection.ts';
import type { ReplicationError } from '../../shared/runtime/errors.ts';
import { pause } from '../../shared/runtime/retry.ts';
import { askServerLog, refusal } from './server-log.ts';

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
 * heartbeats until the new file is as long as the old one, and sends nothing whose GTID the reader has named when it came.
 */
export async function guardLog({ address, server, now, onReset }: LogGuardParts, signal: AbortSignal): Promise<void> {
  let before = '';
  while (await pause(LOOK_MS, signal)) {
    const log = now();
    const place = `${log.file}:${log.position}`;
    const isQuiet = place === before;
    before = place;
    // NOTE that a server cannot be asked is for the reader to tell.
    const reset = isQuiet ? await resetOf(address, { server, log }).catch(() => undefined) : undefined;
    if (reset === undefined) continue;
    onReset(reset);
    return;
  }
}

async function resetOf(
  address: MysqlAddress,
  read: Pick<SelectorPosition, 'server' | 'log'>,
): Promise<ReplicationError | undefined> {
  const refused = refusal(await askServerLog(address, read.log.gtidSet), read, placeOf(address));
  return refused?.code === 'SOURCE_LOG_RESET' ? refused : undefined;
}
