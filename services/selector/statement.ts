/** What a QUERY event is, by its first words; comments and versioned comments are looked through. */
export type StatementKind = 'begin' | 'commit' | 'rollback' | 'savepoint' | 'xa' | 'rows' | 'other';

const KINDS: readonly [RegExp, StatementKind][] = [
  [/^(BEGIN|START\s+TRANSACTION)\b/i, 'begin'],
  [/^COMMIT\b/i, 'commit'],
  [/^ROLLBACK\s+TO\b/i, 'savepoint'],
  [/^ROLLBACK\b/i, 'rollback'],
  [/^(SAVEPOINT|RELEASE\s+SAVEPOINT)\b/i, 'savepoint'],
  [/^XA\b/i, 'xa'],
  [/^(INSERT|UPDATE|DELETE|REPLACE|LOAD|CALL|WITH|TABLE|VALUES|DO)\b/i, 'rows'],
];

/** `rows` is a change of rows written as a statement: it cannot be replicated and must not be stepped over. */
export function statementKind(sql: string): StatementKind {
  const head = sql.replace(/^(?:\s+|\/\*[^!M][\s\S]*?\*\/|\/\*[!M]M?!?\d*|--[^\n]*\n|#[^\n]*\n)+/, '');
  return KINDS.find(([pattern]) => pattern.test(head))?.[1] ?? 'other';
}
