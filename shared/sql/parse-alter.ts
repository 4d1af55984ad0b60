import type { AlterAction, AlterItem } from './ddl.ts';
import { parseColumn, parsePlace } from './parse-column.ts';
import { parseDefinition, parseKeyDefinition } from './parse-definition.ts';
import { parseDefault } from './parse-expression.ts';
import { acceptVisibility } from './parse-key.ts';
import { parseOption } from './parse-options.ts';
import { parsePartitionAction } from './parse-partition.ts';
import { acceptCharset, charsetName, collationName } from './parse-type.ts';
import type { TokenCursor } from './token-cursor.ts';

/** The actions of ALTER TABLE behind the table's name, to the end of the statement. */
export function parseAlterItems(cursor: TokenCursor): AlterItem[] {
  const items: AlterItem[] = [];
  while (!cursor.atEnd) {
    items.push(...actions(cursor));
    // NOTE options and partitioning may follow without a comma.
    if (!cursor.accept(',') && !cursor.atEnd && !continues(cursor)) throw cursor.unexpected('a comma');
  }
  return items;
}

function continues(cursor: TokenCursor): boolean {
  return cursor.is('PARTITION', 'BY') || cursor.is('REMOVE', 'PARTITIONING') || cursor.peek().kind === 'word';
}

function actions(cursor: TokenCursor): AlterItem[] {
  const { start } = cursor;
  if (cursor.is('ADD', '(') || cursor.is('ADD', 'COLUMN', '(') || isGuardedList(cursor)) return addedList(cursor);
  const action = parsePartitionAction(cursor) ?? dispatch(cursor);
  return [{ ...action, range: cursor.since(start) }];
}

/** MariaDB's `ADD COLUMN IF NOT EXISTS (…)`. */
function isGuardedList(cursor: TokenCursor): boolean {
  const column = cursor.is('ADD', 'COLUMN') ? 1 : 0;
  return cursor.is('ADD') && cursor.peek(1 + column).upper === 'IF' && cursor.peek(4 + column).text === '(';
}

function addedList(cursor: TokenCursor): AlterItem[] {
  const { start } = cursor;
  cursor.expect('ADD');
  cursor.accept('COLUMN');
  const ifNotExists = cursor.acceptMarked('guard', 'IF', 'NOT', 'EXISTS');
  const items = cursor.list(() => {
    const inner = cursor.start;
    const action = parseDefinition(cursor);
    return {
      ...action,
      ...('ifNotExists' in action && ifNotExists ? { ifNotExists } : {}),
      range: cursor.since(inner),
    };
  });
  const group = cursor.since(start);
  return items.map((item) => ({ ...item, group }));
}

function dispatch(cursor: TokenCursor): AlterAction {
  if (cursor.accept('ADD')) return added(cursor);
  if (cursor.accept('DROP')) return dropped(cursor);
  if (cursor.accept('MODIFY')) return changed(cursor, false);
  if (cursor.accept('CHANGE')) return changed(cursor, true);
  if (cursor.accept('ALTER')) return altered(cursor);
  if (cursor.accept('RENAME')) return renamed(cursor);
  if (cursor.accept('CONVERT', 'TO')) return converted(cursor);
  return withoutStructure(cursor) ?? parseOption(cursor) ?? fail(cursor);
}

function fail(cursor: TokenCursor): never {
  throw cursor.unexpected('an action of ALTER TABLE');
}

function added(cursor: TokenCursor): AlterAction {
  if (cursor.acceptMarked('versioning', 'SYSTEM', 'VERSIONING'))
    return { kind: 'versioning', words: 'ADD SYSTEM VERSIONING' };
  if (cursor.accept('COLUMN')) return addedColumn(cursor);
  return parseKeyDefinition(cursor) ?? addedColumn(cursor);
}

function addedColumn(cursor: TokenCursor): AlterAction {
  const ifNotExists = cursor.acceptMarked('guard', 'IF', 'NOT', 'EXISTS');
  return { kind: 'add-column', column: parseColumn(cursor), ...parsePlace(cursor), ifNotExists };
}

function dropped(cursor: TokenCursor): AlterAction {
  const named = (kind: 'drop-index' | 'drop-foreign-key' | 'drop-check' | 'drop-constraint' | 'drop-column') => {
    const ifExists = cursor.acceptMarked('guard', 'IF', 'EXISTS');
    return { kind, name: cursor.name('a name'), ifExists } as const;
  };
  if (cursor.accept('PRIMARY', 'KEY')) return { kind: 'drop-primary-key' };
  if (cursor.accept('FOREIGN', 'KEY')) return named('drop-foreign-key');
  if (cursor.accept('INDEX') || cursor.accept('KEY')) return named('drop-index');
  if (cursor.accept('CONSTRAINT')) return named('drop-constraint');
  if (cursor.acceptMarked('drop-check', 'CHECK')) return named('drop-check');
  if (cursor.acceptMarked('versioning', 'SYSTEM', 'VERSIONING'))
    return { kind: 'versioning', words: 'DROP SYSTEM VERSIONING' };
  if (cursor.acceptMarked('versioning', 'PERIOD', 'FOR')) {
    cursor.name('a period');
    return { kind: 'versioning', words: 'DROP PERIOD FOR' };
  }
  cursor.accept('COLUMN');
  const column = named('drop-column');
  if (!cursor.accept('RESTRICT')) cursor.accept('CASCADE');
  return column;
}

function changed(cursor: TokenCursor, withNewName: boolean): AlterAction {
  cursor.accept('COLUMN');
  const ifExists = cursor.acceptMarked('guard', 'IF', 'EXISTS');
  const old = withNewName ? cursor.name('a column name') : undefined;
  const column = parseColumn(cursor);
  return { kind: 'change-column', from: old ?? column.name, column, ...parsePlace(cursor), ifExists };
}

function altered(cursor: TokenCursor): AlterAction {
  if (cursor.accept('INDEX') || cursor.accept('KEY')) {
    cursor.acceptMarked('guard', 'IF', 'EXISTS');
    const name = cursor.name('an index name');
    const visibility = acceptVisibility(cursor);
    if (visibility === undefined) throw cursor.unexpected('VISIBLE or INVISIBLE');
    return { kind: 'alter-index-visibility', name, invisible: visibility === 'invisible' };
  }
  const { start } = cursor;
  if (cursor.accept('CHECK') || cursor.accept('CONSTRAINT')) {
    cursor.name('a constraint name');
    if (!cursor.accept('NOT', 'ENFORCED')) cursor.expect('ENFORCED');
    cursor.mark('alter-check', start);
    return { kind: 'no-structure', words: 'ALTER CHECK' };
  }
  cursor.accept('COLUMN');
  cursor.acceptMarked('guard', 'IF', 'EXISTS');
  const name = cursor.name('a column name');
  if (cursor.accept('DROP', 'DEFAULT')) return { kind: 'alter-default', name, default: undefined };
  cursor.expect('SET');
  if (cursor.acceptMarked('set-column-visibility', 'VISIBLE'))
    return { kind: 'alter-column-visibility', name, invisible: false };
  if (cursor.acceptMarked('set-column-visibility', 'INVISIBLE'))
    return { kind: 'alter-column-visibility', name, invisible: true };
  cursor.expect('DEFAULT');
  return { kind: 'alter-default', name, default: parseDefault(cursor) };
}

function renamed(cursor: TokenCursor): AlterAction {
  const pair = (kind: 'rename-column' | 'rename-index') => {
    const ifExists = cursor.acceptMarked('guard', 'IF', 'EXISTS');
    const from = cursor.name('a name');
    cursor.expect('TO');
    return { kind, from, to: cursor.name('a name'), ifExists } as const;
  };
  if (cursor.accept('COLUMN')) return pair('rename-column');
  // NOTE `RENAME INDEX TO …` cannot be meant: INDEX and KEY are reserved words.
  if (cursor.accept('INDEX') || cursor.accept('KEY')) return pair('rename-index');
  if (!cursor.accept('TO') && !cursor.accept('AS')) cursor.accept('=');
  return { kind: 'rename-table', to: cursor.table('new-name') };
}

function converted(cursor: TokenCursor): AlterAction {
  if (!acceptCharset(cursor)) throw cursor.unexpected('CHARACTER SET');
  const charset = charsetName(cursor);
  const collation = cursor.accept('COLLATE') ? collationName(cursor) : undefined;
  return { kind: 'convert-charset', charset: charset === 'default' ? undefined : charset, collation };
}

const PLAIN = [
  ['FORCE'],
  ['ENABLE', 'KEYS'],
  ['DISABLE', 'KEYS'],
  ['DISCARD', 'TABLESPACE'],
  ['IMPORT', 'TABLESPACE'],
  ['WITH', 'VALIDATION'],
  ['WITHOUT', 'VALIDATION'],
  ['SECONDARY_LOAD'],
  ['SECONDARY_UNLOAD'],
] as const;

function withoutStructure(cursor: TokenCursor): AlterAction | undefined {
  const plain = PLAIN.find((words) => cursor.accept(...words));
  if (plain) return { kind: 'no-structure', words: plain.join(' ') };
  for (const word of ['ALGORITHM', 'LOCK']) {
    if (!cursor.accept(word)) continue;
    cursor.accept('=');
    cursor.next();
    return { kind: 'no-structure', words: word };
  }
  if (!cursor.accept('ORDER', 'BY')) return undefined;
  do {
    cursor.name('a column name');
    if (!cursor.accept('ASC')) cursor.accept('DESC');
  } while (orderGoesOn(cursor));
  return { kind: 'no-structure', words: 'ORDER BY' };
}

/** A comma behind ORDER BY may begin the next column or the next action. */
function orderGoesOn(cursor: TokenCursor): boolean {
  if (!cursor.is(',')) return false;
  const behind = cursor.peek(2);
  const isColumn = behind.kind === 'end' || behind.text === ',' || behind.upper === 'ASC' || behind.upper === 'DESC';
  return isColumn && cursor.accept(',');
}
