import type { Connection } from 'mysql2';
import { DemoError } from './demo-error.ts';
import { connectCore, query, type Server } from './servers.ts';

export type TablePlace = { readonly server: Server; readonly schema: string; readonly table: string };
export type TablePair = { readonly source: TablePlace; readonly target: TablePlace };

/** One cell that differs, or with column `(row)` a row that one side lacks. */
export type Difference = {
  readonly table: string;
  readonly key: string;
  readonly column: string;
  readonly source: string;
  readonly target: string;
};

export type Comparison = {
  /** Rows at the source. */
  readonly rows: number;
  readonly differences: number;
  /** The first of them. */
  readonly examples: readonly Difference[];
};

type Layout = { readonly columns: readonly string[]; readonly key: readonly string[]; readonly order: readonly Sort[] };
type Sort = { readonly sql: string; readonly isNumber: boolean };
type Cells = readonly (Buffer | null)[];

/**
 * Compares two tables row by row, in the order of the source's primary key (all columns when it has none), with values exactly as the servers
 * print them. Memory does not grow with the tables. Both should stand still meanwhile. `limit`: how many differences are kept as examples.
 */
export async function compareTables(pair: TablePair, limit = 20): Promise<Comparison> {
  const layout = await layoutOf(pair.source);
  const source = connectCore(pair.source.server);
  const target = connectCore(pair.target.server);
  try {
    return await merge(pair, layout, [read(source, pair.source, layout), read(target, pair.target, layout)], limit);
  } finally {
    source.destroy();
    target.destroy();
  }
}

const INTEGER = /^(tiny|small|medium|big)?int$|^year$/;
const BINARY = /binary$|blob$/;

async function layoutOf({ server, schema, table }: TablePlace): Promise<Layout> {
  const rows = await query(
    server,
    `SELECT COLUMN_NAME AS name, DATA_TYPE AS type, COLUMN_KEY AS part FROM information_schema.COLUMNS
     WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ? ORDER BY ORDINAL_POSITION`,
    [schema, table],
  );
  if (rows.length === 0) throw new DemoError(`table ${schema}.${table} is not at port ${server.port}`);
  const keyed = rows.filter(({ part }) => part === 'PRI');
  const key = keyed.length > 0 ? keyed : rows;
  return {
    columns: rows.map(({ name }) => String(name)),
    key: key.map(({ name }) => String(name)),
    order: key.map(({ name, type }) => sortOf(quoted(String(name)), String(type))),
  };
}

/** The two servers may sort text differently, so text is sorted by its bytes. */
function sortOf(column: string, type: string): Sort {
  if (INTEGER.test(type)) return { sql: column, isNumber: true };
  if (BINARY.test(type)) return { sql: `HEX(${column})`, isNumber: false };
  return { sql: `HEX(CONVERT(CAST(${column} AS CHAR) USING utf8mb4))`, isNumber: false };
}

function quoted(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}

function read(connection: Connection, { schema, table }: TablePlace, layout: Layout): AsyncIterator<Cells> {
  const expressions = [...layout.order.map(({ sql }) => sql), ...layout.columns.map(quoted)];
  const places = layout.order.map((_, index) => index + 1);
  const sql = `SELECT ${expressions.join(', ')} FROM ${quoted(schema)}.${quoted(table)} ORDER BY ${places.join(', ')}`;
  const stream = connection
    .query({ sql, rowsAsArray: true, typeCast: (field) => field.buffer() })
    .stream({ highWaterMark: 500 });
  return stream[Symbol.asyncIterator]() as AsyncIterator<Cells>;
}

async function merge(
  pair: TablePair,
  layout: Layout,
  [source, target]: readonly [AsyncIterator<Cells>, AsyncIterator<Cells>],
  limit: number,
): Promise<Comparison> {
  const examples: Difference[] = [];
  let rows = 0;
  let differences = 0;
  const note = (found: readonly Difference[]): void => {
    differences += found.length;
    examples.push(...found.slice(0, limit - examples.length));
  };
  let [left, right] = await Promise.all([source.next(), target.next()]);
  while (!left.done || !right.done) {
    const order = left.done ? 1 : right.done ? -1 : compareKeys(left.value, right.value, layout.order);
    if (order === 0) note(differingCells(pair, layout, left.value, right.value));
    else note([missingRow(pair, layout, order < 0 ? left.value : right.value, order < 0)]);
    if (order <= 0) rows++;
    if (order <= 0) left = await source.next();
    if (order >= 0) right = await target.next();
  }
  return { rows, differences, examples };
}

function compareKeys(a: Cells, b: Cells, order: readonly Sort[]): number {
  for (const [index, { isNumber }] of order.entries()) {
    const [x, y] = [a[index] ?? null, b[index] ?? null];
    if (x === null || y === null) {
      if (x !== y) return x === null ? -1 : 1;
    } else if (isNumber) {
      const difference = BigInt(x.toString()) - BigInt(y.toString());
      if (difference !== 0n) return difference < 0n ? -1 : 1;
    } else {
      const difference = Buffer.compare(x, y);
      if (difference !== 0) return difference;
    }
  }
  return 0;
}

function differingCells(pair: TablePair, layout: Layout, source: Cells, target: Cells): Difference[] {
  const found: Difference[] = [];
  for (const [index, column] of layout.columns.entries()) {
    const [x, y] = [source[layout.order.length + index] ?? null, target[layout.order.length + index] ?? null];
    if (x === y || (x !== null && y !== null && x.equals(y))) continue;
    found.push({ ...placeOf(pair, layout, source), column, source: printed(x), target: printed(y) });
  }
  return found;
}

function missingRow(pair: TablePair, layout: Layout, row: Cells, isAtSource: boolean): Difference {
  const [source, target] = isAtSource ? ['there', 'missing'] : ['missing', 'there'];
  return { ...placeOf(pair, layout, row), column: '(row)', source, target };
}

function placeOf({ source }: TablePair, layout: Layout, row: Cells): Pick<Difference, 'table' | 'key'> {
  const values = layout.key.map((name) => {
    const value = row[layout.order.length + layout.columns.indexOf(name)] ?? null;
    return `${name}=${printed(value)}`;
  });
  return { table: `${source.schema}.${source.table}`, key: values.join(', ').slice(0, 200) };
}

const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** Text as text, other bytes as hex. */
function printed(value: Buffer | null): string {
  if (value === null) return 'NULL';
  try {
    return JSON.stringify(UTF8.decode(value));
  } catch {
    return `0x${value.toString('hex')}`;
  }
}

/** `mshop_user.user uid="3" email: source "a@b.c", target NULL` */
export function differenceLine({ table, key, column, source, target }: Difference): string {
  return `${table} ${key} ${column}: source ${source}, target ${target}`;
}
