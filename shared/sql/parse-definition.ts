import type { AlterAction, IndexDefinition } from './ddl.ts';
import { parseColumn, parsePlace } from './parse-column.ts';
import { parseCheck, parseForeignKey, parseIndex, parseIndexOptions, parseIndexType, parseParts } from './parse-key.ts';
import type { TokenCursor } from './token-cursor.ts';

/** A column, key or constraint as CREATE TABLE and ADD define it; the cursor stands before it. */
export function parseDefinition(cursor: TokenCursor): AlterAction {
  return parseKeyDefinition(cursor) ?? columnAction(cursor);
}

function columnAction(cursor: TokenCursor): AlterAction {
  const ifNotExists = cursor.acceptMarked('guard', 'IF', 'NOT', 'EXISTS');
  return { kind: 'add-column', column: parseColumn(cursor), ...parsePlace(cursor), ifNotExists };
}

const NAMED_KINDS: readonly [string, IndexDefinition['kind']][] = [
  ['UNIQUE', 'unique'],
  ['FULLTEXT', 'fulltext'],
  ['SPATIAL', 'spatial'],
  ['VECTOR', 'vector'],
];

/** A key or constraint; undefined when something else comes next, which a column of that name is. */
export function parseKeyDefinition(cursor: TokenCursor): AlterAction | undefined {
  const { start } = cursor;
  if (cursor.accept('PERIOD', 'FOR')) {
    cursor.name('a period');
    cursor.names('a column name');
    cursor.mark('versioning', start, 'PERIOD FOR');
    return { kind: 'versioning', words: 'PERIOD FOR' };
  }
  let symbol: string | undefined;
  let ifNotExists = false;
  const isConstraint = cursor.accept('CONSTRAINT');
  if (isConstraint) {
    ifNotExists = cursor.acceptMarked('guard', 'IF', 'NOT', 'EXISTS');
    if (!STARTS.some((word) => cursor.is(...word))) symbol = cursor.name('a constraint name');
  }
  if (cursor.is('CHECK', '(')) return { kind: 'add-check', check: parseCheck(cursor, symbol), ifNotExists };
  if (cursor.accept('PRIMARY', 'KEY')) {
    ifNotExists = cursor.acceptMarked('guard', 'IF', 'NOT', 'EXISTS') || ifNotExists;
    if (!cursor.is('(') && !cursor.is('USING') && !cursor.is('TYPE')) cursor.name('an index name');
    parseIndexType(cursor);
    const parts = parseParts(cursor);
    parseIndexOptions(cursor);
    return { kind: 'add-primary-key', parts, ifNotExists };
  }
  if (cursor.accept('FOREIGN', 'KEY')) {
    ifNotExists = cursor.acceptMarked('guard', 'IF', 'NOT', 'EXISTS') || ifNotExists;
    return { kind: 'add-foreign-key', key: parseForeignKey(cursor, symbol), ifNotExists };
  }
  const kind = indexKind(cursor);
  if (kind === undefined) {
    if (isConstraint) throw cursor.unexpected('a key or CHECK');
    return undefined;
  }
  ifNotExists = cursor.acceptMarked('guard', 'IF', 'NOT', 'EXISTS') || ifNotExists;
  return { kind: 'add-index', index: parseIndex(cursor, kind, symbol), ifNotExists };
}

const STARTS = [['PRIMARY', 'KEY'], ['UNIQUE'], ['FOREIGN', 'KEY'], ['CHECK', '(']] as const;

/** Takes `UNIQUE [KEY]`, `INDEX` …. NOTE VECTOR is no reserved word: `VECTOR INT` is a column. */
function indexKind(cursor: TokenCursor): IndexDefinition['kind'] | undefined {
  for (const [word, kind] of NAMED_KINDS) {
    if (word === 'VECTOR' && !cursor.is('VECTOR', 'INDEX') && !cursor.is('VECTOR', 'KEY')) continue;
    const { start } = cursor;
    if (!cursor.accept(word)) continue;
    if (kind === 'vector') cursor.mark('vector-index', start);
    if (!cursor.accept('INDEX')) cursor.accept('KEY');
    return kind;
  }
  return cursor.accept('INDEX') || cursor.accept('KEY') ? 'index' : undefined;
}
