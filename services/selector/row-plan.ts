import { avroName } from '../../shared/codec/avro-name.ts';
import type { AvroWriter } from '../../shared/codec/avro-writer.ts';
import { HEAD_FIELDS } from '../../shared/codec/envelope.ts';
import type { KeyWriter } from '../../shared/codec/key-writer.ts';
import type { RowCounts } from '../../shared/model/status.ts';
import { ReplicationError } from '../../shared/runtime/errors.ts';
import type { Cell } from './cell-codec.ts';
import { type Column, sqlType, type TableMap } from './column.ts';
import { type AvroType, type CharsetDecoders, columnCodec } from './column-codec.ts';
import type { EventReader } from './event-reader.ts';

const NULL = 0;
const PRESENT = 2;

/**
 * Everything about a table that is the same for all its rows, made once per table map: one function per column, the key, the schema.
 * `schemaId` and `partitionOf` are filled in by whoever registers the schema and knows the ordering domain.
 */
export class RowPlan {
  readonly name: string;
  readonly columnCount: number;
  readonly schema: object;
  /** Rows seen; the owner may exchange it for one that outlives the plan. */
  counts: RowCounts = { inserts: 0, updates: 0, deletes: 0 };
  schemaId = 0;
  partitionOf: (key: Uint8Array, length: number) => number = () => 0;

  private readonly cells: readonly Cell[];
  private readonly nullable: readonly boolean[];
  private readonly avro: readonly AvroType[];
  private readonly columns: readonly Column[];
  private readonly key: readonly number[];
  private readonly keyPrefix: Buffer;
  private readonly starts: Int32Array;

  /** Errors: SOURCE_TYPE_UNSUPPORTED. */
  constructor(map: TableMap, charsets: CharsetDecoders = new Map()) {
    this.name = `${map.schema}.${map.table}`;
    const codecs = map.columns.map((column) => columnCodec(this.name, column, charsets));
    this.columnCount = map.columns.length;
    this.cells = codecs.map((codec) => codec.cell);
    this.avro = codecs.map((codec) => codec.avro);
    this.nullable = map.columns.map((column) => column.nullable);
    this.columns = map.columns;
    this.key = map.key;
    this.keyPrefix = Buffer.from(JSON.stringify([map.schema, map.table]).slice(0, -1));
    this.starts = new Int32Array(this.columnCount);
    this.schema = envelopeSchema(map, this.avro);
  }

  /** Reads one row image and writes it as Avro `Row`. Errors: a RangeError naming the column when the bytes are not what its type says. */
  image(input: EventReader, out: AvroWriter): void {
    const { columnCount: count, cells, nullable, starts } = this;
    const nulls = input.at;
    const b = input.bytes;
    input.at += (count + 7) >> 3;
    let i = 0;
    try {
      for (; i < count; i++) {
        const isNull = (((b[nulls + (i >> 3)] as number) >> (i & 7)) & 1) === 1;
        out.reserve(48);
        if (nullable[i]) {
          out.bytes[out.at++] = isNull ? NULL : PRESENT;
          starts[i] = out.at;
          if (isNull) continue;
        } else {
          if (isNull) throw new RangeError('NULL stands in a NOT NULL column');
          starts[i] = out.at;
        }
        (cells[i] as Cell)(input, out);
      }
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw new RangeError(`column ${this.columns[i]?.name} of ${this.name}: ${error.message}`);
    }
    if (!(input.at <= input.end)) throw new RangeError(`a row of ${this.name} is longer than its event`);
  }

  /** The record key of the image that was written last. */
  writeKey(key: KeyWriter, image: AvroWriter): void {
    key.begin(this.keyPrefix);
    for (const i of this.key) key.cell(this.avro[i] as AvroType, image, this.starts[i] as number);
    key.end();
  }

  /** Refuses row events that do not hold all columns (binlog_row_image other than FULL). */
  expectFullImage(columns: number, present: Uint8Array): void {
    let all = columns === this.columnCount;
    for (let i = 0; all && i < columns; i++) all = (((present[i >> 3] as number) >> (i & 7)) & 1) === 1;
    if (all) return;
    throw new ReplicationError(
      'SOURCE_EVENT_UNSUPPORTED',
      `a row event of ${this.name} does not hold all ${this.columnCount} columns (binlog_row_image is not FULL in the session that wrote it)`,
      'SET GLOBAL binlog_row_image = FULL at the source and reconnect its clients; then start behind this event',
    );
  }
}

function envelopeSchema(map: TableMap, avro: readonly AvroType[]): object {
  const row = {
    type: 'record',
    name: 'Row',
    fields: map.columns.map((column, i) => field(column, avro[i] as AvroType)),
  };
  return {
    type: 'record',
    name: 'Envelope',
    namespace: `lutra.${avroName(map.schema)}.${avroName(map.table)}`,
    lutra: { schema: map.schema, table: map.table, key: map.key.map((i) => map.columns[i]?.name) },
    fields: [
      ...HEAD_FIELDS,
      { name: 'before', type: ['null', row], default: null },
      { name: 'after', type: ['null', 'Row'], default: null },
    ],
  };
}

function field(column: Column, avro: AvroType): object {
  const mysql = {
    name: column.name,
    type: sqlType(column),
    ...(column.charset === '' ? {} : { charset: column.charset }),
    nullable: column.nullable,
  };
  if (!column.nullable) return { name: avroName(column.name), type: avro, mysql };
  return { name: avroName(column.name), type: ['null', avro], default: null, mysql };
}
