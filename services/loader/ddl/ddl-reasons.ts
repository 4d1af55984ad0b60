import type { Reason } from '../../../shared/model/status.ts';
import { ReplicationError } from '../../../shared/runtime/errors.ts';
import type { LedgerRow } from './ddl-ledger.ts';

/** What a lane says while a statement keeps it. */

export function barrierReason({ id, words }: LedgerRow): Reason {
  return {
    code: 'DDL_BARRIER',
    message: `${words} (statement ${id}) waits until every partition of the pipeline has come to it`,
    remedy: 'nothing to do; if it stays, look at the other partitions and loaders of this pipeline',
  };
}

export function runningReason({ id, words }: LedgerRow, ms: number): Reason {
  return {
    code: 'DDL_RUNNING',
    message: `the target has been executing ${words} (statement ${id}) for ${Math.round(ms / 1000)} s`,
    remedy: 'nothing to do; SHOW PROCESSLIST at the target shows it',
  };
}

export function queuedReason(queue: string): Reason {
  return {
    code: 'DDL_QUEUED',
    message: `it concerns tables that wait for statement ${queue}`,
    remedy: `decide about statement ${queue} first; this one follows by itself`,
  };
}

export function nothingToApply(): Reason {
  return {
    code: 'DDL_UNMAPPABLE',
    message: 'the statement cannot be said in the names of the target',
    remedy: 'write what the target is to execute (lutra ddl edit), or skip it',
  };
}

/** The partition was taken away, or the process ends: whoever goes on finds the ledger as it is. */
export function stopped(): ReplicationError {
  return new ReplicationError('TARGET_TRANSIENT', 'the loader stops before a statement is settled', 'nothing to do');
}

const BEHIND_QUARANTINE = 'DDL_BEHIND_QUARANTINE';

/** Rows of its tables were refused before it: executed first, it might change what they are. */
export function behindQuarantine(rows: number): Reason {
  return {
    code: BEHIND_QUARANTINE,
    message: `${rows} rows of its tables are in quarantine and stood before it in the source`,
    remedy:
      'settle them: lutra quarantine list; the statement follows by itself. lutra ddl apply executes it before them',
  };
}

export function isBehindQuarantine(row: LedgerRow | undefined): boolean {
  return row?.state === 'held' && row.reason?.code === BEHIND_QUARANTINE;
}
