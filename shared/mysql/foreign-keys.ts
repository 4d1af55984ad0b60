import type { TableName } from '../model/table-pattern.ts';
import type { Connection, RowDataPacket } from './connection.ts';

/** One foreign key of the target's tables. */
export type ForeignKey = {
  readonly child: string;
  readonly parent: string;
  readonly onDelete: string;
  readonly onUpdate: string;
  /** Whether it refers to the primary key of its parent. */
  readonly toPrimaryKey: boolean;
};

/** How a table stands among those that foreign keys connect with it. */
export type ForeignKeyPlace = {
  /** Parents have a lower rank than their children; undefined when no order of tables exists (a cycle, a table that refers to itself, a link into another schema). */
  readonly rank: number | undefined;
  /** To delete a row of it may change rows of other tables. */
  readonly cascadesDeletes: boolean;
  /** To change a key of it may change rows of other tables. */
  readonly cascadesKeys: boolean;
  /** What happens to its parents may change rows of it. */
  readonly followsParents: boolean;
  /** Everything that connects it refers to primary keys. */
  readonly toPrimaryKeys: boolean;
};

/** The place of a table in its schema; undefined when no foreign key begins or ends there. Errors: the driver's. */
export async function readForeignKeyPlace(
  connection: Connection,
  name: TableName,
): Promise<ForeignKeyPlace | undefined> {
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT CONSTRAINT_SCHEMA AS cs, TABLE_NAME AS ct, UNIQUE_CONSTRAINT_SCHEMA AS ps, REFERENCED_TABLE_NAME AS pt,
        UNIQUE_CONSTRAINT_NAME AS uniqueName, DELETE_RULE AS onDelete, UPDATE_RULE AS onUpdate
       FROM information_schema.REFERENTIAL_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = ? OR UNIQUE_CONSTRAINT_SCHEMA = ?`,
    [name.schema, name.schema],
  );
  const keys = rows.map((row) => ({
    child: `${row.cs}.${row.ct}`,
    parent: `${row.ps}.${row.pt}`,
    onDelete: String(row.onDelete),
    onUpdate: String(row.onUpdate),
    toPrimaryKey: row.uniqueName === 'PRIMARY',
  }));
  return placeAmong(keys, `${name.schema}.${name.table}`, `${name.schema}.`);
}

/** Pure part of `readForeignKeyPlace`: tables are named `schema.table`; `home` begins the names whose order is known. */
export function placeAmong(keys: readonly ForeignKey[], table: string, home: string): ForeignKeyPlace | undefined {
  const own = keys.filter(({ child, parent }) => child === table || parent === table);
  if (own.length === 0) return undefined;
  const isHome = own.every(({ child, parent }) => child.startsWith(home) && parent.startsWith(home));
  const children = own.filter(({ parent }) => parent === table);
  return {
    rank: isHome ? rankOf(keys, table, new Set()) : undefined,
    cascadesDeletes: children.some(({ onDelete }) => acts(onDelete)),
    cascadesKeys: children.some(({ onUpdate }) => acts(onUpdate)),
    followsParents: own.some(({ child, onDelete, onUpdate }) => child === table && (acts(onDelete) || acts(onUpdate))),
    toPrimaryKeys: own.every(({ toPrimaryKey }) => toPrimaryKey),
  };
}

function acts(rule: string): boolean {
  return rule !== 'RESTRICT' && rule !== 'NO ACTION';
}

/** Length of the longest way up; undefined when a way comes back. */
function rankOf(
  keys: readonly ForeignKey[],
  table: string,
  below: ReadonlySet<string>,
  known = new Map<string, number | undefined>(),
): number | undefined {
  if (below.has(table)) return undefined;
  if (known.has(table)) return known.get(table);
  const path = new Set(below).add(table);
  const above = keys
    .filter(({ child }) => child === table)
    .map(({ parent }) => rankOf(keys, parent, path, known) ?? Number.NaN);
  const highest = Math.max(-1, ...above);
  const rank = Number.isNaN(highest) ? undefined : highest + 1;
  known.set(table, rank);
  return rank;
}
