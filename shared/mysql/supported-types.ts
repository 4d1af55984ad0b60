/** What the row decoder of the selector does not read. */

/** DATA_TYPE of information_schema.COLUMNS. */
export const UNSUPPORTED_TYPES: ReadonlySet<string> = new Set(['xmltype']);

/** Why a column cannot be read; undefined when it can. */
export function unsupportedType(column: {
  readonly dataType: string;
  readonly columnType: string;
}): string | undefined {
  if (UNSUPPORTED_TYPES.has(column.dataType)) return column.dataType;
  if (/\(\d\) \/\* mariadb-5\.3/i.test(column.columnType)) return column.columnType;
  return undefined;
}
