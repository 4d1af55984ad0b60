import type { AssignedPartition } from '../../../shared/kafka/assigned-partition.ts';
import { type DdlEntry, type Decision, decisionKey } from '../../../shared/model/ddl-entry.ts';
import type { Reason } from '../../../shared/model/status.ts';
import type { Connection, MysqlAddress } from '../../../shared/mysql/connection.ts';
import { ReplicationError } from '../../../shared/runtime/errors.ts';
import type { Logger } from '../../../shared/runtime/log.ts';
import { pause } from '../../../shared/runtime/retry.ts';
import type { CheckpointOwner } from '../checkpoint.ts';
import type { TargetSession } from '../target-session.ts';
import { type Choice, chooseDdl, type DdlRules } from './ddl-choice.ts';
import { hasEffects, KnownEffects } from './ddl-effects.ts';
import { DdlLedger, ensureLedger, type LedgerRow, toEntry } from './ddl-ledger.ts';
import { type Outcome, type PerformParts, performDdl, performText } from './ddl-perform.ts';
import { barrierReason, nothingToApply, queuedReason, runningReason, stopped } from './ddl-reasons.ts';
import type { Decisions } from './decisions.ts';
import { HeldTables } from './held-tables.ts';
import { countParked, ensureParking, moveParked, park } from './parking.ts';
import { replayDdl } from './replay-ddl.ts';
import { sqlModeText } from './sql-mode.ts';
import type { Statement } from './statement-record.ts';

export type DdlRoomParts = {
  readonly session: TargetSession;
  readonly owner: CheckpointOwner;
  readonly address: MysqlAddress;
  readonly partition: AssignedPartition;
  readonly partitions: number;
  readonly rules: Omit<DdlRules, 'target'>;
  readonly decisions: Decisions;
  /** Told every change of the ledger. */
  readonly publish: (entry: DdlEntry) => void;
  /** Why the lane stands still meanwhile; undefined: it goes on. */
  readonly tell: (reason: Reason | undefined) => void;
  readonly log: Logger;
};

const LOOK_MS = 100;
const SETTLED = new Set(['applied', 'skipped', 'held', 'queued']);

/**
 * Statements of one partition at the target, in their place: a barrier across the partitions, the ledger, and the tables that wait for a decision.
 *
 * States of a statement: arriving (partitions come to it) -> applying -> applied; or skipped; or held, which parks the rows of its tables in their order
 * and lets everything else flow; a later statement about these tables is queued behind it. A decision makes held applied or skipped, then what is parked
 * is applied in order, queued statements in their place.
 */
export class DdlRoom {
  readonly held = new HeldTables();
  readonly effects: KnownEffects;
  readonly ledger: DdlLedger;
  private readonly parts: DdlRoomParts;

  private constructor(parts: DdlRoomParts, ledger: DdlLedger, effects: KnownEffects) {
    this.parts = parts;
    this.ledger = ledger;
    this.effects = effects;
  }

  /** Makes the tables in `lutra` and reads what waits. Errors: TARGET_…. */
  static async open(parts: DdlRoomParts): Promise<DdlRoom> {
    const { session, owner } = parts;
    return session.guarded(async (connection) => {
      await ensureLedger(connection);
      await ensureParking(connection);
      const ledger = new DdlLedger(connection, owner);
      const room = new DdlRoom(parts, ledger, new KnownEffects(await ledger.withEffects()));
      for (const row of await ledger.inQueues()) room.held.hold(row.tables, row.queue ?? row.id);
      if (owner.partition === 0) for (const row of await ledger.newest(50)) parts.publish(toEntry(row, owner));
      return room;
    });
  }

  /** Takes the stream over a statement; everything before it is committed. Resolves when rows behind it may be applied. Errors: TARGET_…, DDL_HELD. */
  async cross(statement: Statement): Promise<void> {
    const choice = this.choose(statement);
    const isForMe = choice.kind !== 'none' && (choice.kind !== 'skip' || this.parts.owner.partition === 0);
    if (!isForMe) return this.goOn(statement, undefined);
    const row = await this.guarded(() => this.ledger.arrive(statement, choice.words));
    if (this.ledger.hasPassed(row)) {
      await replayDdl(row, choice, this.performParts(), this.parts);
      return this.goOn(statement, row);
    }
    const settled = await this.settle(row, choice);
    if (settled.state === 'held' || settled.state === 'queued')
      this.held.hold(settled.tables, settled.queue ?? settled.id);
    if (settled.effects !== undefined) this.effects.add(settled, settled.effects);
    if (settled.state === 'held' && settled.tables.length === 0) await this.waitForDecision(settled);
    await this.goOn(statement, settled);
  }

  private choose({ schema, sql, session }: Pick<LedgerRow, 'schema' | 'sql' | 'session'>): Choice {
    const target = this.parts.session.isMariaDb ? 'mariadb' : 'mysql';
    const dialect = { sqlMode: sqlModeText(session.sqlMode) };
    const { channel, routeOf } = this.parts.rules;
    return chooseDdl({ schema, sql, dialect }, { channel, routeOf, target });
  }

  /** Waits at the barrier until one of the lanes has settled the statement, or does it. */
  private async settle(first: LedgerRow, choice: Choice): Promise<LedgerRow> {
    const { partition, partitions, tell } = this.parts;
    const isBarrier = choice.kind !== 'skip';
    for (let row = first; ; row = await this.reread(row)) {
      if (SETTLED.has(row.state)) break;
      if (partition.signal.aborted) throw stopped();
      if (!isBarrier || this.ledger.isComplete(row.arrived, partitions)) await this.settleAlone(row, choice);
      else tell(barrierReason(row));
      if (isBarrier && partitions > 1) await pause(LOOK_MS, partition.signal);
    }
    tell(undefined);
    return this.reread(first);
  }

  /** Does the work under the pipeline's lock; does nothing when another lane has it or has done it. */
  private async settleAlone(row: LedgerRow, choice: Choice): Promise<void> {
    await this.locked(async () => {
      const now = await this.reread(row);
      if (!SETTLED.has(now.state)) await this.carryOut(now, choice);
    });
  }

  private async carryOut(row: LedgerRow, choice: Choice): Promise<void> {
    if (choice.kind === 'none') return;
    const { words, tables } = choice;
    if (choice.kind === 'skip') return this.note(row, { words, tables, state: 'skipped', reason: choice.reason });
    const [queue, ...others] = this.held.queuesOf(tables);
    if (queue !== undefined) {
      for (const other of others) await this.mergeQueues(other, queue);
      return this.note(row, { words, tables, state: 'queued', queue, reason: queuedReason(queue) });
    }
    await this.note(row, { words, tables, targetSql: choice.targetSql ?? null }, false);
    if (choice.kind === 'hold') return this.hold({ ...row, tables }, choice.reason);
    await this.settleOutcome({ ...row, tables }, await performDdl(row, choice.targetSql, this.performParts()));
  }

  private async settleOutcome(row: LedgerRow, outcome: Outcome, decision?: Decision): Promise<void> {
    if (outcome.state === 'held') return this.hold(row, outcome.reason, decision);
    const effects = hasEffects(outcome.effects) ? outcome.effects : null;
    if (effects !== null) this.effects.add(row, effects);
    const reason = { code: 'DDL_APPLIED', message: outcome.note, remedy: '' };
    this.parts.log.info({ statement: row.id, words: row.words }, `a statement of the source: ${outcome.note}`);
    await this.note(row, { state: 'applied', reason, effects, ...(decision === undefined ? {} : { decision }) });
  }

  private async hold(row: LedgerRow, reason: Reason, decision?: Decision): Promise<void> {
    this.parts.log.warn(
      { statement: row.id, words: row.words, code: reason.code },
      `a statement is held: ${reason.message}`,
    );
    await this.note(row, {
      state: 'held',
      queue: row.queue ?? row.id,
      reason,
      ...(decision === undefined ? {} : { decision }),
    });
  }

  private async mergeQueues(other: string, queue: string): Promise<void> {
    await this.ledger.moveQueue(other, queue);
    await this.guarded((connection) => moveParked(connection, this.parts.owner, other, queue));
    this.held.move(other, queue);
  }

  /** Moves the checkpoint behind the statement, in one transaction with what is noted of it. */
  private async goOn(statement: Statement, row: LedgerRow | undefined): Promise<void> {
    const { session, owner } = this.parts;
    const work = async (): Promise<void> => {
      if (row?.state === 'queued') {
        const { value, offset } = statement.record;
        const queue = row.queue ?? row.id;
        await this.guarded((connection) => park(connection, owner, [{ queue, key: null, value, offset }]));
      }
      if (row !== undefined) await this.guarded(() => this.ledger.note('passed', row));
    };
    if (!statement.isLast) return work();
    await session.begin([], statement.checkpoint, statement.record.offset);
    await work();
    await session.commit(statement.checkpoint);
  }

  /** Queues that may have work: a decision about their head is new, or they were not drained to their end. */
  async queuesWithWork(): Promise<string[]> {
    const queues: string[] = [];
    for (const queue of this.held.all()) {
      const head = await this.headOf(queue);
      if (head?.state !== 'held' || this.newDecision(head) !== undefined) queues.push(queue);
    }
    return queues;
  }

  private newDecision(head: LedgerRow): Decision | undefined {
    const decision = this.parts.decisions.get(decisionKey(this.parts.owner.uid, head.id));
    return decision !== undefined && decision.at > (head.decision?.at ?? 0) ? decision : undefined;
  }

  /** Carries out the decision about the head of a queue. Resolves true when the queue may be drained. Errors: TARGET_…. */
  async decide(queue: string): Promise<boolean> {
    await this.locked(async () => {
      const head = await this.headOf(queue);
      const decision = head?.state === 'held' ? this.newDecision(head) : undefined;
      if (head !== undefined && decision !== undefined) await this.carryOutDecision(head, decision);
    });
    return (await this.headOf(queue))?.state !== 'held';
  }

  private async carryOutDecision(head: LedgerRow, decision: Decision): Promise<void> {
    const { log } = this.parts;
    log.info({ statement: head.id, action: decision.action, by: decision.by }, 'a held statement was decided');
    if (decision.action === 'skip') {
      const reason = { code: 'DDL_SKIPPED', message: `skipped by ${decision.by}`, remedy: '' };
      return this.note(head, { state: 'skipped', reason, decision });
    }
    const parts = this.performParts();
    if (decision.action === 'edit' && decision.sql !== undefined) {
      return this.settleOutcome(head, await performText(head, decision.sql, parts), decision);
    }
    const sql = head.targetSql ?? this.targetSqlNow(head);
    const outcome: Outcome =
      sql === undefined ? { state: 'held', reason: nothingToApply() } : await performDdl(head, sql, parts);
    await this.settleOutcome(head, outcome, decision);
  }

  /** Mappings may have changed since the statement was held. */
  private targetSqlNow(row: LedgerRow): string | undefined {
    const choice = this.choose(row);
    return choice.kind === 'apply' || choice.kind === 'hold' ? choice.targetSql : undefined;
  }

  /** Settles a statement that stood in a queue, when all partitions have drained up to it. Resolves to what became of it. */
  async settleQueued(id: string): Promise<LedgerRow> {
    const { partition, partitions, tell } = this.parts;
    const [epoch = 0, transaction = 0] = id.split('-').map(Number);
    await this.guarded(() => this.ledger.note('drained', { epoch, transaction }));
    for (;;) {
      const row = await this.reread({ epoch, transaction });
      if (row.state !== 'queued' && row.state !== 'applying') return row;
      if (partition.signal.aborted) throw stopped();
      if (this.ledger.isComplete(row.drained, partitions)) await this.locked(() => this.carryOutQueued(row));
      else tell(barrierReason(row));
      if (partitions > 1) await pause(LOOK_MS, partition.signal);
    }
  }

  private async carryOutQueued({ epoch, transaction }: LedgerRow): Promise<void> {
    const row = await this.reread({ epoch, transaction });
    if (row.state !== 'queued' && row.state !== 'applying') return;
    const choice = this.choose(row);
    if (choice.kind === 'none' || choice.kind === 'skip') return this.note(row, { state: 'skipped' });
    if (choice.kind === 'hold') return this.hold(row, choice.reason);
    await this.settleOutcome(row, await performDdl(row, choice.targetSql, this.performParts()));
  }

  /** A statement in a queue is held: everything behind it goes on waiting, in a queue of its name. */
  async renameQueue(queue: string, head: LedgerRow): Promise<void> {
    await this.mergeQueues(queue, head.id);
    this.held.hold(head.tables, head.id);
  }

  /** A queue without parked records and without waiting statements ends: its tables flow. */
  async endQueue(queue: string): Promise<void> {
    const { owner, partitions } = this.parts;
    this.held.release(queue);
    const left = await this.guarded((connection) => countParked(connection, owner));
    if (partitions > 1 && left.has(queue)) return;
    await this.guarded(() => this.ledger.moveQueue(queue, null));
  }

  private async headOf(queue: string): Promise<LedgerRow | undefined> {
    const [epoch = 0, transaction = 0] = queue.split('-').map(Number);
    return this.guarded(() => this.ledger.read(epoch, transaction));
  }

  /** A statement nobody can read may concern any table: the lane stands still until it is decided. */
  private async waitForDecision(row: LedgerRow): Promise<void> {
    const { partition, tell } = this.parts;
    while (!(await this.decide(row.id))) {
      if (partition.signal.aborted) throw stopped();
      tell(row.reason);
      await pause(LOOK_MS * 5, partition.signal);
    }
    await this.endQueue(row.id);
    tell(undefined);
  }

  private async locked(work: () => Promise<void>): Promise<void> {
    if (!(await this.guarded(() => this.ledger.tryLock()))) {
      await pause(LOOK_MS, this.parts.partition.signal);
      return;
    }
    try {
      await work();
    } finally {
      await this.guarded(() => this.ledger.unlock());
    }
  }

  private async note(row: LedgerRow, change: Parameters<DdlLedger['change']>[1], isTold = true): Promise<void> {
    await this.guarded(() => this.ledger.change(row, change));
    if (isTold) this.parts.publish(toEntry(await this.reread(row), this.parts.owner));
  }

  private async reread({ epoch, transaction }: { epoch: number; transaction: number }): Promise<LedgerRow> {
    const row = await this.guarded(() => this.ledger.read(epoch, transaction));
    if (row !== undefined) return row;
    throw new ReplicationError(
      'TARGET_REFUSED',
      `the row of statement ${epoch}-${transaction} has gone from lutra.ddl`,
      'do not delete rows of lutra.ddl while a channel runs; it is met again when the lane begins anew',
    );
  }

  private performParts(): PerformParts {
    const { session, address, partition, tell } = this.parts;
    return {
      ledger: this.ledger,
      connection: session.connection,
      address,
      flavour: session.isMariaDb ? 'mariadb' : 'mysql',
      signal: partition.signal,
      onRunning: (row, ms) => tell(runningReason(row, ms)),
    };
  }

  private guarded<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    return this.parts.session.guarded(work);
  }
}
