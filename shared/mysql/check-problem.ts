import { ReplicationError } from '../runtime/errors.ts';
import type { MysqlAddress, Side } from './connection.ts';

/** A finding of the source check or the target check. `error`: it will not work. `warning`: it works, and this should be known. */
export type CheckProblem = {
  readonly severity: 'error' | 'warning';
  readonly code: string;
  /** One sentence that names the thing and the place. */
  readonly message: string;
  /** What to do: a statement, a setting, a change of the document. */
  readonly remedy: string;
};

/** The server under check, for messages: `database order at 127.0.0.1:3306`, and the account of the connection: `'lutra'@'%'`. */
export type CheckedServer = { readonly place: string; readonly account: string };

export function checkError(code: string, message: string, remedy: string): CheckProblem {
  return { severity: 'error', code, message, remedy };
}

export function checkWarning(code: string, message: string, remedy: string): CheckProblem {
  return { severity: 'warning', code, message, remedy };
}

/** `database order at 127.0.0.1:3306` */
export function placeOf(address: MysqlAddress): string {
  return `database ${address.name} at ${address.host}:${address.port}`;
}

/** A failure to connect, as the finding it is. */
export function problemOf(error: ReplicationError): CheckProblem {
  return checkError(error.code, error.message, error.remedy);
}

/**
 * All errors of a check as one error to stop a pipeline with; undefined when there is none. When the server cannot be reached it keeps that
 * code, so that the caller waits instead of asking a person.
 */
export function failedCheck(
  side: Side,
  address: MysqlAddress,
  problems: readonly CheckProblem[],
): ReplicationError | undefined {
  const errors = problems.filter(({ severity }) => severity === 'error');
  const [first] = errors;
  if (first === undefined) return undefined;
  const own = CONNECTION_CODES.find((code) => code === first.code);
  if (own !== undefined) return new ReplicationError(own, first.message, first.remedy);
  const numbered = (texts: readonly string[]): string =>
    texts.length === 1 ? (texts[0] ?? '') : texts.map((text, i) => `(${i + 1}) ${text}`).join('; ');
  return new ReplicationError(
    side === 'SOURCE' ? 'SOURCE_CHECK_FAILED' : 'TARGET_CHECK_FAILED',
    `${placeOf(address)} is not fit yet: ${numbered(errors.map(({ message }) => message))}`,
    numbered(errors.map(({ remedy }) => remedy)),
  );
}

const CONNECTION_CODES = [
  'SOURCE_UNREACHABLE',
  'TARGET_UNREACHABLE',
  'SOURCE_ACCESS_DENIED',
  'TARGET_ACCESS_DENIED',
  'SECRET_MISSING',
] as const;
