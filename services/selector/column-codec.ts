import { ReplicationError } from '../../shared/runtime/errors.ts';
import type { Cell } from './cell-codec.ts';
import * as cells from './cell-codec.ts';
import type { CharsetDecoder } from './charset-decoder.ts';
import { type Column, sqlType, Type } from './column.ts';
import { decimal } from './decimal-cell.ts';
import { declared } from './declared-cells.ts';
import { json } from './json-cell.ts';
import * as temporal from './temporal-cells.ts';
import * as text from './text-cells.ts';

export type AvroType = 'int' | 'long' | 'float' | 'double' | 'string' | 'bytes';
/** Decoders by name of character set; UTF-8, ASCII, latin1 and binary need none. */
export type CharsetDecoders = ReadonlyMap<string, CharsetDecoder>;
export type ColumnCodec = { readonly avro: AvroType; readonly cell: Cell };

const UTF8 = new Set(['utf8mb4', 'utf8mb3', 'utf8', 'ascii']);

/** The Avro type and the cell function of a column. Errors: SOURCE_TYPE_UNSUPPORTED naming table, column and type. */
export function columnCodec(table: string, column: Column, charsets: CharsetDecoders): ColumnCodec {
  const codec = numberCodec(column) ?? temporalCodec(column) ?? textCodec(column, charsets);
  if (codec) return codec;
  throw new ReplicationError(
    'SOURCE_TYPE_UNSUPPORTED',
    `column ${column.name} of ${table} has the type ${sqlType(column)}${column.charset ? ` with the character set ${column.charset}` : ''}, which is not covered yet`,
    'leave the table out of every mapping of this source, or change the column',
  );
}

function numberCodec(column: Column): ColumnCodec | undefined {
  const { unsigned } = column;
  switch (column.type) {
    case Type.TINY:
      return { avro: 'int', cell: unsigned ? cells.tinyintUnsigned : cells.tinyint };
    case Type.SHORT:
      return { avro: 'int', cell: unsigned ? cells.smallintUnsigned : cells.smallint };
    case Type.INT24:
      return { avro: 'int', cell: unsigned ? cells.mediumintUnsigned : cells.mediumint };
    case Type.LONG:
      return unsigned ? { avro: 'long', cell: cells.intUnsigned } : { avro: 'int', cell: cells.int };
    case Type.LONGLONG:
      return unsigned ? { avro: 'string', cell: cells.bigintUnsigned } : { avro: 'long', cell: cells.bigint };
    case Type.FLOAT:
      return { avro: 'float', cell: cells.float };
    case Type.DOUBLE:
      return { avro: 'double', cell: cells.double };
    case Type.NEWDECIMAL:
      return { avro: 'string', cell: decimal(column.meta >> 8, column.meta & 255) };
    case Type.YEAR:
      return { avro: 'int', cell: cells.year };
    case Type.BIT:
      return { avro: 'bytes', cell: cells.bit(column.meta) };
    default:
      return undefined;
  }
}

function temporalCodec(column: Column): ColumnCodec | undefined {
  switch (column.type) {
    case Type.DATE:
    case Type.NEWDATE:
      return { avro: 'string', cell: temporal.date };
    case Type.TIMESTAMP:
      return { avro: 'string', cell: temporal.oldTimestamp };
    case Type.DATETIME:
      return { avro: 'string', cell: temporal.oldDatetime };
    case Type.TIME:
      return { avro: 'string', cell: temporal.oldTime };
    case Type.DATETIME2:
      return { avro: 'string', cell: temporal.datetime(column.meta) };
    case Type.TIMESTAMP2:
      return { avro: 'string', cell: temporal.timestamp(column.meta) };
    case Type.TIME2:
      return { avro: 'string', cell: temporal.time(column.meta) };
    default:
      return undefined;
  }
}

function textCodec(column: Column, charsets: CharsetDecoders): ColumnCodec | undefined {
  const lengthBytes = column.meta > 255 ? 2 : 1;
  if (column.declared !== undefined) return { avro: 'string', cell: declared(column.declared) };
  switch (column.type) {
    case Type.VARCHAR:
      return stringCodec(column, lengthBytes, charsets);
    case Type.STRING:
      if (column.charset === 'binary') return { avro: 'bytes', cell: text.paddedBinary(lengthBytes, column.meta) };
      return stringCodec(column, lengthBytes, charsets);
    case Type.BLOB:
      return stringCodec(column, column.meta, charsets);
    case Type.VARCHAR_COMPRESSED:
      return compressedCodec(column, lengthBytes, charsets);
    case Type.BLOB_COMPRESSED:
      return compressedCodec(column, column.meta, charsets);
    case Type.JSON:
      return { avro: 'string', cell: json(column.meta) };
    case Type.GEOMETRY:
    case Type.VECTOR:
      return { avro: 'bytes', cell: text.copied(column.meta) };
    case Type.ENUM:
    case Type.SET: {
      const names = memberNames(column, charsets);
      if (names === undefined) return undefined;
      const make = column.type === Type.ENUM ? text.enumeration : text.set;
      return { avro: 'string', cell: make(names, column.meta) };
    }
    default:
      return undefined;
  }
}

function stringCodec(column: Column, lengthBytes: number, charsets: CharsetDecoders): ColumnCodec | undefined {
  const body = bodyOf(column.charset, charsets);
  const cell = body === text.raw ? text.copied(lengthBytes) : body && text.counted(lengthBytes, body);
  return cell && { avro: avroOf(column.charset), cell };
}

function compressedCodec(column: Column, lengthBytes: number, charsets: CharsetDecoders): ColumnCodec | undefined {
  const body = bodyOf(column.charset, charsets);
  return body && { avro: avroOf(column.charset), cell: text.counted(lengthBytes, text.compressed(body)) };
}

function avroOf(charset: string): AvroType {
  return charset === 'binary' ? 'bytes' : 'string';
}

function bodyOf(charset: string, charsets: CharsetDecoders): text.Body | undefined {
  if (charset === 'binary' || UTF8.has(charset)) return text.raw;
  if (charset === 'latin1') return text.latin1;
  const decode = charsets.get(charset);
  return decode && text.converted(decode);
}

function memberNames(column: Column, charsets: CharsetDecoders): string[] | undefined {
  const body = bodyOf(column.charset, charsets);
  if (body === undefined) return undefined;
  return column.members.map((member) => text.textOf(body, member));
}
