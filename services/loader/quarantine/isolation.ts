import type { RowEvent } from '../../../shared/rows/row-event.ts';
import { plainStatement } from '../../../shared/rows/row-statements.ts';
import { ReplicationError } from '../../../shared/runtime/errors.ts';
import type { RowRunner } from '../row-runner.ts';
import { rowTreatmentOf } from '../target-errors.ts';
import { execute, type TargetLink } from '../target-link.ts';
import { adviceFor } from './advice.ts';
import type { NewRow, Quarantine } from './quarantine.ts';
import { type RowUnit, unitsOf } from './row-units.ts';

const SAVEPOINT = 'SAVEPOINT lutra_row';
const TO_SAVEPOINT = 'ROLLBACK TO SAVEPOINT lutra_row';
const SHOWN_SQL = 4_000;
/** Code of a row that waits for another one. */
export const ROW_DEPENDS = 'ROW_DEPENDS';

/**
 * Applies a source transaction record by record, so that a refused one is undone alone and goes into quarantine, and with it what depends on it. A change of key
 * is applied as one UPDATE here. For
 * transactions that the fast way has met an error in. The target transaction is the caller's; what is found has to be stored in it.
 */
export class Isolation {
  private readonly quarantine: Quarantine;
  private readonly rows: RowRunner;
  private readonly link: TargetLink;
  private readonly units = new Map<RowEvent, RowUnit>();
  private found: NewRow[] = [];

  constructor(quarantine: Quarantine, rows: RowRunner, link: TargetLink) {
    this.quarantine = quarantine;
    this.rows = rows;
    this.link = link;
  }

  /** Resolves to what goes into quarantine. Errors: TARGET_… that are not about a row, TARGET_REFUSED for one whose policy is to pause the channel, QUARANTINE_FULL. */
  async apply(events: readonly RowEvent[]): Promise<readonly NewRow[]> {
    for (const unit of unitsOf(events)) await this.applyUnit(unit);
    return this.take();
  }

  /** Ends a source transaction: likewise for what waited for other rows of it. */
  async finish(): Promise<readonly NewRow[]> {
    await this.rows.finish((event, work) => this.attempt(this.units.get(event) ?? alone(event), event, work));
    this.units.clear();
    return this.take();
  }

  private async applyUnit(unit: RowUnit): Promise<void> {
    const { events, made } = unit;
    if (!this.quarantine.isEmpty) {
      const { flowing, waiting } = await this.quarantine.sift(made);
      this.found.push(...waiting);
      if (flowing.length === 0) return;
    }
    let current = events[0] as RowEvent;
    await this.attempt(
      unit,
      () => current,
      async () => {
        for (const event of events) {
          current = event;
          await this.rows.apply(event);
        }
      },
    );
    for (const event of events) if (this.rows.holds(event)) this.units.set(event, unit);
  }

  private async attempt(unit: RowUnit, failed: RowEvent | (() => RowEvent), work: () => Promise<void>): Promise<void> {
    const { events } = unit;
    await execute(this.link, SAVEPOINT);
    try {
      await work();
    } catch (error) {
      if (!isRefused(error) || events.some(({ plan }) => plan.rowErrors === 'pause-channel')) throw error;
      await execute(this.link, TO_SAVEPOINT);
      for (const event of events) this.rows.leave(event);
      const sql = statementOf(error, typeof failed === 'function' ? failed() : failed, this.link);
      this.found.push(...(await this.quarantine.refuse(unit, reasonOf(error), sql)));
    }
  }

  private take(): readonly NewRow[] {
    const { found } = this;
    this.found = [];
    return found;
  }
}

function alone(event: RowEvent): RowUnit {
  return { events: [event], made: [event] };
}

/** Whether the error is about one row, and no repeat cures it. */
export function isRefused(error: unknown): error is ReplicationError {
  if (!(error instanceof ReplicationError)) return false;
  const treatment = rowTreatmentOf(error);
  return treatment === 'quarantine' || treatment === 'dependency';
}

export function reasonOf(error: ReplicationError): { code: string; message: string; remedy: string } {
  const code = rowTreatmentOf(error) === 'dependency' ? ROW_DEPENDS : error.code;
  return { code, message: error.message, remedy: adviceFor(error) };
}

/** The statement as it was sent, cut; of a row that was refused before that, as it would have been. Holds values: for the target and the API, not for logs. */
export function statementOf(error: ReplicationError, event: RowEvent, { pool }: TargetLink): string {
  const { cause } = error;
  const sent = cause instanceof Error && 'sql' in cause ? String(cause.sql) : undefined;
  const sql = sent ?? written(event, pool);
  return sql.length > SHOWN_SQL ? `${sql.slice(0, SHOWN_SQL)}…` : sql;
}

function written(event: RowEvent, pool: TargetLink['pool']): string {
  try {
    return plainStatement(event, pool);
  } catch {
    return '';
  }
}
