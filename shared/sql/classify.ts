import { type SqlDialect, type Token, tokenize } from './tokens.ts';

export type DdlKind =
  | 'create-table'
  | 'alter-table'
  | 'drop-table'
  | 'truncate-table'
  | 'rename-table'
  | 'create-index'
  | 'drop-index'
  | 'create-database'
  | 'alter-database'
  | 'drop-database';

export type StatementClass = {
  /** `other`: nothing that changes the structure or the whole content of a table or database. */
  readonly kind: DdlKind | 'other';
  /** For people: `CREATE VIEW`, `GRANT`; the first words without names. */
  readonly words: string;
};

/** Words that stand between the verb and the object. */
const MODIFIERS = new Set([
  'OR',
  'REPLACE',
  'UNIQUE',
  'FULLTEXT',
  'SPATIAL',
  'VECTOR',
  'ONLINE',
  'OFFLINE',
  'IGNORE',
  'AGGREGATE',
  'DEFINER',
  'ALGORITHM',
  'SQL',
  'SECURITY',
  'UNDEFINED',
  'MERGE',
  'TEMPTABLE',
  'INVOKER',
]);

const OBJECTS: Readonly<Record<string, string>> = {
  TABLES: 'TABLE',
  SCHEMA: 'DATABASE',
  REFERENCE: 'SPATIAL REFERENCE SYSTEM',
};

const KINDS: Readonly<Record<string, DdlKind>> = {
  'CREATE TABLE': 'create-table',
  'ALTER TABLE': 'alter-table',
  'DROP TABLE': 'drop-table',
  'RENAME TABLE': 'rename-table',
  'CREATE INDEX': 'create-index',
  'DROP INDEX': 'drop-index',
  'CREATE DATABASE': 'create-database',
  'ALTER DATABASE': 'alter-database',
  'DROP DATABASE': 'drop-database',
};

/** Statements whose second word tells what they do. */
const TWO_WORDS = new Set(['ANALYZE', 'OPTIMIZE', 'REPAIR', 'CHECK', 'FLUSH', 'INSTALL', 'UNINSTALL', 'START', 'STOP']);
const VERBS = new Set(['CREATE', 'ALTER', 'DROP', 'RENAME']);

/**
 * What a statement does, by its first words; comments are stepped over, versioned comments and MariaDB's `SET STATEMENT … FOR` looked through.
 * Statements on temporary tables are `other`. Never throws, whatever the text.
 */
export function classifyStatement(sql: string, dialect: SqlDialect = {}): StatementClass {
  const tokens = tokenize(sql, dialect).list;
  const first = statementStart(tokens);
  const verb = tokens[first]?.upper ?? '';
  if (verb === 'TRUNCATE') return { kind: 'truncate-table', words: 'TRUNCATE TABLE' };
  if (!VERBS.has(verb)) return { kind: 'other', words: otherWords(tokens, first) };
  let at = objectAt(tokens, first + 1);
  const object = objectWord(tokens, at);
  if (object === 'TEMPORARY') {
    at = objectAt(tokens, at + 1);
    return { kind: 'other', words: `${verb} TEMPORARY ${objectWord(tokens, at)}` };
  }
  const words = object === '' ? verb : `${verb} ${object}`;
  return { kind: KINDS[words] ?? 'other', words };
}

/** Index of a statement's first word behind `SET STATEMENT … FOR`. */
export function statementStart(tokens: readonly Token[]): number {
  if (tokens[0]?.upper !== 'SET' || tokens[1]?.upper !== 'STATEMENT') return 0;
  let depth = 0;
  for (let at = 2; at < tokens.length; at++) {
    const token = tokens[at] as Token;
    if (token.text === '(') depth++;
    else if (token.text === ')') depth--;
    else if (token.upper === 'FOR' && depth === 0) return at + 1;
  }
  return 0;
}

function objectWord(tokens: readonly Token[], at: number): string {
  const word = tokens[at]?.upper ?? '';
  return OBJECTS[word] ?? word;
}

/** Steps over modifiers and their values: `OR REPLACE`, `DEFINER = name@host`, `ALGORITHM = x`, `SQL SECURITY x`. */
function objectAt(tokens: readonly Token[], from: number): number {
  let at = from;
  for (;;) {
    const token = tokens[at];
    if (token === undefined) return at;
    if (!MODIFIERS.has(token.upper)) return at;
    at++;
    if (token.upper === 'SECURITY') at++;
    if (tokens[at]?.text !== '=') continue;
    at += 2;
    if (tokens[at]?.text === '(' && tokens[at + 1]?.text === ')') at += 2;
    if (tokens[at]?.text === '@') at += 2;
  }
}

function otherWords(tokens: readonly Token[], first: number): string {
  const verb = tokens[first]?.upper ?? '';
  const second = tokens[first + 1]?.upper ?? '';
  if (verb === 'SET' && second === 'PASSWORD') return 'SET PASSWORD';
  return TWO_WORDS.has(verb) && second !== '' ? `${verb} ${second}` : verb;
}
