import avsc from 'avsc';
import { avroName } from '../../shared/codec/avro-name.ts';
import { HEARTBEAT_SCHEMA, SOURCE_SCHEMA } from '../../shared/codec/envelope.ts';

/** Row records as docs/architecture.md describes them, encoded by avsc: an independent writer for tests of the loader. */

export type TestColumn = { readonly name: string; readonly type: string; readonly nullable?: boolean };
export type TestTable = {
  readonly schema: string;
  readonly table: string;
  readonly key: readonly string[];
  readonly columns: readonly TestColumn[];
};
export type Row = Readonly<Record<string, unknown>>;
export type Change =
  | { readonly op: 'c'; readonly after: Row }
  | { readonly op: 'u'; readonly before: Row; readonly after: Row }
  | { readonly op: 'd'; readonly before: Row };
export type Source = {
  readonly epoch: number;
  readonly transaction: number;
  readonly ordinal: number;
  readonly serial: number;
  readonly last: boolean;
  readonly committed: number;
  readonly gtid: string;
  readonly file: string;
  readonly position: number;
};
export type TestRecord = { readonly key: Buffer; readonly value: Buffer };

const AVRO: readonly [RegExp, string][] = [
  [/^bigint.*unsigned|^(decimal|numeric)/, 'string'],
  [/^bigint|^int.*unsigned/, 'long'],
  [/^(tinyint|smallint|mediumint|int|year)/, 'int'],
  [/^float/, 'float'],
  [/^double/, 'double'],
  [/^(binary|varbinary|tinyblob|blob|mediumblob|longblob|bit|geometry|point|vector)/, 'bytes'],
];

export function avroType(mysqlType: string): string {
  return AVRO.find(([pattern]) => pattern.test(mysqlType))?.[1] ?? 'string';
}

/** The envelope's schema as the selector registers it. */
export function envelopeOf({ schema, table, key, columns }: TestTable): object {
  const fields = columns.map(({ name, type, nullable }) => {
    const avro = avroType(type);
    const mysql = { name, type, nullable: nullable === true };
    return { name: avroName(name), type: nullable ? ['null', avro] : avro, mysql };
  });
  const row = { type: 'record', name: 'Row', fields };
  return {
    type: 'record',
    name: 'Envelope',
    namespace: `lutra.${avroName(schema)}.${avroName(table)}`,
    lutra: { schema, table, key },
    fields: [
      { name: 'op', type: 'string' },
      { name: 'source', type: SOURCE_SCHEMA },
      { name: 'before', type: ['null', row] },
      { name: 'after', type: ['null', 'Row'] },
    ],
  };
}

/** avsc refuses longs beyond 2^53; this one takes numbers and bigints of 64 bits. */
const longType = avsc.types.LongType.__with({
  fromBuffer: (bytes: Buffer) => bytes.readBigInt64LE(),
  toBuffer: (value: number | bigint) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(BigInt(value));
    return bytes;
  },
  fromJSON: BigInt,
  toJSON: String,
  isValid: (value: unknown) => typeof value === 'bigint' || Number.isSafeInteger(value),
  compare: (a: bigint, b: bigint) => (a < b ? -1 : a > b ? 1 : 0),
});

export function avroCodec(schema: object | string): avsc.Type {
  return avsc.Type.forSchema(schema as avsc.Schema, { registry: { long: longType }, wrapUnions: 'never' });
}

/** Frames an Avro body with a schema id. */
export function framed(schemaId: number, body: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(schemaId, 1);
  return Buffer.concat([head, body]);
}

/** Encodes the records of one table. */
export class TableEncoder {
  readonly table: TestTable;
  readonly schemaId: number;
  private readonly codec: avsc.Type;

  constructor(table: TestTable, schemaId: number) {
    this.table = table;
    this.schemaId = schemaId;
    this.codec = avroCodec(envelopeOf(table));
  }

  encode(source: Source, change: Change): TestRecord {
    const before = 'before' in change ? avroRow(change.before) : null;
    const after = 'after' in change ? avroRow(change.after) : null;
    const keyRow: Row = 'after' in change ? change.after : change.before;
    const { schema, table, key } = this.table;
    const text = JSON.stringify([schema, table, ...key.map((name) => plain(keyRow[name]))]);
    const value = framed(this.schemaId, this.codec.toBuffer({ op: change.op, source, before, after }));
    return { key: Buffer.from(text), value };
  }
}

function avroRow(row: Row): Row {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [avroName(name), value]));
}

function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  return Buffer.isBuffer(value) ? value.toString('hex') : value;
}

export type TableChange = { readonly encoder: TableEncoder; readonly change: Change };

/** One partition's stream: numbers transactions, ordinals and serials as the selector does. */
export class RecordStream {
  epoch = 1;
  serial = 0;
  transaction = 0;
  position = 4;
  readonly file = 'binlog.000007';

  /** The records of one source transaction. */
  transact(changes: readonly TableChange[], committed = Date.now() * 1000): TestRecord[] {
    this.transaction += 1;
    this.position += 100;
    return changes.map(({ encoder, change }, ordinal) =>
      encoder.encode(this.next(ordinal, ordinal === changes.length - 1, committed), change),
    );
  }

  next(ordinal: number, last: boolean, committed = Date.now() * 1000): Source {
    this.serial += 1;
    return this.head(ordinal, last, committed);
  }

  private head(ordinal: number, last: boolean, committed: number): Source {
    const { epoch, transaction, serial, file, position } = this;
    const gtid = `3e11fa47-71ca-11e1-9e33-c80aa9429562:${transaction}`;
    return { epoch, transaction, ordinal, serial, last, committed, gtid, file, position };
  }

  heartbeat(schemaId: number): TestRecord {
    const value = avroCodec(HEARTBEAT_SCHEMA).toBuffer({ op: 'h', source: this.head(0, true, Date.now() * 1000) });
    return { key: Buffer.from('heartbeat'), value: framed(schemaId, value) };
  }
}
