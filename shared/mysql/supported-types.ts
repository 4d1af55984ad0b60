/** What the row decoder of the selector does not read yet. Take an entry away when it does; nothing else has to change. */

/** DATA_TYPE of information_schema.COLUMNS. */
export const UNSUPPORTED_TYPES: ReadonlySet<string> = new Set(['inet4', 'inet6', 'uuid', 'xmltype']);

/** Why a column cannot be read; undefined when it can. */
export function unsupportedType(column: {
  readonly dataType: string;
  readonly columnType: string;
}): string | undefined {
  if (UNSUPPORTED_TYPES.has(column.dataType)) return column.dataType;
  if (/\bcompressed\b/i.test(column.columnType)) return column.columnType;
  if (/5\.5 binary format|mariadb-5\.3/i.test(column.columnType)) return column.columnType;
  return undefined;
}
