import type { ColumnTypeText } from './ddl.ts';
import { parseType } from './parse-type.ts';
import { TokenCursor } from './token-cursor.ts';
import { tokenize } from './tokens.ts';

/**
 * A column's type in the one form that both servers and all versions share: `int unsigned`, `varchar(64)`, `decimal(10,2)`, `enum('a','it''s')`,
 * without display widths. `charset` is undefined where the type has none.
 */
export type ColumnType = {
  readonly type: string;
  readonly charset: string | undefined;
  /** Only when it was said. */
  readonly collation: string | undefined;
  /** SERIAL says more than a type. */
  readonly isSerial: boolean;
};

const INTEGERS: Readonly<Record<string, string>> = {
  bool: 'tinyint',
  boolean: 'tinyint',
  tinyint: 'tinyint',
  int1: 'tinyint',
  smallint: 'smallint',
  int2: 'smallint',
  mediumint: 'mediumint',
  int3: 'mediumint',
  middleint: 'mediumint',
  int: 'int',
  integer: 'int',
  int4: 'int',
  bigint: 'bigint',
  int8: 'bigint',
};
const DECIMALS = new Set(['decimal', 'dec', 'numeric', 'fixed', 'number']);
const DOUBLES = new Set(['double', 'double precision', 'real', 'float8']);
const CHARS = new Set(['char', 'character', 'nchar', 'national char', 'national character']);
const VARCHARS =
  /^(?:national |n)?(?:varchar|varchar2|varcharacter|char varying|character varying|char varchar|char varcharacter)$/;
const LONGS: Readonly<Record<string, string>> = {
  long: 'mediumtext',
  'long varchar': 'mediumtext',
  'long varcharacter': 'mediumtext',
  'long char varying': 'mediumtext',
  'long character varying': 'mediumtext',
  'long varbinary': 'mediumblob',
  'long binary': 'mediumblob',
};
const TEXTS = ['tinytext', 'text', 'mediumtext', 'longtext'];
const BLOBS = ['tinyblob', 'blob', 'mediumblob', 'longblob'];
const LARGEST = [2 ** 8, 2 ** 16, 2 ** 24, 2 ** 32];
const FRACTIONS = new Set(['time', 'datetime', 'timestamp']);

/** The canonical type of what a definition says, in a table whose default character set is `tableCharset`. */
export function columnType(text: ColumnTypeText, tableCharset: string): ColumnType {
  const { words, args } = text;
  const plain = (type: string): ColumnType => ({ type, charset: undefined, collation: undefined, isSerial: false });
  const number = (type: string): ColumnType =>
    plain(`${type}${text.unsigned || text.zerofill ? ' unsigned' : ''}${text.zerofill ? ' zerofill' : ''}`);
  if (words === 'serial') return { ...plain('bigint unsigned'), isSerial: true };
  if (INTEGERS[words] !== undefined) return number(INTEGERS[words]);
  if (DECIMALS.has(words)) return number(`decimal(${args[0] ?? 10},${args[1] ?? 0})`);
  if (words === 'float' || words === 'float4') return number(floatType(args));
  if (DOUBLES.has(words)) return number(args.length === 2 ? `double(${args.join(',')})` : 'double');
  if (words === 'bit') return plain(`bit(${args[0] ?? 1})`);
  if (words === 'year') return plain('year');
  if (words === 'vector') return plain(`vector(${args[0] ?? 2048})`);
  if (FRACTIONS.has(words)) return plain(Number(args[0] ?? 0) > 0 ? `${words}(${args[0]})` : words);
  if (words === 'binary' || words === 'char byte') return plain(`binary(${args[0] ?? 1})`);
  if (words === 'varbinary') return plain(`varbinary(${args[0]})`);
  if (words === 'raw') return plain(`varbinary(${args[0]})`);
  if (words === 'geomcollection') return plain('geometrycollection');
  return textType(text, tableCharset) ?? plain(args.length === 0 ? words : `${words}(${args.join(',')})`);
}

function floatType(args: readonly string[]): string {
  if (args.length === 2) return `float(${args.join(',')})`;
  return Number(args[0] ?? 0) > 24 ? 'double' : 'float';
}

function textType(text: ColumnTypeText, tableCharset: string): ColumnType | undefined {
  const shape = textShape(text.words);
  if (shape === undefined) return undefined;
  const national = /^n(?:ational|char|varchar)/.test(text.words) ? 'utf8mb3' : undefined;
  const said = text.charset ?? national ?? charsetOfCollation(text.collation);
  const charset = text.byte ? 'binary' : canonicalCharset(said ?? tableCharset);
  const isBytes = charset === 'binary' || BLOBS.includes(shape);
  const collation = text.binary && !isBytes ? `${charset}_bin` : text.collation;
  const result = (type: string): ColumnType =>
    isBytes
      ? { type, charset: undefined, collation: undefined, isSerial: false }
      : { type, charset, collation, isSerial: false };
  const length = text.args[0];
  if (shape === 'char') return result(`${isBytes ? 'binary' : 'char'}(${length ?? 1})`);
  if (shape === 'varchar') return result(`${isBytes ? 'varbinary' : 'varchar'}(${length ?? 1})`);
  if (shape === 'enum' || shape === 'set') return result(`${shape}(${text.args.map(quoteMember).join(',')})`);
  return result(largeType(shape, length, charset, isBytes));
}

function textShape(words: string): string | undefined {
  if (CHARS.has(words)) return 'char';
  if (VARCHARS.test(words)) return 'varchar';
  if (words === 'enum' || words === 'set') return words;
  if (words === 'clob') return 'longtext';
  return LONGS[words] ?? (TEXTS.includes(words) || BLOBS.includes(words) ? words : undefined);
}

/** TEXT(n) and BLOB(n) are the smallest that hold n characters. */
function largeType(shape: string, length: string | undefined, charset: string, isBytes: boolean): string {
  const index = Math.max(TEXTS.indexOf(shape), BLOBS.indexOf(shape));
  const list = isBytes || BLOBS.includes(shape) ? BLOBS : TEXTS;
  if (length === undefined) return list[index] as string;
  const bytes = Number(length) * (list === BLOBS ? 1 : bytesPerCharacter(charset));
  return list[LARGEST.findIndex((limit) => bytes < limit)] ?? 'longtext';
}

const WIDTHS: Readonly<Record<string, number>> = {
  utf8mb4: 4,
  utf8mb3: 3,
  utf16: 4,
  utf16le: 4,
  utf32: 4,
  ucs2: 2,
  gb18030: 4,
  gbk: 2,
  gb2312: 2,
  big5: 2,
  sjis: 2,
  cp932: 2,
  euckr: 2,
  ujis: 3,
  eucjpms: 3,
};

export function bytesPerCharacter(charset: string): number {
  return WIDTHS[charset] ?? 1;
}

export function canonicalCharset(charset: string): string {
  return charset === 'utf8' ? 'utf8mb3' : charset;
}

/** The character set that a collation's name begins with. */
export function charsetOfCollation(collation: string | undefined): string | undefined {
  if (collation === undefined) return undefined;
  const first = collation.split('_')[0] ?? '';
  // NOTE MariaDB's uca1400 collations may be named without a character set.
  return first === 'uca1400' ? undefined : canonicalCharset(first);
}

function quoteMember(member: string): string {
  return `'${member.replace(/ +$/, '').replaceAll("'", "''")}'`;
}

/** The members of a canonical ENUM or SET type, in order. */
export function membersOf(type: string): string[] {
  return [...type.matchAll(/'((?:[^']|'')*)'/g)].map(([, member = '']) => member.replaceAll("''", "'"));
}

/** The canonical form of information_schema's COLUMN_TYPE. */
export function canonicalType(columnTypeText: string): string {
  const cursor = new TokenCursor(columnTypeText, tokenize(columnTypeText));
  return columnType(parseType(cursor), 'utf8mb4').type;
}
