import type { TableName } from '../model/table-pattern.ts';
import type { Connection } from '../mysql/connection.ts';
import { readRows, type TextRow } from '../mysql/query.ts';
import { keyOf } from '../mysql/table-facts.ts';
import { canonicalDefault } from './column-default.ts';
import { canonicalCharset, canonicalType } from './column-type.ts';
import { parseDefault } from './parse-expression.ts';
import {
  type CheckShape,
  type ColumnShape,
  type ForeignKeyShape,
  type IndexShape,
  looseExpression,
  type TableShape,
} from './table-shape.ts';
import { TokenCursor } from './token-cursor.ts';
import { tokenize } from './tokens.ts';

/** The structures of the base tables among these names that exist, by `keyOf(name)`. Eight questions, however many tables. */
export async function readTableShapes(
  connection: Connection,
  names: readonly TableName[],
): Promise<Map<string, TableShape>> {
  if (names.length === 0) return new Map();
  const isMariadb = /mariadb/i.test((await readRows(connection, 'SELECT VERSION() AS v'))[0]?.v ?? '');
  const schemas = [...new Set(names.map(({ schema }) => schema))];
  const tables = [...new Set(names.map(({ table }) => table))];
  const read = async (sql: string): Promise<Map<string, TextRow[]>> =>
    Map.groupBy(await readRows(connection, sql, [schemas, tables]), (row) =>
      keyOf({ schema: row.s ?? '', table: row.t ?? '' }),
    );
  const found = await read(TABLES);
  const columns = await read(COLUMNS);
  const indexes = await read(isMariadb ? MARIADB_INDEXES : MYSQL_INDEXES);
  const foreignKeys = await read(FOREIGN_KEYS);
  const checks = await read(isMariadb ? MARIADB_CHECKS : MYSQL_CHECKS);
  const partitions = await read(PARTITIONS);
  const wanted = new Set(names.map(keyOf));
  const shapes = new Map<string, TableShape>();
  for (const [key, [row]] of found) {
    if (row === undefined || !wanted.has(key) || !/BASE TABLE|SYSTEM VERSIONED/.test(row.type ?? '')) continue;
    const rows = { columns, indexes, foreignKeys, checks, partitions };
    const of = (kind: keyof typeof rows): TextRow[] => rows[kind].get(key) ?? [];
    shapes.set(key, tableShape(row, of, isMariadb));
  }
  return shapes;
}

const WHERE = 'IN (?) AND TABLE_NAME IN (?)';
const TABLES = `SELECT TABLE_SCHEMA AS s, TABLE_NAME AS t, TABLE_TYPE AS type, ENGINE AS engine, TABLE_COLLATION AS collation, TABLE_COMMENT AS comment
  FROM information_schema.TABLES WHERE TABLE_SCHEMA ${WHERE}`;
const COLUMNS = `SELECT TABLE_SCHEMA AS s, TABLE_NAME AS t, COLUMN_NAME AS name, COLUMN_TYPE AS type, IS_NULLABLE AS nullable, COLUMN_DEFAULT AS def,
    EXTRA AS extra, CHARACTER_SET_NAME AS charset, COLLATION_NAME AS collation, COLUMN_COMMENT AS comment, GENERATION_EXPRESSION AS expression
  FROM information_schema.COLUMNS WHERE TABLE_SCHEMA ${WHERE} ORDER BY TABLE_SCHEMA, TABLE_NAME, ORDINAL_POSITION`;
const INDEXES = `SELECT TABLE_SCHEMA AS s, TABLE_NAME AS t, INDEX_NAME AS name, NON_UNIQUE AS many, COLUMN_NAME AS part, SUB_PART AS length,
    COLLATION AS direction, INDEX_TYPE AS type, `;
const INDEX_ORDER = `FROM information_schema.STATISTICS WHERE TABLE_SCHEMA ${WHERE} ORDER BY TABLE_SCHEMA, TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX`;
const MYSQL_INDEXES = `${INDEXES} EXPRESSION AS expression, IF(IS_VISIBLE = 'NO', 'YES', 'NO') AS invisible ${INDEX_ORDER}`;
const MARIADB_INDEXES = `${INDEXES} NULL AS expression, IGNORED AS invisible ${INDEX_ORDER}`;
const FOREIGN_KEYS = `SELECT k.TABLE_SCHEMA AS s, k.TABLE_NAME AS t, k.CONSTRAINT_NAME AS name, k.COLUMN_NAME AS part, k.REFERENCED_TABLE_SCHEMA AS parentSchema,
    k.REFERENCED_TABLE_NAME AS parent, k.REFERENCED_COLUMN_NAME AS referenced, r.DELETE_RULE AS onDelete, r.UPDATE_RULE AS onUpdate
  FROM information_schema.KEY_COLUMN_USAGE k JOIN information_schema.REFERENTIAL_CONSTRAINTS r
    ON r.CONSTRAINT_SCHEMA = k.CONSTRAINT_SCHEMA AND r.CONSTRAINT_NAME = k.CONSTRAINT_NAME AND r.TABLE_NAME = k.TABLE_NAME
  WHERE k.TABLE_SCHEMA IN (?) AND k.TABLE_NAME IN (?) AND k.REFERENCED_TABLE_NAME IS NOT NULL
  ORDER BY s, t, name, k.ORDINAL_POSITION`;
const MYSQL_CHECKS = `SELECT c.TABLE_SCHEMA AS s, c.TABLE_NAME AS t, c.CONSTRAINT_NAME AS name, x.CHECK_CLAUSE AS clause, 'Table' AS level
  FROM information_schema.TABLE_CONSTRAINTS c JOIN information_schema.CHECK_CONSTRAINTS x
    ON x.CONSTRAINT_SCHEMA = c.CONSTRAINT_SCHEMA AND x.CONSTRAINT_NAME = c.CONSTRAINT_NAME
  WHERE c.CONSTRAINT_TYPE = 'CHECK' AND c.TABLE_SCHEMA IN (?) AND c.TABLE_NAME IN (?)`;
const MARIADB_CHECKS = `SELECT CONSTRAINT_SCHEMA AS s, TABLE_NAME AS t, CONSTRAINT_NAME AS name, CHECK_CLAUSE AS clause, LEVEL AS level
  FROM information_schema.CHECK_CONSTRAINTS WHERE CONSTRAINT_SCHEMA IN (?) AND TABLE_NAME IN (?)`;
const PARTITIONS = `SELECT TABLE_SCHEMA AS s, TABLE_NAME AS t, PARTITION_NAME AS name, MIN(PARTITION_ORDINAL_POSITION) AS place
  FROM information_schema.PARTITIONS WHERE TABLE_SCHEMA IN (?) AND TABLE_NAME IN (?) AND PARTITION_NAME IS NOT NULL
  GROUP BY TABLE_SCHEMA, TABLE_NAME, PARTITION_NAME ORDER BY s, t, place`;

type Rows = (kind: 'columns' | 'indexes' | 'foreignKeys' | 'checks' | 'partitions') => readonly TextRow[];

function tableShape(row: TextRow, of: Rows, isMariadb: boolean): TableShape {
  const indexes = indexShapes(of('indexes'));
  const checks = of('checks');
  const json = new Set(checks.filter(isJsonCheck).map(({ name }) => name ?? ''));
  const collation = row.collation ?? '';
  return {
    name: { schema: row.s ?? '', table: row.t ?? '' },
    engine: (row.engine ?? '').toLowerCase(),
    charset: canonicalCharset(collation.split('_')[0] ?? ''),
    collation,
    comment: row.comment ?? '',
    versioned: row.type === 'SYSTEM VERSIONED',
    columns: of('columns').map((column) => columnShape(column, isMariadb, json)),
    primaryKey: indexes.find(({ name }) => name === 'PRIMARY')?.parts ?? [],
    indexes: indexes.filter(({ name }) => name !== 'PRIMARY'),
    foreignKeys: foreignKeyShapes(of('foreignKeys')),
    checks: byName(checks.filter((check) => !isJsonCheck(check)).map(checkShape)),
    partitions: of('partitions').map(({ name }) => name ?? ''),
  };
}

/** MariaDB's JSON is a longtext with this check. */
function isJsonCheck({ name, clause, level }: TextRow): boolean {
  return level === 'Column' && clause?.toLowerCase() === `json_valid(\`${name?.toLowerCase()}\`)`;
}

function columnShape(row: TextRow, isMariadb: boolean, json: ReadonlySet<string>): ColumnShape {
  const name = row.name ?? '';
  const extra = (row.extra ?? '').toUpperCase();
  const isJson = json.has(name) && row.type === 'longtext' && row.collation === 'utf8mb4_bin';
  const stored = /\b(STORED|PERSISTENT) GENERATED|\bPERSISTENT\b/.test(extra);
  const isGenerated = stored || /\bVIRTUAL\b/.test(extra);
  return {
    name,
    type: isJson ? 'json' : canonicalType(row.type ?? ''),
    nullable: row.nullable === 'YES',
    default: isGenerated ? undefined : shapeDefault(row.def ?? null, isMariadb, extra.includes('DEFAULT_GENERATED')),
    onUpdate: extra.includes('ON UPDATE'),
    charset: isJson || row.charset === null ? undefined : canonicalCharset(row.charset ?? ''),
    collation: isJson ? undefined : (row.collation ?? undefined),
    comment: row.comment ?? '',
    generated: isGenerated ? { expression: looseExpression(row.expression ?? ''), stored } : undefined,
    invisible: /\bINVISIBLE\b/.test(extra),
    autoIncrement: extra.includes('AUTO_INCREMENT'),
  };
}

function shapeDefault(text: string | null, isMariadb: boolean, isExpression: boolean): string | undefined {
  if (text === null) return undefined;
  if (!isMariadb && !isExpression) return text;
  if (!isMariadb) return canonicalDefault({ kind: 'expression', text });
  return canonicalDefault(parseDefault(new TokenCursor(text, tokenize(text))));
}

function indexShapes(rows: readonly TextRow[]): IndexShape[] {
  const groups = Map.groupBy(rows, ({ name }) => name ?? '');
  return byName(
    [...groups].map(([name, parts]) => ({
      name,
      unique: parts[0]?.many === '0',
      kind: INDEX_KINDS[parts[0]?.type ?? ''] ?? 'index',
      parts: parts.map(partText),
      invisible: parts[0]?.invisible === 'YES',
    })),
  );
}

const INDEX_KINDS: Readonly<Record<string, IndexShape['kind']>> = {
  FULLTEXT: 'fulltext',
  SPATIAL: 'spatial',
  VECTOR: 'vector',
};

function partText({ part, expression, length, direction, type }: TextRow): string {
  if (part === null || part === undefined) return `(${looseExpression(expression ?? '')})`;
  const first = length === null || length === undefined || type === 'SPATIAL' ? '' : `(${length})`;
  return `${part}${first}${direction === 'D' ? ' DESC' : ''}`;
}

function foreignKeyShapes(rows: readonly TextRow[]): ForeignKeyShape[] {
  const groups = Map.groupBy(rows, ({ name }) => name ?? '');
  return byName(
    [...groups].map(([name, parts]) => ({
      name,
      columns: parts.map(({ part }) => part ?? ''),
      table: { schema: parts[0]?.parentSchema ?? '', table: parts[0]?.parent ?? '' },
      referenced: parts.map(({ referenced }) => referenced ?? ''),
      onDelete: action(parts[0]?.onDelete),
      onUpdate: action(parts[0]?.onUpdate),
    })),
  );
}

/** NOTE for InnoDB both words mean the same, and servers disagree on which is said when none was. */
function action(rule: string | null | undefined): string {
  return rule === 'NO ACTION' || rule === undefined || rule === null ? 'RESTRICT' : rule;
}

function checkShape({ name, clause }: TextRow): CheckShape {
  return { name: name ?? '', expression: looseExpression(clause ?? '') };
}

function byName<T extends { readonly name: string }>(list: readonly T[]): T[] {
  return list.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}
