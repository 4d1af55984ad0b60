import { emptyHead, readHead, readLog, readOrdinal, schemaIdOf } from '../../../shared/codec/record-head.ts';
import type { QuarantineLimit } from '../../../shared/model/channel.ts';
import type { Reason } from '../../../shared/model/status.ts';
import type { RowEvent } from '../../../shared/rows/row-event.ts';
import { ReplicationError } from '../../../shared/runtime/errors.ts';
import type { CheckpointOwner } from '../checkpoint.ts';
import { nameOf } from './lock-plan.ts';
import { type Guarded, LockReader } from './lock-reader.ts';
import {
  countRows,
  ensureQuarantine,
  type QuarantinedRecord,
  type QuarantinedRow,
  readRowsOf,
  removeSettled,
  storeRows,
} from './quarantine-table.ts';
import { LockSet, placeId, type RowLocks, type SourcePlace } from './row-locks.ts';
import { type RowUnit, unitsOf } from './row-units.ts';
import { shownRow } from './shown-row.ts';

const TAKE_AGAIN_MS = 2_000;

/** A row on its way into quarantine. `offsets`: of the records that it is made of. */
export type NewRow = QuarantinedRow & { readonly record: QuarantinedRecord; readonly offsets: readonly string[] };

export type QuarantineParts = {
  readonly guarded: Guarded;
  readonly owner: CheckpointOwner;
  readonly limit: QuarantineLimit;
};

/**
 * The rows of one partition that wait, as a session of a lane knows them: what is in `lutra.quarantine`, and what the batch at work adds to it.
 * A session that fails is thrown away with it.
 */
export class Quarantine {
  readonly locks = new LockSet();
  readonly reader: LockReader;
  readonly parts: QuarantineParts;
  private readonly known = new Set<string>();
  /** The keys under which rows go on that are to be taken as the source has them. */
  private readonly taken = new Set<string>();
  /** Waiting rows by table, for the status. */
  private readonly counts = new Map<string, number>();
  private rows: number;
  private bytes: number;
  private readonly concerned = new WeakMap<RowEvent['plan'], readonly string[]>();
  private readonly openedAt = performance.now();
  private hasNewer = false;
  /** Set when a row came to which a refused one refers: it is worth to try that again. */
  isRetryDue = false;
  /** Whether notes of settled rows are left in the target. */
  hasNotes = false;

  private constructor(parts: QuarantineParts, rows: number, bytes: number) {
    this.parts = parts;
    this.rows = rows;
    this.bytes = bytes;
    this.reader = new LockReader(parts.guarded);
  }

  /** Makes the table and resolves to what waits, in source order. Errors: TARGET_… */
  static async open(parts: QuarantineParts): Promise<{ quarantine: Quarantine; rows: QuarantinedRow[] }> {
    return parts.guarded(async (connection) => {
      await ensureQuarantine(connection);
      const rows = await readRowsOf(connection, parts.owner);
      const { rows: count, bytes } = await countRows(connection, parts.owner);
      return { quarantine: new Quarantine(parts, count, bytes), rows };
    });
  }

  get isEmpty(): boolean {
    return this.locks.isEmpty;
  }

  /** Rows that wait, by table of the target. */
  get tables(): ReadonlyMap<string, number> {
    return this.counts;
  }

  /** Whether a newer change has come of a row that is to be taken as the source has it. Not at once again, for a row may change often. */
  get isTakeDue(): boolean {
    return this.hasNewer && performance.now() - this.openedAt > TAKE_AGAIN_MS;
  }

  /** Takes in a row that waits already. */
  add({ locks, place, table, decision }: Pick<QuarantinedRow, 'locks' | 'place' | 'table' | 'decision'>): void {
    this.locks.add(locks, place);
    const [first] = locks.row ?? [];
    if (decision?.action === 'take' || this.isTaken(first)) this.taken.add(locks.row?.at(-1) ?? '');
    this.known.add(placeId(place));
    this.counts.set(nameOf(table), (this.counts.get(nameOf(table)) ?? 0) + 1);
  }

  /** Whether a change of this row is the next one of a row that is to be taken as the source has it. */
  private isTaken(key: string | undefined): boolean {
    return key !== undefined && this.taken.has(key);
  }

  /** Parts events into those that flow and those that wait behind what waits. Looks only at tables that have to do with it. Errors: TARGET_…, QUARANTINE_FULL. */
  async sift(events: readonly RowEvent[]): Promise<{ flowing: readonly RowEvent[]; waiting: readonly NewRow[] }> {
    const units = unitsOf(events);
    const locks = new Map<RowUnit, RowLocks>();
    await this.readLocks(units, locks);
    const waiting: NewRow[] = [];
    const held = new Set<RowEvent>();
    for (const [index, unit] of units.entries()) {
      const own = locks.get(unit);
      if (own === undefined) continue;
      if (this.locks.blocks(own, placeOf(unit.events))) {
        const { tables } = this.locks;
        waiting.push(...this.newRow(unit, own, 'waiting'));
        for (const event of unit.made) held.add(event);
        if (this.locks.tables > tables) await this.readLocks(units.slice(index + 1), locks);
      } else if (this.locks.brings(own)) this.isRetryDue = true;
    }
    return { flowing: held.size === 0 ? events : events.filter((event) => !held.has(event)), waiting };
  }

  /** Reads the locks of what has to do with the tables of what waits. */
  private async readLocks(units: readonly RowUnit[], locks: Map<RowUnit, RowLocks>): Promise<void> {
    const near: RowUnit[] = [];
    for (const unit of units) if (!locks.has(unit) && (await this.isConcerned(unit.events))) near.push(unit);
    if (near.length === 0) return;
    for (const [index, found] of (await this.reader.read(near.map(({ events }) => events))).entries())
      locks.set(near[index] as RowUnit, found);
  }

  /** What is refused; none when it is kept already. Errors: TARGET_…, QUARANTINE_FULL. */
  async refuse(unit: RowUnit, reason: Reason, sql: string): Promise<readonly NewRow[]> {
    const [locks] = await this.reader.read([unit.events]);
    return this.newRow(unit, locks as RowLocks, 'refused', reason, sql);
  }

  /** Writes rows in the transaction that is begun. */
  async store(rows: readonly NewRow[]): Promise<void> {
    if (rows.length === 0) return;
    const { guarded, owner } = this.parts;
    // NOTE a note of what became of a row must not stand in the way of the row, which comes again in a replay.
    if (this.hasNotes) await guarded((connection) => removeSettled(connection, owner));
    await guarded((connection) => storeRows(connection, owner, rows));
  }

  private async isConcerned(record: readonly RowEvent[]): Promise<boolean> {
    for (const { plan } of record) {
      let tables = this.concerned.get(plan);
      if (tables === undefined) {
        tables = await this.reader.tablesOf(plan);
        this.concerned.set(plan, tables);
      }
      if (tables.some((table) => this.locks.concerns(table))) return true;
    }
    return false;
  }

  private newRow(
    unit: RowUnit,
    locks: RowLocks,
    state: 'refused' | 'waiting',
    reason?: Reason,
    sql?: string,
  ): readonly NewRow[] {
    const row = describe(unit, locks);
    if (this.known.has(placeId(row.place))) return [];
    this.rows += 1;
    this.bytes += row.bytes;
    const { limit } = this.parts;
    if (this.rows > limit.rows || this.bytes > limit.bytes) throw this.full();
    if (this.isTaken(row.locks.row?.[0])) this.hasNewer = true;
    this.add(row);
    return [{ ...row, state, reason, sql }];
  }

  private full(): ReplicationError {
    const { channel, pipeline } = this.parts.owner;
    const { rows, bytes } = this.parts.limit;
    return new ReplicationError(
      'QUARANTINE_FULL',
      `the quarantine of pipeline ${channel}/${pipeline} is at its limit of ${rows} rows or ${bytes} bytes`,
      `look at what is refused: lutra quarantine list ${channel}; mend, then retry, edit or skip; or raise policies.quarantineLimit`,
    );
  }
}

function originOf(record: readonly RowEvent[]): RowEvent {
  const event = record[0] as RowEvent;
  return event.origin ?? event;
}

function placeOf(record: readonly RowEvent[]): SourcePlace {
  const origin = originOf(record);
  const head = emptyHead();
  const bytes = origin.joined?.head ?? origin.value;
  readHead(bytes, { bytes, at: 0 }, head);
  return { epoch: head.epoch, transaction: head.transaction, ordinal: readOrdinal(bytes) };
}

function describe({ events: record, made }: RowUnit, locks: RowLocks): NewRow {
  const origin = originOf(record);
  const event = record[0] as RowEvent;
  const { op, key, value, bodyAt, offset, joined } = origin;
  const bytes = joined?.head ?? value;
  const head = emptyHead();
  readHead(bytes, { bytes, at: 0 }, head);
  const body = value.subarray(bodyAt);
  return {
    place: placeOf(record),
    offset,
    offsets: made.map((event) => event.offset),
    table: { schema: event.plan.target.schema, table: event.plan.target.table },
    state: 'waiting',
    reason: undefined,
    sql: undefined,
    shown: shownRow(event),
    locks: { own: locks.own, parents: locks.parents, leaves: locks.leaves, row: locks.row },
    decision: undefined,
    log: readLog(bytes, head.logAt),
    committed: head.committed,
    quarantinedAt: Date.now(),
    bytes: body.length,
    record: {
      schemaId: joined?.schemaId ?? schemaIdOf(value) ?? 0,
      op,
      head: bytes.subarray(0, head.bodyAt),
      key,
      body,
    },
  };
}
