import { DELETE, INSERT } from '../../shared/codec/record-head.ts';
import type { RowEvent } from '../../shared/rows/row-event.ts';
import { keyOfImage } from '../../shared/rows/row-key.ts';
import { isMoved, type RowStatements, rowStatements } from '../../shared/rows/row-statements.ts';
import { isLeftOut } from '../../shared/rows/table-plan.ts';
import { ReplicationError } from '../../shared/runtime/errors.ts';
import { refuseWarnings } from './data-warnings.ts';
import { ER_DUP_ENTRY, ER_NO_PARENT, ER_ROW_IS_REFERENCED, refusalNumber } from './target-errors.ts';
import { execute, type TargetLink } from './target-link.ts';

/** Does the work for an event. */
export type Attempt = (event: RowEvent, work: () => Promise<void>) => Promise<void>;

/**
 * Applies single rows in source order and says of each what became of it. A row that a foreign key holds back waits for the end of the source transaction:
 * MySQL 9.6 and later log what a cascade changes before the row that caused it. An old event that comes again yields to what is newer (see `settleClash`).
 */
export class RowRunner {
  private readonly link: TargetLink;
  private readonly waiting = new Map<string, RowEvent>();

  constructor(link: TargetLink) {
    this.link = link;
  }

  /** Errors: TARGET_… */
  async apply(event: RowEvent): Promise<void> {
    if (this.isLeftOut(event)) return;
    const row = rowName(event);
    const before = this.waiting.get(row);
    this.waiting.delete(row);
    try {
      await this.change(event);
    } catch (error) {
      if (isHeldBack(error)) {
        this.waiting.set(row, event);
        return;
      }
      if (before !== undefined) this.waiting.set(row, before);
      throw error;
    }
  }

  /** Whether an event waits for the end of its transaction. */
  holds(event: RowEvent): boolean {
    return this.waiting.size > 0 && this.waiting.get(rowName(event)) === event;
  }

  /** Forgets an event whose record is undone. */
  leave(event: RowEvent): void {
    if (this.holds(event)) this.waiting.delete(rowName(event));
  }

  /** Forgets what waits: its transaction is undone. */
  clear(): void {
    this.waiting.clear();
  }

  /** Ends a source transaction: what waited must fit now. `attempt` does the work for one event and takes over what is refused; left out, that is an error. */
  async finish(attempt: Attempt = (_, work) => work()): Promise<void> {
    for (let left = this.waiting.size + 1; this.waiting.size > 0 && this.waiting.size < left; ) {
      left = this.waiting.size;
      for (const event of [...this.waiting.values()]) await this.apply(event);
    }
    for (const event of this.waiting.values()) await attempt(event, () => this.settle(event));
    this.waiting.clear();
  }

  /** Tables without a key are not repeated: their rows would come twice. */
  private isLeftOut(event: RowEvent): boolean {
    const { plan, op, offset } = event;
    const { drift } = this.link;
    if (isLeftOut(plan, op)) {
      drift.add('noKey', plan);
      return true;
    }
    if (plan.key.length > 0 || !this.link.isRepeat(offset)) return false;
    drift.add('repeatKeyless', plan);
    return true;
  }

  private async change(event: RowEvent): Promise<void> {
    const { plan, op } = event;
    const sql = rowStatements(event, this.link.pool);
    if (op === DELETE && !isMoved(event)) {
      const { affectedRows } = await execute(this.link, sql.remove, plan);
      if (affectedRows === 0 && plan.key.length === 0) this.link.drift.add('deleteMissing', plan);
    } else if (op === INSERT) {
      await this.insert(event, sql);
    } else {
      await this.update(event, sql);
    }
  }

  /** The row may be there already after a repeat: then it is set. */
  private async insert(event: RowEvent, sql: RowStatements): Promise<void> {
    if (await this.tryWrite(event, sql.insert)) return;
    if (event.plan.key.length > 0 && (await this.tryWrite(event, sql.update))) return;
    await this.settleClash(event, sql);
  }

  private async update(event: RowEvent, sql: RowStatements): Promise<void> {
    const { plan, offset } = event;
    const affected = await this.tryWrite(event, sql.update);
    if (affected === 0) {
      if (!this.link.isRepeat(offset)) this.link.drift.add('updateMissing', plan);
      if (await this.tryWrite(event, sql.insert)) return;
    } else if (affected !== undefined) {
      return;
    }
    await this.settleClash(event, sql);
  }

  /** Rows that a statement has touched; undefined when another row holds a value that must be unique. */
  private async tryWrite({ plan }: RowEvent, sql: string): Promise<number | undefined> {
    try {
      const { affectedRows, warningStatus } = await execute(this.link, sql, plan);
      if (warningStatus > 0) await refuseWarnings(this.link, plan);
      return affectedRows;
    } catch (error) {
      if (refusalNumber(error) === ER_DUP_ENTRY) return undefined;
      throw error;
    }
  }

  /**
   * Another row holds a value of this one. When the event is a repeat, that row is newer, so a later event of the stream changes or removes this row: it is taken
   * away until then, and no other row is touched. Its last event cannot clash, for what stands in the target then is of one state of the source.
   */
  private async settleClash({ plan, offset }: RowEvent, { remove }: RowStatements): Promise<void> {
    if (!this.link.isRepeat(offset)) throw this.clash(plan);
    await this.unchecked(async () => {
      await execute(this.link, remove, plan);
    });
    this.link.drift.add('repeatClash', plan);
  }

  private clash({ target: { schema, table } }: RowEvent['plan']): ReplicationError {
    return new ReplicationError(
      'TARGET_REFUSED',
      `${this.link.place}: another row of table ${schema}.${table} holds a value that must be unique and that a row of the source has now`,
      'compare the two tables and mend or delete that row at the target; it is tried again every few seconds',
    );
  }

  /** What still is held back: a repeat yields, a new event stops the pipeline by name. */
  private async settle(event: RowEvent): Promise<void> {
    const { plan, offset, op } = event;
    if (!this.link.isRepeat(offset)) return this.change(event);
    if (op !== DELETE && plan.target.foreignKeys?.followsParents === true) {
      this.link.drift.add('repeatOrphan', plan);
      return;
    }
    await this.unchecked(() => this.change(event));
  }

  private async unchecked(work: () => Promise<void>): Promise<void> {
    await execute(this.link, 'SET foreign_key_checks=0');
    try {
      await work();
    } finally {
      await execute(this.link, 'SET foreign_key_checks=1');
    }
  }
}

function isHeldBack(error: unknown): boolean {
  const number = refusalNumber(error);
  return number !== undefined && (ER_NO_PARENT.has(number) || ER_ROW_IS_REFERENCED.has(number));
}

function rowName(event: RowEvent): string {
  const { plan, key, op } = event;
  const row = plan.isRecordKeyed
    ? (key?.toString('latin1', plan.keyPrefixBytes) ?? '')
    : keyOfImage(event, op === INSERT ? 'after' : 'before');
  return `${plan.target.quoted} ${row}`;
}
