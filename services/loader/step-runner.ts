import { Readable } from 'node:stream';
import { DELETE } from '../../shared/codec/record-head.ts';
import type { ResultSetHeader } from '../../shared/mysql/connection.ts';
import type { RowEvent } from '../../shared/rows/row-event.ts';
import { plainStatement } from '../../shared/rows/row-statements.ts';
import type { LoadStep, RowStep, StatementStep, Step } from '../../shared/rows/statements.ts';
import { isLeftOut } from '../../shared/rows/table-plan.ts';
import { ReplicationError } from '../../shared/runtime/errors.ts';
import { refuseWarnings } from './data-warnings.ts';
import { RowRunner } from './row-runner.ts';
import { refusalNumber, statementError } from './target-errors.ts';
import { execute, type TargetLink } from './target-link.ts';

/** Statements travel in packets of about this size, one round trip each. */
const MAX_PACKET_BYTES = 128 << 10;
const SAVEPOINT = 'SAVEPOINT lutra';
const TO_SAVEPOINT = 'ROLLBACK TO SAVEPOINT lutra';

/** What goes ahead of the first packet: the begin of the target transaction and its checkpoint. */
export type Opening = {
  readonly sql: readonly string[];
  /** Errors: its own, when the opening was not what it had to be. */
  readonly check: (results: readonly ResultSetHeader[]) => void;
  readonly failed: (error: unknown) => unknown;
};

type Packed = { readonly step: StatementStep | RowStep; readonly sql: string };

/**
 * Runs the steps of a target transaction. First in packets, as if everything were as the stream expects it; a packet whose answer is not what it should be
 * is undone and its steps are run one by one, which counts what was missing and names the table of an error.
 */
export class StepRunner {
  private readonly link: TargetLink;
  readonly rows: RowRunner;
  private opening: Opening | undefined;
  private packet: Packed[] = [];
  private bytes = 0;
  private isRepeat = false;

  constructor(link: TargetLink) {
    this.link = link;
    this.rows = new RowRunner(link);
  }

  /** `isRepeat`: the steps were applied before, so what is missing at the target is no wonder. Errors: TARGET_… */
  async run(steps: readonly Step[], isRepeat: boolean, opening?: Opening): Promise<void> {
    this.opening = opening;
    this.isRepeat = isRepeat;
    for (const step of steps) {
      if (step.kind === 'load') await this.load(step);
      else if (step.kind === 'statement') await this.pack(step, step.sql);
      else if (this.isPlain(step.event)) await this.pack(step, plainStatement(step.event, this.link.pool));
      else await this.runAlone(step);
    }
    await this.flush();
  }

  /** Ends a source transaction. Errors: TARGET_… */
  finish(): Promise<void> {
    return this.rows.finish();
  }

  private isPlain({ plan, op, offset }: RowEvent): boolean {
    return !isLeftOut(plan, op) && !this.link.isRepeat(offset);
  }

  private async runAlone({ event }: RowStep): Promise<void> {
    await this.flush();
    await this.rows.apply(event);
  }

  private async pack(step: StatementStep | RowStep, sql: string): Promise<void> {
    if (this.packet.length > 0 && this.bytes + sql.length > MAX_PACKET_BYTES) await this.flush();
    this.packet.push({ step, sql });
    this.bytes += sql.length;
  }

  private async flush(): Promise<void> {
    const { packet, opening } = this;
    const ahead = opening?.sql ?? [];
    if (packet.length === 0 && ahead.length === 0) return;
    this.packet = [];
    this.bytes = 0;
    this.opening = undefined;
    const results = await this.send([...ahead, SAVEPOINT, ...packet.map(({ sql }) => sql)], packet, opening);
    if (results !== undefined) {
      opening?.check(results);
      const answers = results.slice(ahead.length + 1);
      if (packet.every(({ step }, index) => this.isExpected(step, answers[index]))) return;
      await execute(this.link, TO_SAVEPOINT);
    }
    for (const { step } of packet) await this.runExactly(step);
  }

  /** The answers; undefined when the server has refused one of the steps and everything behind the savepoint is undone. */
  private async send(
    sql: readonly string[],
    packet: readonly Packed[],
    opening: Opening | undefined,
  ): Promise<readonly ResultSetHeader[] | undefined> {
    try {
      const [results] = await this.link.connection.query<ResultSetHeader[]>(sql.join(';'));
      return results;
    } catch (error) {
      const named = statementError(error, this.link.place, solePlan(packet));
      if (named.code !== 'TARGET_REFUSED') throw named;
      await execute(this.link, TO_SAVEPOINT).catch(() => {
        throw opening === undefined ? named : opening.failed(error);
      });
      return undefined;
    }
  }

  private isExpected(step: StatementStep | RowStep, answer: ResultSetHeader | undefined): boolean {
    if (answer === undefined || answer.warningStatus > 0) return false;
    const { affectedRows } = answer;
    if (step.kind === 'row') return affectedRows > 0 || (step.event.op === DELETE && step.plan.key.length > 0);
    if (this.isRepeat) return true;
    // NOTE a row that ON DUPLICATE KEY UPDATE changes counts as two.
    if (step.probe !== undefined) return affectedRows >= 2 * step.expected;
    return affectedRows >= step.expected;
  }

  private async runExactly(step: StatementStep | RowStep): Promise<void> {
    if (step.kind === 'row') return this.rows.apply(step.event);
    const { plan, expected, probe } = step;
    const isCounted = expected > 0 && !this.isRepeat;
    if (isCounted && probe !== undefined) this.link.drift.add('updateMissing', plan, await this.probe(probe(), step));
    const { affectedRows, warningStatus } = await this.executeMerged(step);
    if (warningStatus > 0) await refuseWarnings(this.link, plan);
    if (isCounted && probe === undefined) this.link.drift.add('updateMissing', plan, expected - affectedRows);
  }

  private async probe(sql: string, { plan }: StatementStep): Promise<number> {
    await execute(this.link, SAVEPOINT);
    const { affectedRows } = await execute(this.link, sql, plan);
    await execute(this.link, TO_SAVEPOINT);
    return affectedRows;
  }

  private async executeMerged({ sql, plan }: StatementStep): Promise<ResultSetHeader> {
    try {
      return await execute(this.link, sql, plan);
    } catch (error) {
      const isOrder = plan.kind === 'reinsert' || plan.kind === 'linked';
      if (!isOrder || refusalNumber(error) === undefined) throw error;
      this.link.slow.keepOrder(plan);
      throw new ReplicationError(
        'TARGET_TRANSIENT',
        `${this.link.place} refuses the net changes of table ${plan.target.schema}.${plan.target.table}; they are applied again row by row, in the order of the source`,
        'nothing to do: a row that cannot be stored is named then',
        error,
      );
    }
  }

  /** LOCAL turns errors into warnings, so any warning means: not like this. The SQL path will name the error. */
  private async load(step: LoadStep): Promise<void> {
    await this.flush();
    const { plan, expected } = step;
    const isCounted = expected > 0 && !this.isRepeat;
    if (isCounted) await execute(this.link, SAVEPOINT);
    let result = await this.loadLines(step.sql, step);
    if (isCounted && result.warningStatus === 0 && result.affectedRows < 2 * expected) {
      await execute(this.link, TO_SAVEPOINT);
      this.link.drift.add('updateMissing', plan, (await this.loadLines(step.probe, step)).affectedRows);
      await execute(this.link, TO_SAVEPOINT);
      result = await this.loadLines(step.sql, step);
    }
    step.lines.release();
    if (result.warningStatus === 0) return;
    this.link.slow.stopLoading(plan);
    throw new ReplicationError(
      'TARGET_TRANSIENT',
      `LOAD DATA into ${plan.target.schema}.${plan.target.table} gave ${result.warningStatus} warnings; the batch is applied by INSERT`,
      'nothing to do: a row that cannot be stored is named by the INSERT',
    );
  }

  private async loadLines(sql: string, { lines, plan }: LoadStep): Promise<ResultSetHeader> {
    const infileStreamFactory = (): Readable => Readable.from(lines.chunks());
    try {
      const [result] = await this.link.connection.query<ResultSetHeader>({ sql, infileStreamFactory });
      return result;
    } catch (error) {
      throw statementError(error, this.link.place, plan);
    }
  }
}

function solePlan(packet: readonly Packed[]): RowEvent['plan'] | undefined {
  const first = packet[0]?.step.plan;
  return packet.every(({ step }) => step.plan === first) ? first : undefined;
}
