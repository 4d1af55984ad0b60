import type { AlterAction } from './ddl.ts';
import { acceptCharset, charsetName, collationName } from './parse-type.ts';
import type { TokenCursor } from './token-cursor.ts';

/** Options whose equals sign may be left out; one word of value. Others need `name = value`. */
const BARE = new Set([
  'ENGINE',
  'TYPE',
  'AUTO_INCREMENT',
  'AVG_ROW_LENGTH',
  'AUTOEXTEND_SIZE',
  'CHECKSUM',
  'TABLE_CHECKSUM',
  'COMMENT',
  'COMPRESSION',
  'CONNECTION',
  'DELAY_KEY_WRITE',
  'ENCRYPTION',
  'ENGINE_ATTRIBUTE',
  'INSERT_METHOD',
  'KEY_BLOCK_SIZE',
  'MAX_ROWS',
  'MIN_ROWS',
  'PACK_KEYS',
  'PAGE_CHECKSUM',
  'PASSWORD',
  'ROW_FORMAT',
  'SECONDARY_ENGINE',
  'SECONDARY_ENGINE_ATTRIBUTE',
  'SEQUENCE',
  'STATS_AUTO_RECALC',
  'STATS_PERSISTENT',
  'STATS_SAMPLE_PAGES',
  'STORAGE',
  'TABLESPACE',
  'TRANSACTIONAL',
  'READ',
]);

/** One option of a table or database; undefined when something else comes next. */
export function parseOption(cursor: TokenCursor): AlterAction | undefined {
  const isDefault =
    cursor.is('DEFAULT', 'CHARACTER') ||
    cursor.is('DEFAULT', 'CHAR') ||
    cursor.is('DEFAULT', 'CHARSET') ||
    cursor.is('DEFAULT', 'COLLATE') ||
    cursor.is('DEFAULT', 'ENCRYPTION');
  if (isDefault) cursor.next();
  if (acceptCharset(cursor)) return { kind: 'option', name: 'CHARACTER SET', value: charsetName(cursor) };
  if (cursor.accept('COLLATE')) {
    return { kind: 'option', name: 'COLLATE', value: collationName(cursor) };
  }
  if (cursor.accept('UNION')) {
    cursor.accept('=');
    if (cursor.is('(', ')')) cursor.parentheses();
    else cursor.list(() => cursor.table('reads'));
    return { kind: 'option', name: 'UNION', value: '' };
  }
  if (cursor.acceptMarked('versioning', 'WITH', 'SYSTEM', 'VERSIONING'))
    return { kind: 'versioning', words: 'WITH SYSTEM VERSIONING' };
  if (cursor.is('DATA', 'DIRECTORY') || cursor.is('INDEX', 'DIRECTORY')) {
    const name = `${cursor.next().upper} ${cursor.next().upper}`;
    return { kind: 'option', name, value: value(cursor) };
  }
  return wordOption(cursor);
}

function wordOption(cursor: TokenCursor): AlterAction | undefined {
  if (cursor.accept('READ', 'ONLY')) return { kind: 'option', name: 'READ ONLY', value: value(cursor) };
  const word = cursor.peek();
  if (word.kind !== 'word' && word.kind !== 'quoted') return undefined;
  const hasEquals = cursor.peek(1).kind === 'mark' && cursor.peek(1).text === '=';
  if (ACTION_OPTIONS.has(word.upper)) return undefined;
  if (!hasEquals && !BARE.has(word.upper)) return undefined;
  cursor.next();
  const name = word.upper || word.value;
  const found = value(cursor);
  cursor.mark('option', word.start, name);
  return { kind: 'option', name, value: found };
}

/** They look like options and steer how an ALTER is carried out. */
const ACTION_OPTIONS = new Set(['ALGORITHM', 'LOCK']);

function value(cursor: TokenCursor): string {
  cursor.accept('=');
  const token = cursor.peek();
  if (token.kind === 'string') return cursor.string('a value');
  if (token.kind === 'mark' || token.kind === 'end') throw cursor.unexpected('a value');
  return cursor.next().value;
}
