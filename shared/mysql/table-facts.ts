import type { TableName } from '../model/table-pattern.ts';
import type { Connection } from './connection.ts';
import { readRows, type TextRow } from './query.ts';

export type ColumnFacts = {
  readonly name: string;
  /** `varchar` */
  readonly dataType: string;
  /** `varchar(64)` */
  readonly columnType: string;
  readonly charset: string | undefined;
  readonly collation?: string | undefined;
  readonly isNullable: boolean;
  readonly isGenerated: boolean;
  /** It gets a value when a row is inserted without it. */
  readonly hasDefault: boolean;
  /** Of texts, in characters; of bytes, in bytes. */
  readonly length: number | undefined;
  readonly precision: number | undefined;
  readonly scale: number | undefined;
  /** Digits after the second. */
  readonly fraction: number | undefined;
};

/** `versioned`: system-versioned (MariaDB). */
export type TableKind = 'table' | 'versioned' | 'sequence' | 'view';
export type NamedTable = TableName & { readonly kind: TableKind };

export type TableFacts = NamedTable & {
  readonly engine: string;
  /** In table order. */
  readonly columns: readonly ColumnFacts[];
  /** In key order; empty without one. */
  readonly primaryKey: readonly string[];
  readonly triggers: readonly string[];
  /** Of these, the ones that do not test `@lutra_apply`. */
  readonly blindTriggers: readonly string[];
  /** Foreign keys of the table that change its rows when their parents change, as `DELETE CASCADE, UPDATE NO ACTION`. */
  readonly cascades: readonly string[];
};

/** Every schema that the user can see. */
export async function readSchemas(connection: Connection): Promise<string[]> {
  const rows = await readRows(connection, 'SELECT SCHEMA_NAME AS name FROM information_schema.SCHEMATA');
  return rows.map((row) => row.name ?? '');
}

/** Every table, sequence and view that the user can see, without its columns. */
export async function readTableNames(connection: Connection): Promise<NamedTable[]> {
  const rows = await readRows(
    connection,
    'SELECT TABLE_SCHEMA AS s, TABLE_NAME AS t, TABLE_TYPE AS type FROM information_schema.TABLES',
  );
  return rows.map((row) => ({
    schema: row.s ?? '',
    table: row.t ?? '',
    kind: kindOf(row.type),
  }));
}

/** Whether rows are stored in it. */
export function holdsRows({ kind }: NamedTable): boolean {
  return kind === 'table' || kind === 'versioned';
}

function kindOf(type: string | null | undefined): TableKind {
  switch (type) {
    case 'BASE TABLE':
      return 'table';
    case 'SYSTEM VERSIONED':
      return 'versioned';
    case 'SEQUENCE':
      return 'sequence';
    default:
      return 'view';
  }
}

/** The tables of these names that exist and that the user can see, in no order. Three questions, however many tables. */
export async function readTables(connection: Connection, names: readonly TableName[]): Promise<TableFacts[]> {
  if (names.length === 0) return [];
  const wanted = new Set(names.map(keyOf));
  const schemas = [...new Set(names.map(({ schema }) => schema))];
  const read = async (sql: string): Promise<Map<string, TextRow[]>> =>
    Map.groupBy(await readRows(connection, sql, [schemas]), (row) =>
      keyOf({ schema: row.s ?? '', table: row.t ?? '' }),
    );
  const tables = await read(TABLES);
  const columns = await read(COLUMNS);
  const keys = await read(PRIMARY_KEYS);
  const triggers = await read(TRIGGERS);
  const cascades = await read(CASCADES);
  return [...tables].flatMap(([key, [row]]) => {
    if (!wanted.has(key) || row === undefined) return [];
    return [
      {
        schema: row.s ?? '',
        table: row.t ?? '',
        kind: kindOf(row.type),
        engine: row.engine ?? '',
        columns: (columns.get(key) ?? []).map(columnFacts),
        primaryKey: (keys.get(key) ?? []).map((each) => each.name ?? ''),
        triggers: (triggers.get(key) ?? []).map((each) => each.name ?? ''),
        blindTriggers: (triggers.get(key) ?? []).filter(({ body }) => !testsApply(body)).map((each) => each.name ?? ''),
        cascades: (cascades.get(key) ?? [])
          .map((each) => `DELETE ${each.onDelete}, UPDATE ${each.onUpdate}`)
          .toSorted(),
      },
    ];
  });
}

export function keyOf({ schema, table }: TableName): string {
  return JSON.stringify([schema, table]);
}

const TABLES =
  'SELECT TABLE_SCHEMA AS s, TABLE_NAME AS t, TABLE_TYPE AS type, ENGINE AS engine FROM information_schema.TABLES WHERE TABLE_SCHEMA IN (?)';
const CASCADES = `SELECT CONSTRAINT_SCHEMA AS s, TABLE_NAME AS t, DELETE_RULE AS onDelete, UPDATE_RULE AS onUpdate
  FROM information_schema.REFERENTIAL_CONSTRAINTS WHERE CONSTRAINT_SCHEMA IN (?)
    AND (DELETE_RULE NOT IN ('RESTRICT', 'NO ACTION') OR UPDATE_RULE NOT IN ('RESTRICT', 'NO ACTION'))`;
const COLUMN_PARTS = `c.COLUMN_NAME AS name, c.DATA_TYPE AS dataType, c.COLUMN_TYPE AS columnType, c.CHARACTER_SET_NAME AS charset,
    c.COLLATION_NAME AS collation, c.IS_NULLABLE AS nullable, c.COLUMN_DEFAULT AS def, c.EXTRA AS extra, c.CHARACTER_MAXIMUM_LENGTH AS length,
    c.NUMERIC_PRECISION AS prec, c.NUMERIC_SCALE AS scale, c.DATETIME_PRECISION AS fraction`;
const COLUMNS = `SELECT TABLE_SCHEMA AS s, TABLE_NAME AS t, ${COLUMN_PARTS}
  FROM information_schema.COLUMNS c WHERE TABLE_SCHEMA IN (?) ORDER BY TABLE_SCHEMA, TABLE_NAME, ORDINAL_POSITION`;
/** Columns of one base table, by schema and name, for `columnFacts`. */
export const COLUMNS_OF = `SELECT ${COLUMN_PARTS}
  FROM information_schema.COLUMNS c JOIN information_schema.TABLES t USING (TABLE_SCHEMA, TABLE_NAME)
  WHERE c.TABLE_SCHEMA = ? AND c.TABLE_NAME = ? AND t.TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED') ORDER BY c.ORDINAL_POSITION`;
const PRIMARY_KEYS = `SELECT TABLE_SCHEMA AS s, TABLE_NAME AS t, COLUMN_NAME AS name FROM information_schema.STATISTICS
  WHERE TABLE_SCHEMA IN (?) AND INDEX_NAME = 'PRIMARY' ORDER BY TABLE_SCHEMA, TABLE_NAME, SEQ_IN_INDEX`;
const TRIGGERS =
  'SELECT EVENT_OBJECT_SCHEMA AS s, EVENT_OBJECT_TABLE AS t, TRIGGER_NAME AS name, ACTION_STATEMENT AS body FROM information_schema.TRIGGERS WHERE EVENT_OBJECT_SCHEMA IN (?)';

/** One row of the COLUMNS questions. */
export function columnFacts(row: TextRow): ColumnFacts {
  const extra = (row.extra ?? '').toUpperCase();
  const dataType = (row.dataType ?? '').toLowerCase();
  return {
    name: row.name ?? '',
    dataType,
    columnType: row.columnType ?? dataType,
    charset: row.charset ?? undefined,
    collation: row.collation ?? undefined,
    isNullable: row.nullable === 'YES',
    // NOTE DEFAULT_GENERATED marks an expression as default, which is no generated column.
    isGenerated: /\b(VIRTUAL|STORED|PERSISTENT)\b/.test(extra),
    hasDefault: row.def !== null || extra.includes('AUTO_INCREMENT') || extra.includes('DEFAULT_GENERATED'),
    length: numberOf(row.length),
    precision: numberOf(row.prec),
    scale: numberOf(row.scale),
    fraction: numberOf(row.fraction),
  };
}

/** Whether a trigger's body reads the variable that the loader's sessions set; comments do not count. */
export function testsApply(body: string | null | undefined): boolean {
  const code = (body ?? '').replace(/\/\*[\s\S]*?\*\/|--\s[^\n]*|#[^\n]*/g, ' ');
  return /@lutra_apply\b/i.test(code);
}

function numberOf(text: string | null | undefined): number | undefined {
  return text === null || text === undefined ? undefined : Number(text);
}
