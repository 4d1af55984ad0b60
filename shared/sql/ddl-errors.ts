import { ReplicationError } from '../runtime/errors.ts';

const SHOWN = 40;

/** DDL_UNREADABLE with the place in the text: `met` is what stands there. */
export function unreadable(sql: string, at: number, wanted: string): ReplicationError {
  const before = sql.slice(0, at).split('\n');
  const line = before.length;
  const column = (before.at(-1)?.length ?? 0) + 1;
  const rest = sql
    .slice(at, at + SHOWN)
    .replace(/\s+/g, ' ')
    .trimEnd();
  const met = rest === '' ? 'the end of the statement' : `"${rest}${at + SHOWN < sql.length ? '…' : ''}"`;
  return new ReplicationError(
    'DDL_UNREADABLE',
    `the statement cannot be read at line ${line}, column ${column}: ${wanted} was expected and ${met} was met`,
    'write by hand what the statement means for the target and approve that text, or skip it',
  );
}

export function unmappable(message: string, remedy: string): ReplicationError {
  return new ReplicationError('DDL_UNMAPPABLE', message, remedy);
}
