import { classifyStatement, type DdlKind, statementStart } from './classify.ts';
import type { AlterItem, Ddl, Rename } from './ddl.ts';
import { unreadable } from './ddl-errors.ts';
import { parseAlterItems } from './parse-alter.ts';
import { type CreateTableBody, parseCreateTableBody } from './parse-create-table.ts';
import { parseIndex } from './parse-key.ts';
import { parseOption } from './parse-options.ts';
import { TokenCursor } from './token-cursor.ts';
import { type SqlDialect, tokenize } from './tokens.ts';

type Draft = { -readonly [K in keyof Ddl]: Ddl[K] };

/**
 * Reads a statement that `classifyStatement` calls DDL, as a server with this dialect wrote it to its log; names without a schema are of `defaultSchema`.
 * Everything in the text is understood or refused. Errors: DDL_UNREADABLE.
 */
export function parseDdl(sql: string, defaultSchema: string, dialect: SqlDialect = {}): Ddl {
  const { kind, words } = classifyStatement(sql, dialect);
  if (kind === 'other') throw unreadable(sql, 0, `a statement that changes structure, which ${words} is not,`);
  const tokens = tokenize(sql, dialect);
  if (tokens.unclosed) throw unreadable(sql, tokens.unclosed.start, 'a closed quote or comment');
  const first = statementStart(tokens.list);
  const cursor = new TokenCursor(sql, tokens, { first, defaultSchema, dialect });
  const draft: Draft = {
    kind,
    sql,
    dialect,
    defaultSchema,
    tables: cursor.tables,
    renames: [],
    ifExists: false,
    ifNotExists: false,
    orReplace: false,
    fromQuery: false,
    items: [],
    marks: cursor.marks,
  };
  const body = (): CreateTableBody => parseCreateTableBody(cursor, tokens);
  READERS[kind](cursor, draft, body);
  while (cursor.accept(';'));
  if (!cursor.atEnd) throw cursor.unexpected('the end of the statement');
  draft.tables = cursor.tables.toSorted((a, b) => a.range.start - b.range.start);
  return draft;
}

type Reader = (cursor: TokenCursor, draft: Draft, body: () => CreateTableBody) => void;

const READERS: Readonly<Record<DdlKind, Reader>> = {
  'create-table': (cursor, draft, body) => {
    cursor.expect('CREATE');
    draft.orReplace = cursor.acceptMarked('or-replace', 'OR', 'REPLACE');
    cursor.expect('TABLE');
    draft.ifNotExists = cursor.accept('IF', 'NOT', 'EXISTS');
    cursor.table('subject');
    Object.assign(draft, body());
  },
  'alter-table': (cursor, draft) => {
    cursor.expect('ALTER');
    while (acceptOnline(cursor) || cursor.acceptMarked('alter-ignore', 'IGNORE'));
    cursor.expect('TABLE');
    draft.ifExists = cursor.acceptMarked('guard', 'IF', 'EXISTS');
    const from = cursor.table('subject');
    acceptWait(cursor);
    draft.items = parseAlterItems(cursor);
    draft.renames = draft.items.flatMap((item) => (item.kind === 'rename-table' ? [{ from, to: item.to }] : []));
  },
  'drop-table': (cursor, draft) => {
    cursor.expect('DROP');
    if (!cursor.accept('TABLE')) cursor.expect('TABLES');
    draft.ifExists = cursor.accept('IF', 'EXISTS');
    do cursor.table('subject');
    while (cursor.accept(','));
    acceptWait(cursor);
    if (!cursor.accept('CASCADE')) cursor.accept('RESTRICT');
  },
  'truncate-table': (cursor) => {
    cursor.expect('TRUNCATE');
    cursor.accept('TABLE');
    cursor.table('subject');
    acceptWait(cursor);
  },
  'rename-table': (cursor, draft) => {
    cursor.expect('RENAME');
    if (!cursor.accept('TABLE')) cursor.expect('TABLES');
    draft.ifExists = cursor.acceptMarked('guard', 'IF', 'EXISTS');
    const renames: Rename[] = [];
    do {
      const from = cursor.table('subject');
      acceptWait(cursor);
      cursor.expect('TO');
      renames.push({ from, to: cursor.table('new-name') });
    } while (cursor.accept(','));
    draft.renames = renames;
  },
  'create-index': (cursor, draft) => {
    cursor.expect('CREATE');
    draft.orReplace = cursor.acceptMarked('or-replace', 'OR', 'REPLACE');
    acceptOnline(cursor);
    const kind = (cursor.acceptOne(INDEX_KINDS)?.toLowerCase() ?? 'index') as 'index' | 'unique';
    cursor.expect('INDEX');
    draft.ifNotExists = cursor.acceptMarked('guard', 'IF', 'NOT', 'EXISTS');
    const { start } = cursor;
    const name = cursor.name('an index name');
    if (cursor.accept('USING') || cursor.accept('TYPE')) cursor.name('an index type');
    cursor.expect('ON');
    cursor.table('subject');
    acceptWait(cursor);
    const index = { ...parseIndex(cursor, kind), name };
    actionOptions(cursor);
    draft.items = [{ kind: 'add-index', index, ifNotExists: draft.ifNotExists, range: cursor.since(start) }];
  },
  'drop-index': (cursor, draft) => {
    cursor.expect('DROP');
    acceptOnline(cursor);
    cursor.expect('INDEX');
    draft.ifExists = cursor.acceptMarked('guard', 'IF', 'EXISTS');
    const { start } = cursor;
    const name = cursor.name('an index name');
    cursor.expect('ON');
    cursor.table('subject');
    acceptWait(cursor);
    actionOptions(cursor);
    draft.items = [{ kind: 'drop-index', name, ifExists: draft.ifExists, range: cursor.since(start) }];
  },
  'create-database': (cursor, draft) => {
    cursor.expect('CREATE');
    draft.orReplace = cursor.acceptMarked('or-replace', 'OR', 'REPLACE');
    expectDatabase(cursor);
    draft.ifNotExists = cursor.accept('IF', 'NOT', 'EXISTS');
    databaseName(cursor, draft);
    draft.items = options(cursor);
  },
  'alter-database': (cursor, draft) => {
    cursor.expect('ALTER');
    expectDatabase(cursor);
    const isNamed = !DATABASE_OPTIONS.some((words) => cursor.is(...words));
    if (isNamed) databaseName(cursor, draft);
    else draft.database = draft.defaultSchema;
    draft.items = options(cursor);
  },
  'drop-database': (cursor, draft) => {
    cursor.expect('DROP');
    expectDatabase(cursor);
    draft.ifExists = cursor.accept('IF', 'EXISTS');
    databaseName(cursor, draft);
  },
};

const INDEX_KINDS = new Set(['UNIQUE', 'FULLTEXT', 'SPATIAL', 'VECTOR']);
const DATABASE_OPTIONS = [
  ['DEFAULT'],
  ['CHARACTER', 'SET'],
  ['CHARSET'],
  ['CHAR', 'SET'],
  ['COLLATE'],
  ['ENCRYPTION'],
  ['READ', 'ONLY'],
  ['COMMENT'],
] as const;

function acceptWait(cursor: TokenCursor): void {
  const { start } = cursor;
  if (cursor.acceptMarked('manner', 'NOWAIT') || !cursor.accept('WAIT')) return;
  cursor.next();
  cursor.mark('manner', start);
}

function acceptOnline(cursor: TokenCursor): boolean {
  return cursor.acceptMarked('manner', 'ONLINE') || cursor.acceptMarked('manner', 'OFFLINE');
}

function expectDatabase(cursor: TokenCursor): void {
  if (!cursor.accept('DATABASE')) cursor.expect('SCHEMA');
}

function databaseName(cursor: TokenCursor, draft: Draft): void {
  const { start } = cursor;
  draft.database = cursor.name('a database name');
  draft.databaseRange = cursor.since(start);
}

function options(cursor: TokenCursor): AlterItem[] {
  const items: AlterItem[] = [];
  while (!cursor.atEnd) {
    const { start } = cursor;
    const action = parseOption(cursor);
    if (action === undefined) throw cursor.unexpected('an option of the database');
    items.push({ ...action, range: cursor.since(start) });
  }
  return items;
}

/** ALGORITHM and LOCK behind CREATE and DROP INDEX. */
function actionOptions(cursor: TokenCursor): void {
  for (;;) {
    const { start } = cursor;
    if (!cursor.accept('ALGORITHM') && !cursor.accept('LOCK')) return;
    cursor.accept('=');
    cursor.name('a word');
    cursor.mark('manner', start);
  }
}
