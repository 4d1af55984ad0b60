/** A column as the binlog's table map tells it (binlog_row_metadata=FULL). */
export type Column = {
  readonly name: string;
  /** Real type code: ENUM and SET are told apart from STRING. */
  readonly type: number;
  /** Type-specific: lengths, precision and scale, fractional digits. */
  readonly meta: number;
  readonly unsigned: boolean;
  readonly nullable: boolean;
  /** Character set name; `binary` for byte columns, empty where it does not apply. */
  readonly charset: string;
  /** Bytes a character may take in `charset`. */
  readonly maxCharBytes: number;
  /** ENUM and SET members, in the column's character set. */
  readonly members: readonly Buffer[];
  /** A type that the log does not tell, from information_schema. */
  readonly declared?: DeclaredType;
};

export type DeclaredType = 'uuid' | 'inet4' | 'inet6';

export type TableMap = {
  readonly schema: string;
  readonly table: string;
  readonly columns: readonly Column[];
  /** Indexes of the primary key's columns, in key order; empty without one. */
  readonly key: readonly number[];
};

/** Type codes. Source: MySQL `include/field_types.h`; MariaDB `include/mysql_com.h`. */
export const Type = {
  TINY: 1,
  SHORT: 2,
  LONG: 3,
  FLOAT: 4,
  DOUBLE: 5,
  TIMESTAMP: 7,
  LONGLONG: 8,
  INT24: 9,
  DATE: 10,
  TIME: 11,
  DATETIME: 12,
  YEAR: 13,
  NEWDATE: 14,
  VARCHAR: 15,
  BIT: 16,
  TIMESTAMP2: 17,
  DATETIME2: 18,
  TIME2: 19,
  BLOB_COMPRESSED: 140,
  VARCHAR_COMPRESSED: 141,
  VECTOR: 242,
  JSON: 245,
  NEWDECIMAL: 246,
  ENUM: 247,
  SET: 248,
  TINY_BLOB: 249,
  MEDIUM_BLOB: 250,
  LONG_BLOB: 251,
  BLOB: 252,
  VAR_STRING: 253,
  STRING: 254,
  GEOMETRY: 255,
} as const;

const fraction = (digits: number): string => (digits > 0 ? `(${digits})` : '');

/** The column's type in SQL words, as far as the log tells it: `int unsigned`, `decimal(10,2)`, `varchar(64)`. */
export function sqlType(column: Column): string {
  if (column.declared !== undefined) return column.declared;
  const unsigned = column.unsigned ? ' unsigned' : '';
  const binary = column.charset === 'binary';
  const chars = (bytes: number): number => Math.floor(bytes / Math.max(1, column.maxCharBytes));
  switch (column.type) {
    case Type.TINY:
      return `tinyint${unsigned}`;
    case Type.SHORT:
      return `smallint${unsigned}`;
    case Type.INT24:
      return `mediumint${unsigned}`;
    case Type.LONG:
      return `int${unsigned}`;
    case Type.LONGLONG:
      return `bigint${unsigned}`;
    case Type.FLOAT:
      return `float${unsigned}`;
    case Type.DOUBLE:
      return `double${unsigned}`;
    case Type.NEWDECIMAL:
      return `decimal(${column.meta >> 8},${column.meta & 255})${unsigned}`;
    case Type.YEAR:
      return 'year';
    case Type.DATE:
    case Type.NEWDATE:
      return 'date';
    case Type.TIMESTAMP:
    case Type.TIMESTAMP2:
      return `timestamp${fraction(column.meta)}`;
    case Type.DATETIME:
    case Type.DATETIME2:
      return `datetime${fraction(column.meta)}`;
    case Type.TIME:
    case Type.TIME2:
      return `time${fraction(column.meta)}`;
    case Type.VARCHAR:
    case Type.VAR_STRING:
      return binary ? `varbinary(${column.meta})` : `varchar(${chars(column.meta)})`;
    case Type.STRING:
      return binary ? `binary(${column.meta})` : `char(${chars(column.meta)})`;
    case Type.ENUM:
      return 'enum';
    case Type.SET:
      return 'set';
    case Type.BIT:
      return `bit(${column.meta})`;
    case Type.BLOB:
      return `${['', 'tiny', '', 'medium', 'long'][column.meta] ?? ''}${binary ? 'blob' : 'text'}`;
    case Type.JSON:
      return 'json';
    case Type.GEOMETRY:
      return 'geometry';
    case Type.VECTOR:
      return 'vector';
    case Type.BLOB_COMPRESSED:
      return `${['', 'tiny', '', 'medium', 'long'][column.meta] ?? ''}${binary ? 'blob' : 'text'}`;
    case Type.VARCHAR_COMPRESSED:
      return binary ? `varbinary(${column.meta - 1})` : `varchar(${chars(column.meta - 1)})`;
    default:
      return `type ${column.type}`;
  }
}
