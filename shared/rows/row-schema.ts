import * as z from 'zod';
import { type Source, skipDouble, skipFloat, skipInteger, skipLengthPrefixed } from '../codec/avro-bytes.ts';
import { PART_SCHEMA } from '../codec/envelope.ts';
import type { CellKind } from './cells.ts';

/** What the loader needs to know of a schema in the registry: which table its rows are of and how each cell is written. */
export type RowSchema = {
  readonly schema: string;
  readonly table: string;
  /** Names of the key columns; empty for a table without a key. */
  readonly key: readonly string[];
  readonly columns: readonly RowColumn[];
  /** Index of the row in the union of `before` and of `after`. */
  readonly beforeBranch: number;
  readonly afterBranch: number;
};

export type RowColumn = {
  readonly name: string;
  /** The source's type, `decimal(10,2)`. */
  readonly type: string;
  readonly charset?: string | undefined;
  readonly kind: CellKind;
  /** Which branch of the column's union is null; undefined for a column that cannot be. */
  readonly nullBranch: number | undefined;
  readonly skip: (from: Source) => void;
};

const envelopeSchema = z.object({
  type: z.literal('record'),
  fields: z.array(z.object({ name: z.string(), type: z.unknown() })),
});
const tableSchema = z.object({ schema: z.string(), table: z.string(), key: z.array(z.string()) });
const columnSchema = z.object({
  name: z.string(),
  type: z.unknown(),
  mysql: z.object({ name: z.string(), type: z.string(), charset: z.string().optional() }),
});
const rowSchema = z.object({ type: z.literal('record'), name: z.string(), fields: z.array(columnSchema) });

const HEAD = ['epoch', 'transaction', 'ordinal', 'serial', 'last', 'committed', 'gtid', 'file', 'position'];

/** Whether records of this Avro schema begin with `op` and `source` as docs/architecture.md lays them out. */
export function hasRecordHead(schema: unknown): boolean {
  const envelope = envelopeSchema.safeParse(schema);
  if (!envelope.success) return false;
  const [op, source] = envelope.data.fields;
  if (op?.name !== 'op' || op.type !== 'string' || source?.name !== 'source') return false;
  const fields = envelopeSchema.safeParse(source.type);
  return fields.success && HEAD.every((name, index) => fields.data.fields[index]?.name === name);
}

/** Whether records of this schema are pieces of rows. */
export function isPartSchema(schema: unknown): boolean {
  return z.object({ name: z.literal(PART_SCHEMA.name), namespace: z.literal(PART_SCHEMA.namespace) }).safeParse(schema)
    .success;
}

/** The row schema inside an envelope's Avro schema; undefined for one that bears no rows (heartbeats, statements). Errors: ZodError, RangeError for a row schema that is not ours. */
export function parseRowSchema(schema: unknown): RowSchema | undefined {
  const envelope = z.object({ lutra: tableSchema }).safeParse(schema);
  if (!envelope.success) return undefined;
  const { fields } = envelopeSchema.parse(schema);
  const before = unionOf(fields.find(({ name }) => name === 'before')?.type);
  const after = unionOf(fields.find(({ name }) => name === 'after')?.type);
  const row = rowSchema.parse(before.find((branch) => branch !== 'null'));
  return {
    ...envelope.data.lutra,
    columns: row.fields.map(parseColumn),
    beforeBranch: before.findIndex((branch) => branch !== 'null'),
    afterBranch: after.findIndex((branch) => branch !== 'null'),
  };
}

function unionOf(type: unknown): unknown[] {
  return Array.isArray(type) ? type : [type];
}

function parseColumn({ type, mysql }: z.infer<typeof columnSchema>): RowColumn {
  const branches = unionOf(type);
  const nullBranch = branches.indexOf('null');
  const avro = avroName(branches.find((branch) => branch !== 'null'));
  const { kind, skip } = cellOf(avro, mysql.type);
  if (nullBranch < 0) return { ...mysql, kind, nullBranch: undefined, skip };
  return { ...mysql, kind, nullBranch, skip: skipNullable(nullBranch, skip) };
}

function avroName(type: unknown): string {
  if (typeof type === 'string') return type;
  return z.object({ type: z.string() }).parse(type).type;
}

function skipNullable(nullBranch: number, skip: (from: Source) => void): (from: Source) => void {
  const nullByte = nullBranch * 2;
  return (from) => {
    if (from.bytes[from.at++] !== nullByte) skip(from);
  };
}

function cellOf(avro: string, mysqlType: string): { kind: CellKind; skip: (from: Source) => void } {
  switch (avro) {
    case 'int':
    case 'long':
      return { kind: /^year\b/i.test(mysqlType) ? 'year' : 'integer', skip: skipInteger };
    case 'float':
      return { kind: 'float', skip: skipFloat };
    case 'double':
      return { kind: 'double', skip: skipDouble };
    case 'bytes':
      return { kind: 'bytes', skip: skipLengthPrefixed };
    case 'string':
      return { kind: textKind(mysqlType), skip: skipLengthPrefixed };
    default:
      throw new RangeError(`a column of Avro type ${avro}`);
  }
}

function textKind(mysqlType: string): CellKind {
  if (/^(decimal|numeric|bigint)\b/i.test(mysqlType)) return 'decimal';
  return /^json\b/i.test(mysqlType) ? 'json' : 'text';
}
