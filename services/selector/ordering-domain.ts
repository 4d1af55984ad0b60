import { crc32c } from '@node-rs/crc32';
import type { Connection } from '../../shared/mysql/connection.ts';
import type { TableMap } from './column.ts';

/** Chooses the partition of a record by its key; the same for every record of one ordering domain. */
export type PartitionOf = (key: Uint8Array, length: number) => number;

/**
 * The ordering domain of a table, from its constraints: only a primary key that compares byte by byte -> the key;
 * other unique keys, a primary key with a collation, or no primary key -> the table; foreign keys -> the connected group of tables.
 * One partition needs no domain and asks nothing of the server.
 */
export async function partitionOf(
  map: TableMap,
  partitions: number,
  connect: () => Promise<Connection>,
): Promise<PartitionOf> {
  if (partitions === 1) return () => 0;
  const connection = await connect();
  try {
    const group = await foreignKeyGroup(connection, map);
    if (group.length > 1) return constant(group[0] as string, partitions);
    const name = `${map.schema}.${map.table}`;
    if (map.key.length === 0 || (await hasOtherUniqueKey(connection, map)) || hasCollatedKey(map))
      return constant(name, partitions);
    return (key, length) => crc32c(Buffer.from(key.buffer, key.byteOffset, length)) % partitions;
  } finally {
    await connection.end();
  }
}

function constant(name: string, partitions: number): PartitionOf {
  const partition = crc32c(name) % partitions;
  return () => partition;
}

/** 'a' and 'A' may be the same row under a collation, but their keys differ. */
function hasCollatedKey(map: TableMap): boolean {
  return map.key.some((i) => {
    const charset = map.columns[i]?.charset ?? '';
    return charset !== '' && charset !== 'binary';
  });
}

/** NOTE MariaDB shows constraints only to those who may more than SELECT; indexes are shown. */
async function hasOtherUniqueKey(connection: Connection, map: TableMap): Promise<boolean> {
  const [result] = await connection.query(
    "SELECT COUNT(*) AS n FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ? AND NON_UNIQUE = 0 AND INDEX_NAME <> 'PRIMARY'",
    [map.schema, map.table],
  );
  return Number((result as { n: string }[])[0]?.n ?? 0) > 0;
}

/** All tables that foreign keys connect with this one, itself included, sorted. */
async function foreignKeyGroup(connection: Connection, map: TableMap): Promise<string[]> {
  const [result] = await connection.query(
    'SELECT TABLE_SCHEMA AS cs, TABLE_NAME AS ct, REFERENCED_TABLE_SCHEMA AS ps, REFERENCED_TABLE_NAME AS pt FROM information_schema.KEY_COLUMN_USAGE WHERE REFERENCED_TABLE_NAME IS NOT NULL',
  );
  const links = (result as { cs: string; ct: string; ps: string; pt: string }[]).map(
    (row) => [`${row.cs}.${row.ct}`, `${row.ps}.${row.pt}`] as const,
  );
  const group = new Set([`${map.schema}.${map.table}`]);
  for (let size = 0; size !== group.size; ) {
    size = group.size;
    for (const [child, parent] of links) {
      if (group.has(child) || group.has(parent)) group.add(child).add(parent);
    }
  }
  return [...group].sort();
}
