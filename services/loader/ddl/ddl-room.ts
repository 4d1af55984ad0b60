import { pause } from '../../../shared/runtime/retry.ts';
import type { Choice } from './ddl-choice.ts';
import { KnownEffects } from './ddl-effects.ts';
import { DdlLedger, ensureLedger, type LedgerRow, toEntry } from './ddl-ledger.ts';
import { DdlQueues } from './ddl-queues.ts';
import { barrierReason, behindQuarantine, isBehindQuarantine, queuedReason, stopped } from './ddl-reasons.ts';
import { type DdlRoomParts, DdlSettler, LOOK_MS } from './ddl-settler.ts';
import { ensureParking, park } from './parking.ts';
import { replayDdl } from './replay-ddl.ts';
import type { Statement } from './statement-record.ts';

const SETTLED = new Set(['applied', 'skipped', 'held', 'queued']);

/**
 * Statements of one partition at the target, in their place: a barrier across the partitions, the ledger, and the tables that wait for a decision.
 *
 * States of a statement: arriving (partitions come to it) -> applying -> applied; or skipped; or held, which parks the rows of its tables in their order
 * and lets everything else flow; a later statement about these tables is queued behind it. A decision makes held applied or skipped, then what is parked
 * is applied in order, queued statements in their place.
 */
export class DdlRoom {
  readonly queues: DdlQueues;
  /** Whether a statement waits for rows in quarantine: it goes on by itself, whichever lane applies the last of them. */
  waitsForRows = false;
  private readonly settler: DdlSettler;

  private constructor(settler: DdlSettler) {
    this.settler = settler;
    this.queues = new DdlQueues(settler);
  }

  /** Makes the tables in `lutra` and reads what waits. Errors: TARGET_…. */
  static async open(parts: DdlRoomParts): Promise<DdlRoom> {
    const { session, owner } = parts;
    return session.guarded(async (connection) => {
      await ensureLedger(connection);
      await ensureParking(connection);
      const ledger = new DdlLedger(connection, owner);
      const settler = new DdlSettler(parts, ledger, new KnownEffects(await ledger.withEffects()));
      const waiting = await ledger.inQueues();
      for (const row of waiting) settler.held.hold(row.tables, row.queue ?? row.id);
      if (owner.partition === 0) for (const row of await ledger.newest(50)) parts.publish(toEntry(row, owner));
      const room = new DdlRoom(settler);
      room.waitsForRows = waiting.some(isBehindQuarantine);
      return room;
    });
  }

  get held(): DdlSettler['held'] {
    return this.settler.held;
  }

  get effects(): KnownEffects {
    return this.settler.effects;
  }

  /** Takes the stream over a statement; everything before it is committed. Resolves when rows behind it may be applied. Errors: TARGET_…, DDL_HELD. */
  async cross(statement: Statement): Promise<void> {
    const choice = this.settler.choose(statement);
    const isForMe = choice.kind !== 'none' && (choice.kind !== 'skip' || this.settler.parts.owner.partition === 0);
    if (!isForMe) return this.goOn(statement, undefined);
    const row = await this.settler.guarded(() => this.settler.ledger.arrive(statement, choice.words));
    if (this.settler.ledger.hasPassed(row)) {
      await replayDdl(row, choice, this.settler.performParts(), this.settler.parts);
      return this.goOn(statement, row);
    }
    const settled = await this.settle(row, choice);
    if (settled.state === 'held' || settled.state === 'queued')
      this.held.hold(settled.tables, settled.queue ?? settled.id);
    this.settler.learn(settled);
    this.waitsForRows ||= isBehindQuarantine(settled);
    if (settled.state === 'held' && settled.tables.length === 0) await this.queues.waitForDecision(settled);
    await this.goOn(statement, settled);
  }

  /** Waits at the barrier until one of the lanes has settled the statement, or does it. */
  private async settle(first: LedgerRow, choice: Choice): Promise<LedgerRow> {
    const { partition, partitions, tell } = this.settler.parts;
    const isBarrier = choice.kind !== 'skip';
    for (let row = first; ; row = await this.settler.reread(row)) {
      if (SETTLED.has(row.state)) break;
      if (partition.signal.aborted) throw stopped();
      if (!isBarrier || this.settler.ledger.isComplete(row.arrived, partitions)) await this.settleAlone(row, choice);
      else tell(barrierReason(row));
      if (isBarrier && partitions > 1) await pause(LOOK_MS, partition.signal);
    }
    tell(undefined);
    return this.settler.reread(first);
  }

  /** Does the work under the pipeline's lock; does nothing when another lane has it or has done it. */
  private async settleAlone(row: LedgerRow, choice: Choice): Promise<void> {
    await this.settler.locked(async () => {
      const now = await this.settler.reread(row);
      if (!SETTLED.has(now.state)) await this.carryOut(now, choice);
    });
  }

  private async carryOut(row: LedgerRow, choice: Choice): Promise<void> {
    if (choice.kind === 'none') return;
    const { words, tables } = choice;
    if (choice.kind === 'skip')
      return this.settler.note(row, { words, tables, state: 'skipped', reason: choice.reason });
    const [queue, ...others] = this.held.queuesOf(tables);
    if (queue !== undefined) {
      for (const other of others) await this.settler.mergeQueues(other, queue);
      return this.settler.note(row, { words, tables, state: 'queued', queue, reason: queuedReason(queue) });
    }
    await this.settler.note(row, { words, tables, targetSql: choice.targetSql ?? null }, false);
    if (choice.kind === 'hold') return this.settler.hold({ ...row, tables }, choice.reason);
    const rows = await this.settler.quarantined(tables);
    if (rows > 0) return this.settler.hold({ ...row, tables }, behindQuarantine(rows));
    await this.settler.perform({ ...row, tables }, choice.targetSql);
  }

  /** Moves the checkpoint behind the statement, in one transaction with what is noted of it. */
  private async goOn(statement: Statement, row: LedgerRow | undefined): Promise<void> {
    const { session, owner } = this.settler.parts;
    const work = async (): Promise<void> => {
      if (row?.state === 'queued') {
        const { value, offset } = statement.record;
        const queue = row.queue ?? row.id;
        await this.settler.guarded((connection) => park(connection, owner, [{ queue, key: null, value, offset }]));
      }
      if (row !== undefined) await this.settler.guarded(() => this.settler.ledger.note('passed', row));
    };
    if (!statement.isLast) return work();
    await session.begin([], statement.checkpoint, statement.record.offset);
    await work();
    await session.commit(statement.checkpoint);
  }
}
