import type { TableName } from '../../shared/model/table-pattern.ts';
import type { Connection, RowDataPacket } from '../../shared/mysql/connection.ts';

/** A table of the target as information_schema tells it. */
export type TargetTable = TableName & {
  /** `schema`.`table`, quoted. */
  readonly quoted: string;
  readonly columns: ReadonlyMap<string, TargetColumn>;
  /** Column names in key order; empty without a primary key. */
  readonly primaryKey: readonly string[];
  readonly hasOtherUniqueKey: boolean;
  /** It refers to another table or is referred to. */
  readonly hasForeignKey: boolean;
  readonly hasTrigger: boolean;
};

export type TargetColumn = { readonly name: string; readonly type: string; readonly isGenerated: boolean };

export function quoteName(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}

/** Describes a table, undefined when it does not exist (or is a view). Errors: the driver's. */
export async function readTargetTable(connection: Connection, name: TableName): Promise<TargetTable | undefined> {
  const columns = await select(
    connection,
    `SELECT c.COLUMN_NAME AS name, c.DATA_TYPE AS type, c.EXTRA AS extra
       FROM information_schema.COLUMNS c JOIN information_schema.TABLES t USING (TABLE_SCHEMA, TABLE_NAME)
      WHERE c.TABLE_SCHEMA = ? AND c.TABLE_NAME = ? AND t.TABLE_TYPE = 'BASE TABLE' ORDER BY c.ORDINAL_POSITION`,
    [name.schema, name.table],
  );
  if (columns.length === 0) return undefined;
  const keys = await select(
    connection,
    `SELECT INDEX_NAME AS keyName, COLUMN_NAME AS name FROM information_schema.STATISTICS
      WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ? AND NON_UNIQUE = 0 ORDER BY INDEX_NAME, SEQ_IN_INDEX`,
    [name.schema, name.table],
  );
  return {
    ...name,
    quoted: `${quoteName(name.schema)}.${quoteName(name.table)}`,
    columns: new Map(columns.map((row) => [text(row.name), toColumn(row)])),
    primaryKey: keys.filter((row) => row.keyName === 'PRIMARY').map((row) => text(row.name)),
    hasOtherUniqueKey: keys.some((row) => row.keyName !== 'PRIMARY'),
    hasForeignKey: await hasForeignKey(connection, name),
    hasTrigger: await hasTrigger(connection, name),
  };
}

function toColumn(row: RowDataPacket): TargetColumn {
  // NOTE `DEFAULT_GENERATED` marks an expression as default, which is no generated column.
  const isGenerated = /\b(VIRTUAL|STORED|PERSISTENT)\b/i.test(text(row.extra));
  return { name: text(row.name), type: text(row.type).toLowerCase(), isGenerated };
}

async function hasForeignKey(connection: Connection, { schema, table }: TableName): Promise<boolean> {
  const found = await select(
    connection,
    `SELECT 1 AS found FROM information_schema.KEY_COLUMN_USAGE
      WHERE REFERENCED_TABLE_NAME IS NOT NULL
        AND ((TABLE_SCHEMA = ? AND TABLE_NAME = ?) OR (REFERENCED_TABLE_SCHEMA = ? AND REFERENCED_TABLE_NAME = ?)) LIMIT 1`,
    [schema, table, schema, table],
  );
  return found.length > 0;
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
