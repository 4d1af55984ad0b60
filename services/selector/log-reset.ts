import { ReplicationError } from '../../shared/runtime/errors.ts';

/** SOURCE_LOG_RESET. `log`: whose log it is; `evidence`: what shows that it was begun anew. */
export function logReset(log: string, evidence: string): ReplicationError {
  return new ReplicationError(
    'SOURCE_LOG_RESET',
    `the log of ${log} was begun anew (RESET BINARY LOGS, a restored backup, a lost disk): ${evidence}`,
    'what was written between is not known: copy the tables again, then start the source anew',
  );
}
