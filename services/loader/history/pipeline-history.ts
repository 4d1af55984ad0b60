import type { HistoryRecord } from '../../../shared/model/history.ts';
import { HISTORY_STEPS, type HistoryStep } from '../../../topics/topics.ts';
import type { Tally } from '../tally.ts';
import { HistoryWindow } from './history-window.ts';

const [MINUTE, ...LONGER] = HISTORY_STEPS;

/** The record of a step, whether it has ended or not. */
export type StepRecord = { readonly step: HistoryStep; readonly record: HistoryRecord };

/**
 * Rates and lags of one pipeline in this process, in steps of a minute, ten and an hour of the clock. The cost is that of a few additions a batch.
 * The longer steps take a minute over when it ends, so a kill costs them the current minute at most.
 */
export class PipelineHistory {
  private readonly who: Pick<HistoryRecord, 'uid' | 'part'>;
  private minute: HistoryWindow;
  private readonly longer: Map<HistoryStep, HistoryWindow>;
  private isSampled = false;

  constructor(who: Pick<HistoryRecord, 'uid' | 'part'>, now = Date.now()) {
    this.who = who;
    this.minute = new HistoryWindow(beginOf(MINUTE, now));
    this.longer = new Map(LONGER.map((step) => [step, new HistoryWindow(beginOf(step, now))]));
  }

  /** A batch was applied. */
  applied(rows: Tally, transactions: number, lagMs: number): void {
    this.minute.count(rows, transactions);
    this.minute.lag(lagMs);
    this.isSampled = true;
  }

  /** Told once a second: while no batch comes the lag of the pipeline is the sample. */
  look(lagMs: number | undefined): void {
    if (!this.isSampled && lagMs !== undefined) this.minute.lag(lagMs);
    this.isSampled = false;
  }

  /** What is to be written now: the current minute; when it is over also the longer steps, which then go on. */
  take(now = Date.now()): StepRecord[] {
    const records: StepRecord[] = [this.recordOf(MINUTE, this.minute)];
    if (beginOf(MINUTE, now) === this.minute.at) return records;
    for (const [step, window] of this.longer) {
      window.add(this.minute);
      records.push(this.recordOf(step, window));
      if (beginOf(step, now) !== window.at) this.longer.set(step, new HistoryWindow(beginOf(step, now)));
    }
    this.minute = new HistoryWindow(beginOf(MINUTE, now));
    return records;
  }

  /** Everything, before the process ends. */
  takeAll(): StepRecord[] {
    const records: StepRecord[] = [this.recordOf(MINUTE, this.minute)];
    for (const [step, window] of this.longer) {
      window.add(this.minute);
      records.push(this.recordOf(step, window));
    }
    return records;
  }

  private recordOf(step: HistoryStep, window: HistoryWindow): StepRecord {
    return { step, record: { ...this.who, ...window.record() } };
  }
}

function beginOf({ stepMs }: Pick<HistoryStep, 'stepMs'>, now: number): number {
  return now - (now % stepMs);
}
