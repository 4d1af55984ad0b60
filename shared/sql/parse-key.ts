import type { CheckDefinition, ForeignKeyDefinition, IndexDefinition, IndexPart } from './ddl.ts';
import type { TokenCursor } from './token-cursor.ts';

const ACTIONS = ['RESTRICT', 'CASCADE', 'SET NULL', 'NO ACTION', 'SET DEFAULT'].map((words) => words.split(' '));

/** The parts of an index in parentheses: `(a, b(10) DESC, (lower(c)))`. */
export function parseParts(cursor: TokenCursor): IndexPart[] {
  return cursor.list(() => part(cursor));
}

function part(cursor: TokenCursor): IndexPart {
  if (cursor.is('(')) {
    const { start } = cursor;
    const expression = cursor.textOf(cursor.parentheses());
    cursor.mark('functional-index', start);
    return { column: undefined, expression, length: undefined, descending: direction(cursor) };
  }
  const column = cursor.name('a column name');
  const length = cursor.is('(') ? Number(cursor.textOf(cursor.parentheses())) : undefined;
  // NOTE MariaDB's WITHOUT OVERLAPS stands behind the period of an application-time key.
  cursor.acceptMarked('without-overlaps', 'WITHOUT', 'OVERLAPS');
  return { column, expression: undefined, length, descending: direction(cursor) };
}

function direction(cursor: TokenCursor): boolean {
  if (cursor.accept('DESC')) return true;
  cursor.accept('ASC');
  return false;
}

/** Behind the words INDEX, KEY, UNIQUE …: `[name] [USING type] (parts) options`. */
export function parseIndex(cursor: TokenCursor, kind: IndexDefinition['kind'], given?: string): IndexDefinition {
  const name = cursor.is('(') || cursor.is('USING') || cursor.is('TYPE') ? given : cursor.name('an index name');
  parseIndexType(cursor);
  const parts = parseParts(cursor);
  parseIndexOptions(cursor);
  return { name, kind, parts };
}

export function parseIndexType(cursor: TokenCursor): void {
  if (cursor.accept('USING') || cursor.accept('TYPE')) cursor.name('an index type');
}

const OPTION_VALUE = new Set(['KEY_BLOCK_SIZE', 'ENGINE_ATTRIBUTE', 'SECONDARY_ENGINE_ATTRIBUTE', 'M', 'DISTANCE']);

/** Options behind the parts of an index. */
export function parseIndexOptions(cursor: TokenCursor): void {
  for (;;) {
    if (cursor.accept('COMMENT')) cursor.string('the comment');
    else if (cursor.accept('WITH', 'PARSER')) cursor.name('a parser');
    else if (cursor.acceptOne(OPTION_VALUE) !== undefined) {
      cursor.accept('=');
      cursor.next();
    } else if (cursor.is('USING') || cursor.is('TYPE')) parseIndexType(cursor);
    else if (cursor.peek().kind === 'word' && cursor.peek(1).text === '=' && !isActionOption(cursor)) {
      cursor.next();
      cursor.next();
      cursor.next();
    } else if (!acceptVisibility(cursor)) return;
  }
}

/** VISIBLE, INVISIBLE of MySQL; NOT IGNORED, IGNORED of MariaDB. */
export function acceptVisibility(cursor: TokenCursor): 'visible' | 'invisible' | undefined {
  const { start } = cursor;
  const value =
    cursor.accept('VISIBLE') || cursor.accept('NOT', 'IGNORED')
      ? 'visible'
      : cursor.accept('INVISIBLE') || cursor.accept('IGNORED')
        ? 'invisible'
        : undefined;
  if (value !== undefined) cursor.mark('index-visibility', start, value);
  return value;
}

function isActionOption(cursor: TokenCursor): boolean {
  return cursor.is('ALGORITHM') || cursor.is('LOCK');
}

/** Behind FOREIGN KEY: `[name] (columns) REFERENCES …`. */
export function parseForeignKey(cursor: TokenCursor, constraint: string | undefined): ForeignKeyDefinition {
  const index = cursor.is('(') ? undefined : cursor.name('a name');
  const columns = cursor.names('a column name');
  const { table, columns: referenced } = parseReferences(cursor);
  return { name: constraint ?? index, columns, table, referenced };
}

export function parseReferences(cursor: TokenCursor): {
  table: ForeignKeyDefinition['table'];
  columns: readonly string[];
} {
  cursor.expect('REFERENCES');
  const table = cursor.table('references');
  const columns = cursor.is('(') ? cursor.names('a column name') : [];
  if (cursor.accept('MATCH')) cursor.name('FULL, PARTIAL or SIMPLE');
  while (cursor.accept('ON', 'DELETE') || cursor.accept('ON', 'UPDATE')) {
    if (!ACTIONS.some((action) => cursor.accept(...action))) throw cursor.unexpected('an action of a foreign key');
  }
  return { table, columns };
}

/** `CHECK (…) [[NOT] ENFORCED]`. */
export function parseCheck(cursor: TokenCursor, name: string | undefined): CheckDefinition {
  cursor.expect('CHECK');
  const expression = cursor.textOf(cursor.parentheses());
  if (!cursor.acceptMarked('not-enforced', 'NOT', 'ENFORCED')) cursor.acceptMarked('enforced', 'ENFORCED');
  return { name, expression };
}
