import { type DocumentProblem, formatProblem } from '../../shared/model/document-problem.ts';
import type { ReplicationError } from '../../shared/runtime/errors.ts';

/** A refusal with its HTTP status. `detail` is one sentence; `remedy` says what to do; `problems` lists the parts; `headers` go with it. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly remedy: string;
  readonly problems: readonly DocumentProblem[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    code: string,
    detail: string,
    remedy: string,
    problems: readonly DocumentProblem[] = [],
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(detail);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
    this.remedy = remedy;
    this.problems = problems;
    this.headers = headers;
  }
}

export function unknownChannel(name: string): ApiError {
  return new ApiError(404, 'CHANNEL_UNKNOWN', `there is no channel ${name}`, 'list the channels: lutra get channels');
}

/** All problems of documents as one refusal; the detail repeats the first. */
export function invalidDocument(problems: readonly DocumentProblem[]): ApiError {
  const [first] = problems;
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  const detail = `${problems.length} problem${problems.length === 1 ? '' : 's'} in the document${first ? `: ${formatProblem(first)}${more}` : ''}`;
  return new ApiError(422, 'DOCUMENT_INVALID', detail, 'mend the document and send it again', problems);
}

/** Kafka's failures as 503, our own bugs as 500. */
export function fromReplicationError(error: ReplicationError): ApiError {
  const isAway = error.code.startsWith('KAFKA_');
  return new ApiError(isAway ? 503 : 500, error.code, error.message, error.remedy);
}
