import { type QuarantineLimit, quarantineLimitOf } from '../../../shared/model/channel.ts';
import type { Reason } from '../../../shared/model/status.ts';
import type { Logger } from '../../../shared/runtime/log.ts';
import { BatchRefused } from '../applier.ts';
import type { CheckpointOwner } from '../checkpoint.ts';
import { ParkedRefused } from '../ddl/release.ts';
import type { Decisions } from '../decisions.ts';
import type { EntryPublisher } from '../entry-publisher.ts';
import type { MappingRules } from '../mapping-rules.ts';
import type { PlanCache } from '../plan-cache.ts';
import type { StatusBoard } from '../status-board.ts';
import { tally } from '../tally.ts';
import type { TargetSession } from '../target-session.ts';
import { drain } from './drain.ts';
import { ROW_DEPENDS } from './isolation.ts';
import { type NewRow, Quarantine } from './quarantine.ts';
import { type QuarantinedRow, removeSettled } from './quarantine-table.ts';
import { QuarantineTeller } from './quarantine-teller.ts';
import { placeId } from './row-locks.ts';

const TELL_MS = 2_000;

/** Why a lane stands still while it goes through many rows. */
function drainReason(rows: number): Reason {
  return {
    code: 'QUARANTINE_DRAINS',
    message: `${rows} rows in quarantine are gone through, one by one, because it was decided about some of them`,
    remedy: 'nothing to do; reading goes on behind them',
  };
}

export type LaneQuarantineParts = {
  readonly owner: CheckpointOwner;
  readonly rules: MappingRules;
  readonly decisions: Decisions;
  readonly quarantined: EntryPublisher;
  readonly board: StatusBoard;
  readonly log: Logger;
};

/** What a lane knows of its quarantine over its sessions: when it has to go record by record, and what it has told. */
export class LaneQuarantine {
  private readonly parts: LaneQuarantineParts;
  private readonly teller: QuarantineTeller;
  private uncommitted: QuarantinedRow[] = [];
  /** Up to this offset transactions are applied record by record. */
  private isolatedUntil = 0n;
  /** Whether what was parked for statements is. */
  isolatesQueues = false;
  /** Whether a refused row waits for another row, which may come from anywhere. */
  dependsOnOthers = false;

  constructor(parts: LaneQuarantineParts) {
    this.parts = parts;
    this.teller = new QuarantineTeller(parts.quarantined, parts.owner);
  }

  readonly isIsolating = (): boolean => this.isolatedUntil > 0n;

  /** Whether the lane may begin again at once and go record by record, because the rules keep refused rows for later. */
  isToIsolate(error: unknown): boolean {
    if (!this.parts.rules.current.keepsRefused) return false;
    if (error instanceof ParkedRefused && !this.isolatesQueues) {
      this.isolatesQueues = true;
      return true;
    }
    if (!(error instanceof BatchRefused) || error.isIsolated) return false;
    this.isolatedUntil = error.nextOffset;
    return true;
  }

  /** A source transaction is applied. */
  passed(nextOffset: bigint): void {
    if (nextOffset >= this.isolatedUntil) this.isolatedUntil = 0n;
  }

  /**
   * What waits, for a session that begins: after the decisions about it are carried out and what is free is applied. `plans`: whatever waits for a
   * statement. Errors: TARGET_… that are not about a row.
   */
  async open(session: TargetSession, plans: PlanCache, signal: AbortSignal): Promise<Quarantine> {
    const { owner, rules, decisions, board, log } = this.parts;
    this.uncommitted = [];
    const limit: QuarantineLimit = quarantineLimitOf(rules.channel);
    const { quarantine, rows } = await Quarantine.open({ guarded: session.guarded.bind(session), owner, limit });
    const slow = setTimeout(() => board.laneTells(owner.partition, drainReason(rows.length)), TELL_MS);
    const drained = await drain(rows, {
      ...{ session, owner, plans, signal, log },
      decisionOf: (id) => decisions.ofRow(owner.uid, id),
      onApplied: (events) => board.released(tally(events)),
    }).finally(() => clearTimeout(slow));
    this.teller.tell(drained);
    const isSettled = ({ state }: { state: string }): boolean => state === 'applied' || state === 'skipped';
    // NOTE what could not be told now stays noted in the target until it is.
    quarantine.hasNotes = drained.some(isSettled) && !(await this.teller.flush());
    if (!quarantine.hasNotes && drained.some(isSettled))
      await session.guarded((connection) => removeSettled(connection, owner));
    for (const row of drained) if (!isSettled(row)) quarantine.add(row);
    this.dependsOnOthers = drained.some(({ state, reason }) => state === 'refused' && reason?.code === ROW_DEPENDS);
    this.show(quarantine);
    return quarantine;
  }

  /** Rows that went into quarantine. `isCommitted` false: their transaction goes on, and they are told when it is committed. */
  kept(found: readonly NewRow[], quarantine: Quarantine, isCommitted = true): void {
    // NOTE without the records, which may be large.
    for (const { record: _, ...row } of found) this.uncommitted.push(row);
    if (!isCommitted || this.uncommitted.length === 0) return;
    const rows = this.uncommitted;
    this.uncommitted = [];
    this.teller.tell(rows);
    this.show(quarantine);
    const { decisions, owner } = this.parts;
    for (const { place, table, state, reason } of rows) {
      if (state !== 'refused') continue;
      // NOTE a replay has brought a row again about which it was decided before.
      if (decisions.ofRow(owner.uid, placeId(place)) !== undefined) quarantine.isRetryDue = true;
      this.parts.log.warn(
        { row: placeId(place), table: `${table.schema}.${table.table}`, code: reason?.code },
        'a row that the target refuses is in quarantine',
      );
    }
  }

  private show(quarantine: Quarantine): void {
    this.parts.board.laneQuarantines(this.parts.owner.partition, quarantine.tables);
  }
}
