import type { Connection } from '../../shared/mysql/connection.ts';
import { ReplicationError } from '../../shared/runtime/errors.ts';
import { type DeclaredType, type TableMap, Type } from './column.ts';

/** Types that MariaDB logs as BINARY; only its information_schema tells them apart. */
const DECLARED = new Set<string>(['uuid', 'inet4', 'inet6'] satisfies DeclaredType[]);
const OLD_TEMPORAL = new Set<number>([Type.TIMESTAMP, Type.DATETIME, Type.TIME]);
const SEQUENCE_COLUMNS =
  'next_not_cached_value,minimum_value,maximum_value,start_value,increment,cache_size,cycle_option,cycle_count';

/** Whether the rows are the state of a sequence of MariaDB: not data, its values are in the rows that took them. */
export function isSequence({ columns, key }: TableMap): boolean {
  return key.length === 0 && columns.map(({ name }) => name).join(',') === SEQUENCE_COLUMNS;
}

/**
 * The table map of a MariaDB server with what its log leaves out, as the server declares it now.
 * Errors: SOURCE_TYPE_UNSUPPORTED for a system-versioned table and for fractions of seconds in the format of MariaDB 5.3.
 */
export async function withDeclaredTypes(connection: Connection, map: TableMap): Promise<TableMap> {
  const [result] = await connection.query(
    `SELECT t.TABLE_TYPE AS tableType, c.COLUMN_NAME AS name, c.DATA_TYPE AS type, c.DATETIME_PRECISION AS digits
       FROM information_schema.TABLES t JOIN information_schema.COLUMNS c USING (TABLE_SCHEMA, TABLE_NAME)
      WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ?`,
    [map.schema, map.table],
  );
  const rows = result as { tableType: string; name: string; type: string; digits: string | null }[];
  const name = `${map.schema}.${map.table}`;
  if (rows[0]?.tableType === 'SYSTEM VERSIONED') {
    throw refused(`${name} is system-versioned: the rows of its history would arrive as rows of the table`);
  }
  const known = new Map(rows.map((row) => [row.name, row]));
  return {
    ...map,
    columns: map.columns.map((column) => {
      const found = known.get(column.name);
      if (OLD_TEMPORAL.has(column.type) && Number(found?.digits ?? 0) > 0) {
        throw refused(
          `column ${column.name} of ${name} holds fractions of seconds in the format of MariaDB 5.3, whose size the log does not tell; ALTER TABLE ${name} FORCE renews it`,
        );
      }
      if (column.type !== Type.STRING || column.charset !== 'binary' || !DECLARED.has(found?.type ?? '')) return column;
      return { ...column, declared: found?.type as DeclaredType };
    }),
  };
}

function refused(why: string): ReplicationError {
  return new ReplicationError(
    'SOURCE_TYPE_UNSUPPORTED',
    why,
    'leave the table out of every mapping of this source, or change it',
  );
}
