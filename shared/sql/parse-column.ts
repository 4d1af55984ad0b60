import type { CheckDefinition, ColumnDefinition, ColumnPlace } from './ddl.ts';
import { parseDefault } from './parse-expression.ts';
import { parseCheck, parseReferences } from './parse-key.ts';
import { collationName, parseType } from './parse-type.ts';
import type { TokenCursor } from './token-cursor.ts';

type Draft = { -readonly [K in keyof ColumnDefinition]: ColumnDefinition[K] } & { checks: CheckDefinition[] };

/** `name type attributes`. */
export function parseColumn(cursor: TokenCursor): ColumnDefinition {
  const { start } = cursor;
  const name = cursor.name('a column name');
  const draft: Draft = {
    name,
    type: parseType(cursor),
    nullable: undefined,
    default: undefined,
    onUpdate: false,
    generated: undefined,
    comment: '',
    autoIncrement: false,
    invisible: false,
    primaryKey: false,
    unique: false,
    checks: [],
    references: undefined,
    range: { start, end: start },
  };
  while (attribute(cursor, draft));
  return { ...draft, range: cursor.since(start) };
}

/** FIRST or AFTER, if one comes next. */
export function parsePlace(cursor: TokenCursor): { place?: ColumnPlace } {
  if (cursor.accept('FIRST')) return { place: 'first' };
  if (cursor.accept('AFTER')) return { place: { after: cursor.name('a column name') } };
  return {};
}

/** Takes one attribute; false when none comes next. */
function attribute(cursor: TokenCursor, draft: Draft): boolean {
  return nullness(cursor, draft) || generation(cursor, draft) || key(cursor, draft) || detail(cursor, draft);
}

function nullness(cursor: TokenCursor, draft: Draft): boolean {
  if (cursor.accept('NOT', 'NULL')) draft.nullable = false;
  else if (cursor.accept('NULL')) draft.nullable = true;
  else if (cursor.accept('DEFAULT')) draft.default = defaultValue(cursor);
  else if (cursor.accept('ON', 'UPDATE')) {
    draft.onUpdate = true;
    parseDefault(cursor);
  } else return false;
  return true;
}

/** NOTE only MariaDB takes an expression without parentheses, except the current time, which every server does. */
function defaultValue(cursor: TokenCursor): Draft['default'] {
  const { start } = cursor;
  const isBare = !cursor.is('(');
  const value = parseDefault(cursor);
  if (value.kind === 'expression' && isBare && !CURRENT_TIME.test(value.text)) cursor.mark('bare-default', start);
  return value;
}

const CURRENT_TIME = /^(?:CURRENT_TIMESTAMP|NOW|LOCALTIME|LOCALTIMESTAMP)\b[\s()\d]*$/i;

function generation(cursor: TokenCursor, draft: Draft): boolean {
  const { start } = cursor;
  const always = cursor.accept('GENERATED', 'ALWAYS');
  if (!always && !cursor.is('AS', '(')) return false;
  cursor.expect('AS');
  if (cursor.accept('ROW', 'START') || cursor.accept('ROW', 'END')) {
    draft.nullable = false;
    draft.generated = { expression: cursor.textOf(cursor.since(start)).replace(/^.*\bAS\b/is, ''), stored: true };
    return cursor.mark('versioning', start, 'AS ROW START');
  }
  const expression = cursor.textOf(cursor.parentheses());
  const stored = cursor.accept('STORED') || cursor.acceptMarked('persistent', 'PERSISTENT');
  if (!stored) cursor.accept('VIRTUAL');
  draft.generated = { expression, stored };
  return true;
}

function key(cursor: TokenCursor, draft: Draft): boolean {
  if (cursor.accept('PRIMARY', 'KEY') || cursor.accept('KEY')) draft.primaryKey = true;
  else if (cursor.accept('UNIQUE')) {
    cursor.accept('KEY');
    draft.unique = true;
  } else if (cursor.is('REFERENCES')) draft.references = parseReferences(cursor).table;
  else if (cursor.is('CHECK')) draft.checks.push(parseCheck(cursor, undefined));
  else if (cursor.accept('CONSTRAINT')) {
    const name = cursor.is('CHECK') ? undefined : cursor.name('a name');
    if (cursor.is('REFERENCES')) draft.references = parseReferences(cursor).table;
    else draft.checks.push(parseCheck(cursor, name));
  } else return false;
  return true;
}

/** Attributes with a word as their value, and those with any value. */
const WORD_VALUE = new Set(['COLUMN_FORMAT', 'STORAGE']);
const WITH_VALUE = new Set(['ENGINE_ATTRIBUTE', 'SECONDARY_ENGINE_ATTRIBUTE']);

function detail(cursor: TokenCursor, draft: Draft): boolean {
  if (cursor.accept('COMMENT')) draft.comment = cursor.string('the comment');
  else if (cursor.accept('COLLATE')) {
    draft.type = { ...draft.type, collation: collationName(cursor) };
  } else if (cursor.accept('AUTO_INCREMENT')) draft.autoIncrement = true;
  else if (cursor.accept('SERIAL', 'DEFAULT', 'VALUE')) {
    draft.autoIncrement = true;
    draft.nullable = false;
    draft.unique = true;
  } else if (cursor.acceptMarked('column-visibility', 'INVISIBLE')) draft.invisible = true;
  else if (cursor.acceptMarked('column-visibility', 'VISIBLE') || cursor.accept('NOT', 'SECONDARY')) return true;
  else if (
    cursor.acceptMarked('versioning', 'WITH', 'SYSTEM', 'VERSIONING') ||
    cursor.acceptMarked('column-versioning', 'WITHOUT', 'SYSTEM', 'VERSIONING')
  )
    return true;
  else if (cursor.acceptOne(WITH_VALUE)) value(cursor);
  else if (cursor.is('COMPRESSED')) compressed(cursor);
  else if (cursor.is('SRID') || cursor.is('REF_SYSTEM_ID')) srid(cursor);
  else if (cursor.acceptOne(WORD_VALUE)) value(cursor);
  else if (cursor.peek().kind === 'word' && cursor.peek(1).text === '=' && cursor.peek(1).kind === 'mark') {
    cursor.next();
    value(cursor);
  } else return false;
  return true;
}

function compressed(cursor: TokenCursor): void {
  const { start } = cursor;
  cursor.expect('COMPRESSED');
  if (cursor.is('=')) value(cursor);
  cursor.mark('compressed-column', start);
}

function srid(cursor: TokenCursor): void {
  const { start } = cursor;
  cursor.next();
  cursor.accept('=');
  cursor.mark('srid', start, cursor.next().text);
}

function value(cursor: TokenCursor): void {
  cursor.accept('=');
  if (cursor.atEnd || cursor.is(',') || cursor.is(')')) throw cursor.unexpected('a value');
  cursor.next();
}
