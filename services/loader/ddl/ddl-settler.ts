import type { AssignedPartition } from '../../../shared/kafka/assigned-partition.ts';
import type { DdlEntry, Decision } from '../../../shared/model/ddl-entry.ts';
import type { Reason } from '../../../shared/model/status.ts';
import type { Connection, MysqlAddress } from '../../../shared/mysql/connection.ts';
import { ReplicationError } from '../../../shared/runtime/errors.ts';
import type { Logger } from '../../../shared/runtime/log.ts';
import { pause } from '../../../shared/runtime/retry.ts';
import type { CheckpointOwner } from '../checkpoint.ts';
import type { Decisions } from '../decisions.ts';
import { countRowsOf } from '../quarantine/quarantine-table.ts';
import type { TargetSession } from '../target-session.ts';
import { type Choice, chooseDdl, type DdlRules } from './ddl-choice.ts';
import { hasEffects, type KnownEffects } from './ddl-effects.ts';
import { type DdlLedger, type LedgerChange, type LedgerRow, type TargetName, toEntry } from './ddl-ledger.ts';
import { type Outcome, type PerformParts, performDdl } from './ddl-perform.ts';
import { runningReason } from './ddl-reasons.ts';
import { HeldTables } from './held-tables.ts';
import { moveParked } from './parking.ts';
import { sqlModeText } from './sql-mode.ts';

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

export const LOOK_MS = 100;

/** What becomes of one statement, and the note of it: the ledger, the tables that wait, and what was taken away, kept in step. */
export class DdlSettler {
  readonly held = new HeldTables();
  readonly ledger: DdlLedger;
  readonly effects: KnownEffects;
  readonly parts: DdlRoomParts;

  constructor(parts: DdlRoomParts, ledger: DdlLedger, effects: KnownEffects) {
    this.parts = parts;
    this.ledger = ledger;
    this.effects = effects;
  }

  choose({ schema, sql, session }: Pick<LedgerRow, 'schema' | 'sql' | 'session'>): Choice {
    const target = this.parts.session.isMariaDb ? 'mariadb' : 'mysql';
    const dialect = { sqlMode: sqlModeText(session.sqlMode) };
    const { channel, routeOf } = this.parts.rules;
    return chooseDdl({ schema, sql, dialect }, { channel, routeOf, target });
  }

  /** Executes a statement as the target says it and notes the outcome. Errors: TARGET_… that a repeat may cure. */
  async perform(row: LedgerRow, targetSql: string, decision?: Decision): Promise<void> {
    await this.settle(row, await performDdl(row, targetSql, this.performParts()), decision);
  }

  async settle(row: LedgerRow, outcome: Outcome, decision?: Decision): Promise<void> {
    if (outcome.state === 'held') return this.hold(row, outcome.reason, decision);
    const effects = hasEffects(outcome.effects) ? outcome.effects : null;
    if (effects !== null) this.effects.add(row, effects);
    const reason = { code: 'DDL_APPLIED', message: outcome.note, remedy: '' };
    this.parts.log.info({ statement: row.id, words: row.words }, `a statement of the source: ${outcome.note}`);
    await this.note(row, { state: 'applied', reason, effects, ...(decision === undefined ? {} : { decision }) });
  }

  /** Takes in what a settled statement took away, whichever lane executed it. */
  learn(row: LedgerRow): void {
    if (row.effects !== undefined) this.effects.add(row, row.effects);
  }

  async hold(row: LedgerRow, reason: Reason, decision?: Decision): Promise<void> {
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

  /** How many rows of these tables are in quarantine, in all partitions: what they wait for is older than the statement. */
  quarantined(tables: readonly TargetName[]): Promise<number> {
    return this.guarded((connection) => countRowsOf(connection, this.parts.owner, tables));
  }

  /** What waits in one queue waits in another from now on. */
  async mergeQueues(other: string, queue: string): Promise<void> {
    await this.ledger.moveQueue(other, queue);
    await this.guarded((connection) => moveParked(connection, this.parts.owner, other, queue));
    this.held.move(other, queue);
  }

  /** Does some work under the pipeline's lock; when another lane has it, waits a moment instead. */
  async locked(work: () => Promise<void>): Promise<void> {
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

  /** Changes the ledger, and tells it. */
  async note(row: LedgerRow, change: LedgerChange, isTold = true): Promise<void> {
    await this.guarded(() => this.ledger.change(row, change));
    if (isTold) this.parts.publish(toEntry(await this.reread(row), this.parts.owner));
  }

  async reread({ epoch, transaction }: { epoch: number; transaction: number }): Promise<LedgerRow> {
    const row = await this.guarded(() => this.ledger.read(epoch, transaction));
    if (row !== undefined) return row;
    throw new ReplicationError(
      'TARGET_REFUSED',
      `the row of statement ${epoch}-${transaction} has gone from lutra.ddl`,
      'do not delete rows of lutra.ddl while a channel runs; it is met again when the lane begins anew',
    );
  }

  performParts(): PerformParts {
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

  guarded<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    return this.parts.session.guarded(work);
  }
}
