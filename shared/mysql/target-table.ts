import type { TableName } from '../model/table-pattern.ts';
import type { Connection, RowDataPacket } from './connection.ts';
import { type ForeignKeyPlace, readForeignKeyPlace } from './foreign-keys.ts';
import { readRows } from './query.ts';
import { COLUMNS_OF, type ColumnFacts, columnFacts } from './table-facts.ts';

/** A table of the target as information_schema tells it. */
export type TargetTable = TableName & {
  /** `schema`.`table`, quoted. */
  readonly quoted: string;
  /** In table order. */
  readonly columns: ReadonlyMap<string, TargetColumn>;
  /** Column names in key order; empty without a primary key. */
  readonly primaryKey: readonly string[];
  readonly uniqueKeys: readonly UniqueKey[];
  /** Undefined when no foreign key begins or ends here. */
  readonly foreignKeys: ForeignKeyPlace | undefined;
  readonly hasTrigger: boolean;
};

export type TargetColumn = ColumnFacts;

/** A unique key beside the primary one. */
export type UniqueKey = {
  readonly columns: readonly string[];
  /** Each row has its own value: whole columns, none of which may be NULL. */
  readonly namesRows: boolean;
};

export function quoteName(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}

/** Describes a table, undefined when it does not exist (or is a view). Errors: the driver's. */
export async function readTargetTable(connection: Connection, name: TableName): Promise<TargetTable | undefined> {
  const place = [name.schema, name.table];
  const columns = new Map(
    (await readRows(connection, COLUMNS_OF, place)).map(columnFacts).map((column) => [column.name, column]),
  );
  if (columns.size === 0) return undefined;
  const keys = await select(
    connection,
    `SELECT INDEX_NAME AS keyName, COLUMN_NAME AS name, SUB_PART AS part FROM information_schema.STATISTICS
      WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ? AND NON_UNIQUE = 0 ORDER BY INDEX_NAME, SEQ_IN_INDEX`,
    place,
  );
  return {
    ...name,
    quoted: `${quoteName(name.schema)}.${quoteName(name.table)}`,
    columns,
    primaryKey: keys.filter((row) => row.keyName === 'PRIMARY').map((row) => text(row.name)),
    uniqueKeys: uniqueKeys(keys, columns),
    foreignKeys: await readForeignKeyPlace(connection, name),
    hasTrigger: await hasTrigger(connection, name),
  };
}

/** A part without a column name is an expression. */
function uniqueKeys(parts: readonly RowDataPacket[], columns: ReadonlyMap<string, TargetColumn>): UniqueKey[] {
  const others = Map.groupBy(
    parts.filter(({ keyName }) => keyName !== 'PRIMARY'),
    ({ keyName }) => text(keyName),
  );
  return [...others.values()].map((key) => ({
    columns: key.map(({ name }) => text(name)),
    namesRows: key.every(({ name, part }) => {
      const column = name === null ? undefined : columns.get(text(name));
      return part === null && column !== undefined && !column.isNullable;
    }),
  }));
}

async function hasTrigger(connection: Connection, { schema, table }: TableName): Promise<boolean> {
  const found = await select(
    connection,
    'SELECT 1 AS found FROM information_schema.TRIGGERS WHERE EVENT_OBJECT_SCHEMA = ? AND EVENT_OBJECT_TABLE = ? LIMIT 1',
    [schema, table],
  );
  return found.length > 0;
}

async function select(connection: Connection, sql: string, values: string[]): Promise<RowDataPacket[]> {
  const [rows] = await connection.query<RowDataPacket[]>(sql, values);
  return rows;
}

function text(value: unknown): string {
  return Buffer.isBuffer(value) ? value.toString('utf8') : String(value);
}
