import { createHash } from 'node:crypto';
import { DELETE, INSERT } from '../../../shared/codec/record-head.ts';
import { Decimal } from '../../../shared/model/decimal.ts';
import type { Value } from '../../../shared/model/expression.ts';
import type { Connection } from '../../../shared/mysql/connection.ts';
import type { TargetColumn } from '../../../shared/mysql/target-table.ts';
import { ImageReader, type RowImage } from '../../../shared/rows/mapping/row-image.ts';
import type { CompiledPlan, RowEvent } from '../../../shared/rows/row-event.ts';
import { type LockKey, type LockPlan, planLocks } from './lock-plan.ts';
import { readRowLinks } from './row-links.ts';
import type { RowLocks } from './row-locks.ts';
import { type ColumnText, columnText, readWeights, weightKey } from './text-weights.ts';

/** Runs work on the session's connection. */
export type Guarded = <T>(work: (connection: Connection) => Promise<T>) => Promise<T>;

type Part = string | ColumnText;
type RawLock = { readonly table: string; readonly id: string; readonly parts: readonly Part[] };
type RawLocks = { readonly [Kind in keyof RowLocks]: readonly RawLock[] };
type Compiled = LockPlan & { readonly plan: CompiledPlan; readonly images: ImageReader };

/** Reads the locks of row events. Errors: TARGET_… */
export class LockReader {
  private readonly guarded: Guarded;
  private readonly compiled = new WeakMap<CompiledPlan, Compiled>();

  constructor(guarded: Guarded) {
    this.guarded = guarded;
  }

  /** Tables of the target, `schema.table`, whose locks rows of this plan may meet. */
  async tablesOf(plan: CompiledPlan): Promise<readonly string[]> {
    const { own, parents } = await this.compile(plan);
    return [...new Set([...own, ...parents].map(({ table }) => table))];
  }

  /** The locks of some records, each given as the events that are made of it. Texts are asked of the server in one question. */
  async read(records: readonly (readonly RowEvent[])[]): Promise<RowLocks[]> {
    const raw: RawLocks[] = [];
    for (const events of records) {
      const parts = [];
      for (const event of events) parts.push(rawLocks(await this.compile(event.plan), event));
      raw.push(joined(parts));
    }
    const texts = new Map<string, ColumnText>();
    for (const { own, parents } of raw) {
      for (const { parts } of [...own, ...parents])
        for (const part of parts) if (typeof part !== 'string') texts.set(weightKey(part), part);
    }
    const weights = texts.size === 0 ? new Map() : await this.guarded((connection) => readWeights(connection, texts));
    return raw.map((locks) => hashed(locks, weights));
  }

  private async compile(plan: CompiledPlan): Promise<Compiled> {
    const known = this.compiled.get(plan);
    if (known !== undefined) return known;
    const links = await this.guarded((connection) => readRowLinks(connection, plan.target));
    const locks = planLocks(plan, links);
    const made = { ...locks, plan, images: new ImageReader(plan.source, locks.wanted) };
    this.compiled.set(plan, made);
    return made;
  }
}

function rawLocks(
  { plan, images, own, referenced, parents, row }: Compiled,
  { op, value, bodyAt }: RowEvent,
): RawLocks {
  const { before, after } = images.both({ bytes: value, at: bodyAt });
  const both = [before, after].filter((image) => image !== undefined);
  const locksOf = (keys: readonly LockKey[], image: RowImage | undefined): RawLock[] =>
    image === undefined ? [] : keys.flatMap((key) => lockOf(key, image, plan));
  const was = locksOf(referenced, before);
  const is = locksOf(referenced, after);
  const minus = (some: readonly RawLock[], others: readonly RawLock[]): RawLock[] => {
    const names = new Set(others.map((lock) => JSON.stringify(lock)));
    return some.filter((lock) => !names.has(JSON.stringify(lock)));
  };
  return {
    own: both.flatMap((image) => locksOf(own, image)),
    parents: both.flatMap((image) => locksOf(parents, image)),
    leaves: minus(was, is),
    brings: minus(is, was),
    row: [...(op === INSERT ? [] : locksOf(row, before)), ...(op === DELETE ? [] : locksOf(row, after))],
  };
}

/** None when a value is NULL: it is equal to no other. */
function lockOf({ table, id, columns }: LockKey, { values }: RowImage, { target }: CompiledPlan): RawLock[] {
  const parts: Part[] = [];
  for (const name of columns) {
    const part = partOf(values.get(name) ?? null, target.columns.get(name));
    if (part === undefined) return [];
    parts.push(part);
  }
  return [{ table, id, parts }];
}

/** One way to write values that the target holds equal, whatever version of the source's schema they come from. */
function partOf(value: Value, column: TargetColumn | undefined): Part | undefined {
  if (value === null) return undefined;
  if (value instanceof Uint8Array) {
    const hex = Buffer.from(value).toString('hex');
    return column?.dataType === 'bit' ? hex.replace(/^(00)+/, '') : hex.replace(/(00)+$/, '');
  }
  if (typeof value !== 'string') return plainNumber(value instanceof Decimal ? value.toString() : String(value));
  if (column?.charset !== undefined) return columnText(value, column);
  return plainNumber(value).toLowerCase();
}

/** `1.10` and `2026-01-01 00:00:00.100` without the zeros at the end. */
function plainNumber(text: string): string {
  const cut = text.includes('.') ? text.replace(/\.?0+$/, '') : text;
  return cut === '-0' ? '0' : cut;
}

function joined(parts: readonly RawLocks[]): RawLocks {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  const all = (kind: keyof RowLocks): RawLock[] => parts.flatMap((part) => part[kind]);
  return { own: all('own'), parents: all('parents'), leaves: all('leaves'), brings: all('brings'), row: all('row') };
}

function hashed(locks: RawLocks, weights: ReadonlyMap<string, string>): RowLocks {
  const hash = ({ table, id, parts }: RawLock): string => {
    const sum = createHash('sha1').update(id);
    for (const part of parts)
      sum.update('\0').update(typeof part === 'string' ? part : (weights.get(weightKey(part)) ?? ''));
    return `${table}:${sum.digest('base64')}`;
  };
  const distinct = (some: readonly RawLock[]): string[] => [...new Set(some.map(hash))];
  return {
    own: distinct(locks.own),
    parents: distinct(locks.parents),
    leaves: distinct(locks.leaves),
    brings: distinct(locks.brings),
    row: locks.row.map(hash),
  };
}
