import { membersOf } from '../../shared/sql/column-type.ts';
import type { Flavour } from '../../shared/sql/dialect-collations.ts';
import type { ColumnModel, TableModel } from '../../shared/sql/evolve-table.ts';
import { type Column, sqlType, type TableMap, Type } from './column.ts';

/** How values of a type stand in the log; `meta` undefined: any. */
type Stored = { readonly type: number; readonly meta: number | undefined };

const PLAIN: Readonly<Record<string, Stored>> = {
  tinyint: { type: Type.TINY, meta: 0 },
  smallint: { type: Type.SHORT, meta: 0 },
  mediumint: { type: Type.INT24, meta: 0 },
  int: { type: Type.LONG, meta: 0 },
  bigint: { type: Type.LONGLONG, meta: 0 },
  float: { type: Type.FLOAT, meta: 4 },
  double: { type: Type.DOUBLE, meta: 8 },
  year: { type: Type.YEAR, meta: 0 },
  date: { type: Type.DATE, meta: 0 },
  tinytext: { type: Type.BLOB, meta: 1 },
  tinyblob: { type: Type.BLOB, meta: 1 },
  text: { type: Type.BLOB, meta: 2 },
  blob: { type: Type.BLOB, meta: 2 },
  mediumtext: { type: Type.BLOB, meta: 3 },
  mediumblob: { type: Type.BLOB, meta: 3 },
  longtext: { type: Type.BLOB, meta: 4 },
  longblob: { type: Type.BLOB, meta: 4 },
  uuid: { type: Type.STRING, meta: 16 },
  inet6: { type: Type.STRING, meta: 16 },
  inet4: { type: Type.STRING, meta: 4 },
};
const FRACTIONS: Readonly<Record<string, number>> = {
  time: Type.TIME2,
  datetime: Type.DATETIME2,
  timestamp: Type.TIMESTAMP2,
};
const GEOMETRIES = /^(geometry|point|linestring|polygon|multi\w+|geometrycollection)$/;

export type Widths = ReadonlyMap<string, number>;

/**
 * A table map of a log without names, with what the model of the table at that time knows: names, signs, character sets, members, the key.
 * `widths`: bytes that a character may take, by character set. A text instead when map and model are not of the same table: what differs.
 */
export function describeTable(map: TableMap, model: TableModel, flavour: Flavour, widths: Widths): TableMap | string {
  if (map.columns.length !== model.columns.length)
    return `the log has ${map.columns.length} columns and the history ${model.columns.length}`;
  const columns: Column[] = [];
  for (const [index, known] of model.columns.entries()) {
    const column = describeColumn(map.columns[index] as Column, known, flavour, widths);
    if (typeof column === 'string') return `column ${index + 1}, ${known.name}: ${column}`;
    columns.push(column);
  }
  const names = columns.map(({ name }) => name.toLowerCase());
  const key = model.primaryKey.map((name) => names.indexOf(name.toLowerCase()));
  return key.includes(-1) ? 'the history has a key on a column that it has not' : { ...map, columns, key };
}

function describeColumn(logged: Column, known: ColumnModel, flavour: Flavour, widths: Widths): Column | string {
  const charset = charsetOf(logged, known, flavour);
  if (charset === undefined) return `its character set ${known.charset} is not ${logged.charset} of the log`;
  const width = widths.get(charset) ?? 1;
  const stored = storedAs(known.type, width, flavour);
  const isAlike = stored?.type === logged.type && (stored.meta === undefined || stored.meta === logged.meta);
  if (!isAlike)
    return `the history has ${known.type} and the log ${sqlType({ ...logged, charset, maxCharBytes: width })}`;
  if (known.nullable !== logged.nullable)
    return `the log has it ${logged.nullable ? 'NULL' : 'NOT NULL'}, the history not`;
  const unsigned = / unsigned/.test(known.type);
  if (flavour === 'mysql' && unsigned !== logged.unsigned)
    return `it is ${unsigned ? '' : 'not '}unsigned in the history only`;
  const members = membersOf(known.type).map((member) => Buffer.from(member));
  const isPlain = members.every((member) => member.every((byte) => byte < 0x80));
  return {
    ...logged,
    name: known.name,
    unsigned,
    // NOTE members come as UTF-8; in plain ASCII they are the same bytes in the column's own character set.
    charset: members.length > 0 && !isPlain ? 'utf8mb4' : charset,
    maxCharBytes: width,
    members,
  };
}

/** The character set of a column, `binary` for bytes; undefined when log and history name different ones. */
function charsetOf(logged: Column, known: ColumnModel, flavour: Flavour): string | undefined {
  if (known.type === 'json' && flavour === 'mariadb') return 'utf8mb4';
  if (/^(binary|varbinary|\w*blob|uuid|inet)/.test(known.type)) return 'binary';
  if (known.charset === undefined) return logged.charset;
  if (logged.charset !== '' && logged.charset.replace(/^utf8$/, 'utf8mb3') !== known.charset) return undefined;
  return known.charset;
}

function storedAs(type: string, width: number, flavour: Flavour): Stored | undefined {
  const [, word = '', args = ''] = /^(\w+)(?:\(([\s\S]*)\))?/.exec(type) ?? [];
  const size = Number(args.split(',')[0] || 0);
  if (word === 'json' && flavour === 'mariadb') return PLAIN.longtext;
  if (FRACTIONS[word] !== undefined) return { type: FRACTIONS[word], meta: size };
  if (GEOMETRIES.test(word)) return { type: Type.GEOMETRY, meta: undefined };
  switch (word) {
    case 'decimal':
      return { type: Type.NEWDECIMAL, meta: (size << 8) | Number(args.split(',')[1] ?? 0) };
    case 'bit':
      return { type: Type.BIT, meta: size };
    case 'char':
      return { type: Type.STRING, meta: size * width };
    case 'binary':
      return { type: Type.STRING, meta: size };
    case 'varchar':
      return { type: Type.VARCHAR, meta: size * width };
    case 'varbinary':
      return { type: Type.VARCHAR, meta: size };
    case 'enum':
      return { type: Type.ENUM, meta: membersOf(type).length > 255 ? 2 : 1 };
    case 'set':
      return { type: Type.SET, meta: setBytes(membersOf(type).length) };
    case 'json':
      return { type: Type.JSON, meta: undefined };
    case 'vector':
      return flavour === 'mysql' ? { type: Type.VECTOR, meta: undefined } : { type: Type.VARCHAR, meta: size * 4 };
    default:
      return PLAIN[word];
  }
}

function setBytes(members: number): number {
  const bytes = Math.ceil(members / 8);
  return bytes > 4 ? 8 : bytes;
}
