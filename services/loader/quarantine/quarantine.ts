import { emptyHead, readHead, readLog, readOrdinal, schemaIdOf } from '../../../shared/codec/record-head.ts';
import type { QuarantineLimit } from '../../../shared/model/channel.ts';
import type { Reason } from '../../../shared/model/status.ts';
import { ReplicationError } from '../../../shared/runtime/errors.ts';
import type { CheckpointOwner } from '../checkpoint.ts';
import type { RowEvent } from '../row-event.ts';
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
import { shownRow } from './shown-row.ts';

/** A row on its way into quarantine. */
export type NewRow = QuarantinedRow & { readonly record: QuarantinedRecord };

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
  /** Waiting rows by table, for the status. */
  private readonly counts = new Map<string, number>();
  private rows: number;
  private bytes: number;
  private readonly concerned = new WeakMap<RowEvent['plan'], readonly string[]>();
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

  /** Takes in a row that waits already. */
  add({ locks, place, table }: Pick<QuarantinedRow, 'locks' | 'place' | 'table'>): void {
    this.locks.add({ ...locks, brings: [] }, place);
    this.known.add(placeId(place));
    this.counts.set(nameOf(table), (this.counts.get(nameOf(table)) ?? 0) + 1);
  }

  /** Parts events into those that flow and those that wait behind what waits. Looks only at tables that have to do with it. Errors: TARGET_…, QUARANTINE_FULL. */
  async sift(events: readonly RowEvent[]): Promise<{ flowing: readonly RowEvent[]; waiting: readonly NewRow[] }> {
    const records = recordsOf(events);
    const locks = new Map<readonly RowEvent[], RowLocks>();
    await this.readLocks(records, locks);
    const waiting: NewRow[] = [];
    const held = new Set<RowEvent>();
    for (const [index, record] of records.entries()) {
      const own = locks.get(record);
      if (own === undefined) continue;
      if (this.locks.blocks(own, placeOf(record))) {
        const { tables } = this.locks;
        waiting.push(...this.newRow(record, own, 'waiting'));
        for (const event of record) held.add(event);
        if (this.locks.tables > tables) await this.readLocks(records.slice(index + 1), locks);
      } else if (this.locks.brings(own)) this.isRetryDue = true;
    }
    return { flowing: held.size === 0 ? events : events.filter((event) => !held.has(event)), waiting };
  }

  /** Reads the locks of the records whose tables have to do with what waits. */
  private async readLocks(
    records: readonly (readonly RowEvent[])[],
    locks: Map<readonly RowEvent[], RowLocks>,
  ): Promise<void> {
    const near = [];
    for (const record of records) if (!locks.has(record) && (await this.isConcerned(record))) near.push(record);
    if (near.length === 0) return;
    for (const [index, found] of (await this.reader.read(near)).entries())
      locks.set(near[index] as readonly RowEvent[], found);
  }

  /** The refused record; none when it is kept already. Errors: TARGET_…, QUARANTINE_FULL. */
  async refuse(record: readonly RowEvent[], reason: Reason, sql: string): Promise<readonly NewRow[]> {
    const [locks] = await this.reader.read([record]);
    return this.newRow(record, locks as RowLocks, 'refused', reason, sql);
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
    record: readonly RowEvent[],
    locks: RowLocks,
    state: 'refused' | 'waiting',
    reason?: Reason,
    sql?: string,
  ): readonly NewRow[] {
    const row = describe(record, locks);
    if (this.known.has(placeId(row.place))) return [];
    this.rows += 1;
    this.bytes += row.bytes;
    const { limit } = this.parts;
    if (this.rows > limit.rows || this.bytes > limit.bytes) throw this.full();
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

/** Events of one record of the source stand together. */
export function recordsOf(events: readonly RowEvent[]): RowEvent[][] {
  const records: RowEvent[][] = [];
  let last: RowEvent | undefined;
  for (const event of events) {
    if (last !== undefined && last.origin !== undefined && last.origin === event.origin) records.at(-1)?.push(event);
    else records.push([event]);
    last = event;
  }
  return records;
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

function describe(record: readonly RowEvent[], locks: RowLocks): NewRow {
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
    table: { schema: event.plan.target.schema, table: event.plan.target.table },
    state: 'waiting',
    reason: undefined,
    sql: undefined,
    shown: shownRow(event),
    locks: { own: locks.own, parents: locks.parents, leaves: locks.leaves },
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
