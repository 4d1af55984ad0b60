import { type Column, type TableMap, Type } from './column.ts';
import type { EventReader } from './event-reader.ts';

/** Character set of every collation id, from the server that wrote the log. */
export type Charsets = ReadonlyMap<number, { readonly name: string; readonly maxCharBytes: number }>;

const NUMERIC = new Set<number>([
  Type.TINY,
  Type.SHORT,
  Type.INT24,
  Type.LONG,
  Type.LONGLONG,
  Type.NEWDECIMAL,
  Type.FLOAT,
  Type.DOUBLE,
  Type.YEAR,
]);
const CHARACTER = new Set<number>([
  Type.VARCHAR,
  Type.VAR_STRING,
  Type.STRING,
  Type.BLOB,
  Type.TINY_BLOB,
  Type.MEDIUM_BLOB,
  Type.LONG_BLOB,
  Type.BLOB_COMPRESSED,
  Type.VARCHAR_COMPRESSED,
]);

const Field = {
  SIGNEDNESS: 1,
  DEFAULT_CHARSET: 2,
  COLUMN_CHARSET: 3,
  COLUMN_NAME: 4,
  SET_STR_VALUE: 5,
  ENUM_STR_VALUE: 6,
  SIMPLE_PRIMARY_KEY: 8,
  PRIMARY_KEY_WITH_PREFIX: 9,
  ENUM_AND_SET_DEFAULT_CHARSET: 10,
  ENUM_AND_SET_COLUMN_CHARSET: 11,
} as const;

type Draft = { -readonly [K in keyof Column]: Column[K] };

/**
 * Parses the body of a TABLE_MAP event behind its table id and flags. What the optional metadata leaves out (binlog_row_metadata other than FULL)
 * is empty: see `hasNames`. Source: MySQL `libs/mysql/binlog/event/rows_event.h`, Table_map_event.
 */
export function parseTableMap(event: EventReader, charsets: Charsets): TableMap {
  const schema = event.text(event.u8());
  event.skip(1);
  const table = event.text(event.u8());
  event.skip(1);
  const count = event.lenenc();
  const types = event.slice(count);
  const metaEnd = event.lenenc() + event.at;
  const drafts: Draft[] = [];
  for (const type of types) drafts.push({ ...EMPTY, ...readMeta(event, type) });
  event.at = metaEnd;
  const nulls = event.slice((count + 7) >> 3);
  drafts.forEach((draft, i) => {
    draft.nullable = (((nulls[i >> 3] as number) >> (i & 7)) & 1) === 1;
  });
  const key = readOptional(event, drafts, charsets);
  if (count === 0 || key.some((index) => index >= count))
    throw new RangeError(`the table map of ${schema}.${table} names columns that it has not`);
  return { schema, table, columns: drafts, key };
}

/** Whether the log names the columns. Without names, members, keys and, on MariaDB, signs and character sets are missing as well. */
export function hasNames(map: TableMap): boolean {
  return map.columns.every(({ name }) => name !== '');
}

const EMPTY: Draft = {
  name: '',
  type: 0,
  meta: 0,
  unsigned: false,
  nullable: false,
  charset: '',
  maxCharBytes: 1,
  members: [],
};

function readMeta(event: EventReader, type: number): { type: number; meta: number } {
  switch (type) {
    case Type.STRING:
    case Type.VAR_STRING:
    case Type.ENUM:
    case Type.SET: {
      const first = event.u8();
      const second = event.u8();
      const real = (first & 0x30) === 0x30 ? first : first | 0x30;
      if (real === Type.ENUM || real === Type.SET) return { type: real, meta: second };
      return { type: Type.STRING, meta: second | ((~first & 0x30) << 4) };
    }
    case Type.VARCHAR:
    case Type.VARCHAR_COMPRESSED:
      return { type, meta: event.uint(2) };
    case Type.NEWDECIMAL: {
      const precision = event.u8();
      return { type, meta: (precision << 8) | event.u8() };
    }
    case Type.BIT: {
      const bits = event.u8();
      return { type, meta: event.u8() * 8 + bits };
    }
    case Type.FLOAT:
    case Type.DOUBLE:
    case Type.BLOB:
    case Type.BLOB_COMPRESSED:
    case Type.JSON:
    case Type.GEOMETRY:
    case Type.VECTOR:
    case Type.TIMESTAMP2:
    case Type.DATETIME2:
    case Type.TIME2:
      return { type, meta: event.u8() };
    default:
      return { type, meta: 0 };
  }
}

function readOptional(event: EventReader, drafts: Draft[], charsets: Charsets): number[] {
  const key: number[] = [];
  const numeric = drafts.filter((draft) => NUMERIC.has(draft.type));
  const character = drafts.filter((draft) => CHARACTER.has(draft.type));
  const enums = drafts.filter((draft) => draft.type === Type.ENUM);
  const sets = drafts.filter((draft) => draft.type === Type.SET);
  const labelled = drafts.filter((draft) => draft.type === Type.ENUM || draft.type === Type.SET);
  while (event.left > 0) {
    const field = event.u8();
    const end = event.lenenc() + event.at;
    if (end > event.end) throw new RangeError('a field of a table map reaches over its end');
    switch (field) {
      case Field.SIGNEDNESS: {
        const bits = event.slice(end - event.at);
        numeric.forEach((draft, i) => {
          draft.unsigned = (((bits[i >> 3] as number) >> (7 - (i & 7))) & 1) === 1;
        });
        break;
      }
      case Field.DEFAULT_CHARSET:
      case Field.ENUM_AND_SET_DEFAULT_CHARSET:
        readDefaultCharset(event, end, field === Field.DEFAULT_CHARSET ? character : labelled, charsets);
        break;
      case Field.COLUMN_CHARSET:
      case Field.ENUM_AND_SET_COLUMN_CHARSET:
        for (const draft of field === Field.COLUMN_CHARSET ? character : labelled) {
          setCharset(draft, event.lenenc(), charsets);
        }
        break;
      case Field.COLUMN_NAME:
        for (const draft of drafts) draft.name = event.text(event.lenenc());
        break;
      case Field.SET_STR_VALUE:
        for (const draft of sets) draft.members = readMembers(event);
        break;
      case Field.ENUM_STR_VALUE:
        for (const draft of enums) draft.members = readMembers(event);
        break;
      case Field.SIMPLE_PRIMARY_KEY:
        while (event.at < end) key.push(event.lenenc());
        break;
      case Field.PRIMARY_KEY_WITH_PREFIX:
        while (event.at < end) {
          key.push(event.lenenc());
          event.lenenc();
        }
        break;
      default:
        break;
    }
    event.at = end;
  }
  return key;
}

function readDefaultCharset(event: EventReader, end: number, columns: Draft[], charsets: Charsets): void {
  const collation = event.lenenc();
  for (const draft of columns) setCharset(draft, collation, charsets);
  while (event.at < end) {
    const draft = columns[event.lenenc()];
    const own = event.lenenc();
    if (draft) setCharset(draft, own, charsets);
  }
}

function setCharset(draft: Draft, collation: number, charsets: Charsets): void {
  const charset = charsets.get(collation);
  draft.charset = charset?.name ?? `collation ${collation}`;
  draft.maxCharBytes = charset?.maxCharBytes ?? 1;
}

function readMembers(event: EventReader): Buffer[] {
  const members: Buffer[] = [];
  for (let left = event.lenenc(); left > 0; left--) members.push(Buffer.from(event.slice(event.lenenc())));
  return members;
}
