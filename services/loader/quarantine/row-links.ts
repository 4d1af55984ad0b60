import type { TableName } from '../../../shared/model/table-pattern.ts';
import type { Connection } from '../../../shared/mysql/connection.ts';
import { readRows } from '../../../shared/mysql/query.ts';

/** A foreign key of the target with its columns, `columns[i]` of the child refers to `parentColumns[i]`. */
export type RowLink = {
  readonly child: TableName;
  readonly parent: TableName;
  readonly columns: readonly string[];
  readonly parentColumns: readonly string[];
};

/** What of a table ties its rows to others, beside what a `TargetTable` says. */
export type RowLinks = {
  readonly foreignKeys: readonly RowLink[];
  /** Columns of which a unique key holds only the first part. */
  readonly cutColumns: ReadonlySet<string>;
};

const FOREIGN_KEYS = `SELECT CONSTRAINT_NAME AS name, TABLE_SCHEMA AS s, TABLE_NAME AS t, COLUMN_NAME AS c,
    REFERENCED_TABLE_SCHEMA AS ps, REFERENCED_TABLE_NAME AS pt, REFERENCED_COLUMN_NAME AS pc
  FROM information_schema.KEY_COLUMN_USAGE
  WHERE (TABLE_SCHEMA = ? AND TABLE_NAME = ? AND REFERENCED_TABLE_NAME IS NOT NULL) OR (REFERENCED_TABLE_SCHEMA = ? AND REFERENCED_TABLE_NAME = ?)
  ORDER BY ORDINAL_POSITION`;
const CUT_COLUMNS =
  'SELECT DISTINCT COLUMN_NAME AS c FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ? AND NON_UNIQUE = 0 AND SUB_PART IS NOT NULL';

/** Errors: the driver's. */
export async function readRowLinks(connection: Connection, { schema, table }: TableName): Promise<RowLinks> {
  const parts = await readRows(connection, FOREIGN_KEYS, [schema, table, schema, table]);
  const keys = Map.groupBy(parts, ({ s, t, name }) => `${s}.${t}.${name}`);
  const cut = await readRows(connection, CUT_COLUMNS, [schema, table]);
  return {
    foreignKeys: [...keys.values()].flatMap((columns) => {
      const [first] = columns;
      if (first === undefined) return [];
      return [
        {
          child: { schema: first.s ?? '', table: first.t ?? '' },
          parent: { schema: first.ps ?? '', table: first.pt ?? '' },
          columns: columns.map(({ c }) => c ?? ''),
          parentColumns: columns.map(({ pc }) => pc ?? ''),
        },
      ];
    }),
    cutColumns: new Set(cut.map(({ c }) => c ?? '')),
  };
}
