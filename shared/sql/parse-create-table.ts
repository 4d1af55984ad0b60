import type { TableName } from '../model/table-pattern.ts';
import type { AlterItem } from './ddl.ts';
import { tablesOfQuery } from './grammar.ts';
import { parseDefinition } from './parse-definition.ts';
import { parseOption } from './parse-options.ts';
import { parsePartitionBy } from './parse-partition.ts';
import type { TokenCursor } from './token-cursor.ts';
import type { Tokens } from './tokens.ts';

export type CreateTableBody = {
  readonly items: readonly AlterItem[];
  readonly likeOf?: TableName;
  readonly fromQuery: boolean;
};

/** What stands behind the name of CREATE TABLE. */
export function parseCreateTableBody(cursor: TokenCursor, tokens: Tokens): CreateTableBody {
  if (cursor.accept('LIKE')) return like(cursor);
  if (cursor.is('(', 'LIKE')) {
    cursor.expect('(', 'LIKE');
    const body = like(cursor);
    cursor.expect(')');
    return body;
  }
  const items: AlterItem[] = [];
  if (cursor.is('(') && !isQuery(cursor)) items.push(...cursor.list(() => definition(cursor)));
  while (!cursor.atEnd && !isQuery(cursor)) {
    const { start } = cursor;
    if (cursor.accept(',')) continue;
    if (cursor.acceptMarked('start-transaction', 'START', 'TRANSACTION')) continue;
    const action = cursor.is('PARTITION', 'BY') ? parsePartitionBy(cursor) : parseOption(cursor);
    if (action === undefined) throw cursor.unexpected('an option of the table');
    items.push({ ...action, range: cursor.since(start) });
  }
  return { items, fromQuery: query(cursor, tokens) };
}

function like(cursor: TokenCursor): CreateTableBody {
  return { items: [], likeOf: cursor.table('like'), fromQuery: false };
}

function definition(cursor: TokenCursor): AlterItem {
  const { start } = cursor;
  const action = parseDefinition(cursor);
  return { ...action, range: cursor.since(start) };
}

const QUERY_STARTS = ['AS', 'SELECT', 'WITH', 'TABLE', 'VALUES', 'IGNORE', 'REPLACE'];

function isQuery(cursor: TokenCursor): boolean {
  let ahead = 0;
  while (cursor.peek(ahead).text === '(') ahead++;
  const { upper } = cursor.peek(ahead);
  if (ahead > 0)
    return upper === 'SELECT' || upper === 'WITH' || (upper === 'VALUES' && cursor.peek(ahead + 1).upper === 'ROW');
  return QUERY_STARTS.includes(upper) && !cursor.is('WITH', 'SYSTEM');
}

/** The query at the end of CREATE TABLE; its tables are noted. */
function query(cursor: TokenCursor, tokens: Tokens): boolean {
  if (cursor.atEnd) return false;
  if (!cursor.accept('IGNORE')) cursor.accept('REPLACE');
  cursor.accept('AS');
  const { start } = cursor;
  while (!cursor.atEnd) cursor.next();
  const { end } = cursor.since(start);
  for (const range of tablesOfQuery(cursor.sql, { start, end }, tokens)) cursor.mention(range, 'reads');
  return true;
}
