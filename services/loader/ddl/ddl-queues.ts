import type { Decision } from '../../../shared/model/ddl-entry.ts';
import { pause } from '../../../shared/runtime/retry.ts';
import type { LedgerRow } from './ddl-ledger.ts';
import { performText } from './ddl-perform.ts';
import { barrierReason, behindQuarantine, isBehindQuarantine, nothingToApply, stopped } from './ddl-reasons.ts';
import { type DdlSettler, LOOK_MS } from './ddl-settler.ts';
import { countParked } from './parking.ts';

/**
 * Queues behind held statements. A queue is named after its head: the statement that waits for a decision. Behind it stand, in their order, rows of its
 * tables (`lutra.parked`) and later statements about them.
 */
export class DdlQueues {
  private readonly settler: DdlSettler;

  constructor(settler: DdlSettler) {
    this.settler = settler;
  }

  /** Queues that may have work: their head can be settled now, or they were not drained to their end. */
  async withWork(): Promise<string[]> {
    const queues: string[] = [];
    for (const queue of this.settler.held.all()) {
      const head = await this.headOf(queue);
      if (head?.state !== 'held' || this.newDecision(head) !== undefined || (await this.isClear(head)))
        queues.push(queue);
    }
    return queues;
  }

  /** Carries out the decision about the head of a queue. Resolves true when the queue may be drained. Errors: TARGET_…. */
  async decide(queue: string): Promise<boolean> {
    await this.settler.locked(async () => {
      const head = await this.headOf(queue);
      const decision = head?.state === 'held' ? this.newDecision(head) : undefined;
      if (head !== undefined && decision !== undefined) await this.carryOut(head, decision);
      else if (head !== undefined && (await this.isClear(head))) await this.carryOutCleared(head);
      else if (head?.state === 'applying') await this.settler.perform(head, head.targetSql ?? head.sql);
    });
    const head = await this.headOf(queue);
    if (head === undefined) return true;
    this.settler.learn(head);
    return head.state !== 'held' && head.state !== 'applying';
  }

  /** A statement nobody can read may concern any table: the lane stands still until it is decided. */
  async waitForDecision(row: LedgerRow): Promise<void> {
    const { partition, tell } = this.settler.parts;
    while (!(await this.decide(row.id))) {
      if (partition.signal.aborted) throw stopped();
      tell(row.reason);
      await pause(LOOK_MS * 5, partition.signal);
    }
    await this.end(row.id);
    tell(undefined);
  }

  /** Settles a statement that stood in a queue, when all partitions have drained up to it. Resolves to what became of it. */
  async settleQueued(id: string): Promise<LedgerRow> {
    const { settler } = this;
    const { partition, partitions, tell } = settler.parts;
    const place = placeOf(id);
    await settler.guarded(() => settler.ledger.note('drained', place));
    for (;;) {
      const row = await settler.reread(place);
      if (!isOpen(row)) {
        settler.learn(row);
        return row;
      }
      if (partition.signal.aborted) throw stopped();
      if (settler.ledger.isComplete(row.drained, partitions)) await settler.locked(() => this.carryOutQueued(row));
      else tell(barrierReason(row));
      if (partitions > 1) await pause(LOOK_MS, partition.signal);
    }
  }

  /** A statement in a queue is held: everything behind it goes on waiting, in a queue of its name. */
  async rename(queue: string, head: LedgerRow): Promise<void> {
    await this.settler.mergeQueues(queue, head.id);
    this.settler.held.hold(head.tables, head.id);
  }

  /** A queue without parked records and without waiting statements ends: its tables flow. */
  async end(queue: string): Promise<void> {
    const { settler } = this;
    const { owner, partitions } = settler.parts;
    settler.held.release(queue);
    const left = await settler.guarded((connection) => countParked(connection, owner));
    if (partitions > 1 && left.has(queue)) return;
    await settler.guarded(() => settler.ledger.moveQueue(queue, null));
  }

  private newDecision(head: LedgerRow): Decision | undefined {
    const { decisions, owner } = this.settler.parts;
    const decision = decisions.ofStatement(owner.uid, head.id);
    return decision !== undefined && decision.at > (head.decision?.at ?? 0) ? decision : undefined;
  }

  private async carryOut(head: LedgerRow, decision: Decision): Promise<void> {
    const { settler } = this;
    settler.parts.log.info(
      { statement: head.id, action: decision.action, by: decision.by },
      'a held statement was decided',
    );
    if (decision.action === 'skip') {
      const reason = { code: 'DDL_SKIPPED', message: `skipped by ${decision.by}`, remedy: '' };
      return settler.note(head, { state: 'skipped', reason, decision });
    }
    const rows = isBehindQuarantine(head) ? 0 : await settler.quarantined(head.tables);
    if (rows > 0) return settler.hold(head, behindQuarantine(rows), decision);
    await this.execute(head, decision);
  }

  private async execute(head: LedgerRow, decision: Decision): Promise<void> {
    const { settler } = this;
    if (decision.action === 'edit' && decision.sql !== undefined) {
      return settler.settle(head, await performText(head, decision.sql, settler.performParts()), decision);
    }
    const sql = head.targetSql ?? this.targetSqlNow(head);
    if (sql === undefined) return settler.hold(head, nothingToApply(), decision);
    await settler.perform(head, sql, decision);
  }

  /** Mappings may have changed since the statement was held. */
  private targetSqlNow(row: LedgerRow): string | undefined {
    const choice = this.settler.choose(row);
    return choice.kind === 'apply' || choice.kind === 'hold' ? choice.targetSql : undefined;
  }

  private async carryOutQueued(place: LedgerRow): Promise<void> {
    const { settler } = this;
    const row = await settler.reread(place);
    if (!isOpen(row)) return;
    const choice = settler.choose(row);
    if (choice.kind === 'none') return settler.note(row, { state: 'skipped', reason: null });
    if (choice.kind === 'skip') return settler.note(row, { state: 'skipped', reason: choice.reason });
    if (choice.kind === 'hold') return settler.hold(row, choice.reason);
    const rows = await settler.quarantined(row.tables);
    if (rows > 0) return settler.hold(row, behindQuarantine(rows));
    await settler.perform(row, choice.targetSql);
  }

  /** Whether a statement waited for rows in quarantine and does not any more. */
  private async isClear(head: LedgerRow): Promise<boolean> {
    return isBehindQuarantine(head) && (await this.settler.quarantined(head.tables)) === 0;
  }

  /** As it was decided, or as it would have been executed at once. */
  private async carryOutCleared(head: LedgerRow): Promise<void> {
    if (head.decision !== undefined) return this.execute(head, head.decision);
    const sql = head.targetSql ?? this.targetSqlNow(head);
    if (sql === undefined) return this.settler.hold(head, nothingToApply());
    await this.settler.perform(head, sql);
  }

  private async headOf(queue: string): Promise<LedgerRow | undefined> {
    const { epoch, transaction } = placeOf(queue);
    return this.settler.guarded(() => this.settler.ledger.read(epoch, transaction));
  }
}

function isOpen({ state }: LedgerRow): boolean {
  return state === 'queued' || state === 'applying';
}

function placeOf(id: string): { epoch: number; transaction: number } {
  const [epoch = 0, transaction = 0] = id.split('-').map(Number);
  return { epoch, transaction };
}
