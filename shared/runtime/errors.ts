/**
 * Errors state facts; this table states the treatment. `retry`: heals by itself, try again with backoff.
 * `wait`: a part we depend on is away, keep asking. `block`: a person must act, look again slowly. `stop`: end the process.
 */
export type Treatment = 'retry' | 'wait' | 'block' | 'stop';

const TREATMENTS = {
  KAFKA_UNREACHABLE: 'wait',
  KAFKA_SEND_FAILED: 'retry',
  GROUP_IN_USE: 'block',
  PRODUCER_FENCED: 'wait',
  RECORD_TOO_LARGE: 'block',
  TOPIC_PARTITIONS_DIFFER: 'block',
  TOPIC_SETTING_DIFFERS: 'block',
  RECORD_UNREADABLE: 'block',
  STREAM_GAP: 'block',
  REGISTRY_UNREACHABLE: 'wait',
  REDIS_UNREACHABLE: 'wait',
  LINK_SILENT: 'wait',
  SCHEMA_REFUSED: 'block',
  SELECTOR_ABSENT: 'wait',
  SOURCE_UNREACHABLE: 'wait',
  SOURCE_ACCESS_DENIED: 'block',
  SOURCE_CHECK_FAILED: 'block',
  SOURCE_EVENT_UNSUPPORTED: 'block',
  SOURCE_TYPE_UNSUPPORTED: 'block',
  SOURCE_LOG_PURGED: 'block',
  SOURCE_LOG_RESET: 'block',
  SOURCE_BEHIND: 'wait',
  SCHEMA_HISTORY_UNKNOWN: 'block',
  SCHEMA_HISTORY_MISMATCH: 'block',
  SOURCE_STREAM_BROKEN: 'retry',
  STALLED: 'retry',
  DRAIN_CUT_SHORT: 'retry',
  START_BEFORE_STREAM: 'block',
  START_POSITIONS_DIFFER: 'block',
  TARGET_UNREACHABLE: 'wait',
  TARGET_ACCESS_DENIED: 'block',
  TARGET_CHECK_FAILED: 'block',
  TARGET_FULL: 'wait',
  TARGET_TRANSIENT: 'retry',
  TARGET_REFUSED: 'block',
  QUARANTINE_FULL: 'block',
  DDL_UNREADABLE: 'block',
  DDL_UNMAPPABLE: 'block',
  DOCUMENT_INVALID: 'block',
  DOCUMENT_LATE: 'wait',
  EXPRESSION_FAILED: 'block',
  SECRET_MISSING: 'block',
  SECRET_UNREADABLE: 'block',
  SETTING_INVALID: 'stop',
  UNEXPECTED: 'retry',
} as const satisfies Record<string, Treatment>;

export type ErrorCode = keyof typeof TREATMENTS;

export const ERROR_CODES = Object.keys(TREATMENTS) as readonly ErrorCode[];

export function isErrorCode(text: string): text is ErrorCode {
  return text in TREATMENTS;
}

/** An expected failure of operation. `message` is one sentence that names the thing and the place; `remedy` says what to do. Never holds row values or secrets. */
export class ReplicationError extends Error {
  readonly code: ErrorCode;
  readonly remedy: string;

  constructor(code: ErrorCode, message: string, remedy: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'ReplicationError';
    this.code = code;
    this.remedy = remedy;
  }

  get treatment(): Treatment {
    return TREATMENTS[this.code];
  }
}

/** Any thrown thing as a ReplicationError; what nobody named is UNEXPECTED. */
export function asReplicationError(error: unknown): ReplicationError {
  if (error instanceof ReplicationError) return error;
  const text = error instanceof Error ? error.message : String(error);
  return new ReplicationError(
    'UNEXPECTED',
    `unexpected failure: ${text}`,
    'look at the log of this process; it tries again by itself',
    error,
  );
}
