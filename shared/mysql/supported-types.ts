/** What the row decoder of the selector does not read yet. Take an entry away when it does; nothing else has to change. */

/** DATA_TYPE of information_schema.COLUMNS. */
export const UNSUPPORTED_TYPES: ReadonlySet<string> = new Set(['inet4', 'inet6', 'uuid', 'xmltype']);

/** CHARACTER_SET_NAME of information_schema.COLUMNS. */
export const SUPPORTED_CHARSETS: ReadonlySet<string> = new Set([
  'utf8mb4',
  'utf8mb3',
  'utf8',
  'ascii',
  'latin1',
  'binary',
]);

/** Why a column cannot be read; undefined when it can. */
export function unsupportedType(column: {
  readonly dataType: string;
  readonly columnType: string;
  readonly charset: string | undefined;
}): string | undefined {
  if (UNSUPPORTED_TYPES.has(column.dataType)) return column.dataType;
  if (/\bcompressed\b/i.test(column.columnType)) return column.columnType;
  if (/5\.5 binary format|mariadb-5\.3/i.test(column.columnType)) return column.columnType;
  if (column.charset !== undefined && !SUPPORTED_CHARSETS.has(column.charset)) {
    return `${column.columnType} with the character set ${column.charset}`;
  }
  return undefined;
}
