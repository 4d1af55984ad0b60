import type { ColumnTypeText } from './ddl.ts';
import type { TokenCursor } from './token-cursor.ts';

const CHARACTER = new Set(['CHAR', 'CHARACTER', 'VARCHAR', 'VARCHARACTER', 'BINARY', 'VARBINARY']);
const LONG_OF = new Set(['CHAR', 'CHARACTER', 'VARCHAR', 'VARCHARACTER', 'BINARY', 'VARBINARY']);

/** A column's type with the words that belong to it, wherever the grammar lets them stand behind it. */
export function parseType(cursor: TokenCursor): ColumnTypeText {
  const { start } = cursor;
  const words = typeWords(cursor);
  cursor.mark('type', start, words);
  const args = cursor.is('(') ? cursor.list(() => argument(cursor)) : [];
  const type = {
    words,
    args,
    unsigned: false,
    zerofill: false,
    charset: undefined as string | undefined,
    collation: undefined as string | undefined,
    byte: false,
    binary: false,
  };
  for (;;) {
    if (cursor.accept('UNSIGNED')) type.unsigned = true;
    else if (cursor.accept('ZEROFILL')) type.zerofill = true;
    else if (cursor.accept('BYTE')) type.byte = true;
    else if (cursor.accept('BINARY')) type.binary = true;
    else if (cursor.accept('ASCII')) type.charset = 'latin1';
    else if (cursor.accept('UNICODE')) type.charset = 'ucs2';
    else if (acceptCharset(cursor)) type.charset = charsetName(cursor);
    else if (cursor.accept('COLLATE')) type.collation = collationName(cursor);
    else if (!cursor.accept('SIGNED')) break;
  }
  return { ...type, range: cursor.since(start) };
}

/** `CHARACTER SET`, `CHAR SET`, `CHARSET` with the equals sign of options. */
export function acceptCharset(cursor: TokenCursor): boolean {
  const found = cursor.accept('CHARACTER', 'SET') || cursor.accept('CHAR', 'SET') || cursor.accept('CHARSET');
  if (found) cursor.accept('=');
  return found;
}

export function charsetName(cursor: TokenCursor): string {
  const { start } = cursor;
  const name = cursor.nameOrString('a character set').toLowerCase();
  cursor.mark('charset', start, name);
  return name;
}

/** Behind COLLATE. */
export function collationName(cursor: TokenCursor): string {
  cursor.accept('=');
  const { start } = cursor;
  const name = cursor.nameOrString('a collation').toLowerCase();
  cursor.mark('collation', start, name);
  return name;
}

function argument(cursor: TokenCursor): string {
  const token = cursor.peek();
  if (token.kind === 'string') return cursor.string('a member');
  if (token.kind !== 'number' && token.kind !== 'word') throw cursor.unexpected('a length or member');
  const prefix = cursor.next();
  // NOTE a member may be written with an introducer (_utf8mb4'x', N'x') or as hexadecimal (x'61').
  if (prefix.kind === 'word' && cursor.peek().kind === 'string')
    return prefixed(prefix.upper, cursor.string('a member'));
  if (prefix.kind === 'number' && /^0x/i.test(prefix.text)) return prefixed('X', prefix.text.slice(2));
  return prefix.value;
}

function prefixed(prefix: string, text: string): string {
  return prefix === 'X' ? Buffer.from(text, 'hex').toString('utf8') : text;
}

function typeWords(cursor: TokenCursor): string {
  const first = cursor.peek();
  if (first.kind !== 'word') throw cursor.unexpected('a type');
  const words = [cursor.next().upper];
  const take = (...more: string[]): boolean => cursor.accept(...more) && words.push(...more) > 0;
  switch (words[0]) {
    case 'NATIONAL': {
      const word = cursor.acceptOne(CHARACTER);
      if (word === undefined) throw cursor.unexpected('CHAR or VARCHAR');
      words.push(word);
      take('VARYING');
      break;
    }
    case 'NCHAR':
      if (!take('VARCHAR') && !take('VARCHARACTER')) take('VARYING');
      break;
    case 'CHAR':
    case 'CHARACTER':
      take('VARYING');
      break;
    case 'LONG': {
      // NOTE `LONG CHARACTER SET x` is the type LONG with a character set.
      const word = cursor.is('CHARACTER', 'SET') || cursor.is('CHAR', 'SET') ? undefined : cursor.acceptOne(LONG_OF);
      if (word !== undefined) words.push(word);
      take('VARYING');
      break;
    }
    case 'DOUBLE':
      take('PRECISION');
      break;
  }
  return words.join(' ').toLowerCase();
}
