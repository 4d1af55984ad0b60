import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { KafkaAddress } from '../../../shared/kafka/cluster.ts';
import { type FollowedRecord, followTopic } from '../../../shared/kafka/topic-follower.ts';
import { historyRecordSchema } from '../../../shared/model/history.ts';
import { pause } from '../../../shared/runtime/retry.ts';
import { HISTORY_STEPS, type HistoryStep, historyTopic } from '../../../topics/topics.ts';
import type { History } from '../schemas/history.ts';
import { type CacheRecord, HistoryCache, type TableTotals } from './history-cache.ts';

const PURGE_EVERY_MS = 3_600_000;
const [, , HOUR] = HISTORY_STEPS;

export type HistoryQuery = {
  readonly uids: readonly string[];
  readonly table?: string | undefined;
  readonly from: number;
  readonly to: number;
  /** At most so many points. */
  readonly points: number;
};

/** Rates and lags of all pipelines over time. The loaders write them, so what happened while this process was away is there too. */
export class HistoryView implements Disposable {
  private readonly kafka: KafkaAddress;
  private readonly sites: readonly string[];
  private readonly cache: HistoryCache;

  /** `folder`: where the cache stays over restarts; undefined: it goes with the process. */
  constructor(kafka: KafkaAddress, sites: Iterable<string>, folder?: string) {
    this.kafka = kafka;
    this.sites = [...sites];
    this.cache = new HistoryCache(folder === undefined ? '' : join(folder, 'history.sqlite'), kafka.brokers.join(','));
  }

  [Symbol.dispose](): void {
    this.cache[Symbol.dispose]();
  }

  async run(signal: AbortSignal): Promise<void> {
    const followed = this.sites.flatMap((site) => HISTORY_STEPS.map((step) => this.follow(site, step, signal)));
    await Promise.all([...followed, this.purge(signal)]);
  }

  /** By the finest step that goes back far enough and gives no more points than asked for, else by sums over several steps. */
  history({ uids, table = '', from, to, points }: HistoryQuery, now = Date.now()): History {
    const kept = HISTORY_STEPS.filter(({ keptMs }) => from >= now - keptMs);
    const wanted = (to - from) / points;
    const step = kept.findLast(({ stepMs }) => stepMs <= wanted) ?? kept[0] ?? HOUR;
    const stepMs = Math.max(1, Math.ceil(wanted / step.stepMs)) * step.stepMs;
    return {
      stepMs,
      points: this.cache.points({
        uids,
        table,
        stepMs: step.stepMs,
        bucketMs: stepMs,
        from: from - (from % stepMs),
        to,
      }),
    };
  }

  /** Rows of each table, and since when they are counted. */
  totals(uids: readonly string[]): { tables: TableTotals[]; since: number | undefined } {
    return { tables: this.cache.totals(uids, HOUR.stepMs), since: this.cache.oldest(uids, HOUR.stepMs) };
  }

  private async follow(site: string, step: HistoryStep, signal: AbortSignal): Promise<void> {
    const topic = historyTopic(site, step);
    const from = this.cache.nextOffset(topic);
    for await (const { records } of followTopic({ ...this.kafka, topic, from }, signal)) {
      const last = records.at(-1);
      if (last === undefined) continue;
      this.cache.store(topic, last.offset + 1n, latestOf(records, step));
      await nextTurn();
    }
  }

  private async purge(signal: AbortSignal): Promise<void> {
    while (await pause(PURGE_EVERY_MS, signal)) {
      for (const _series of this.cache.purge(HISTORY_STEPS, Date.now())) {
        await nextTurn();
        if (signal.aborted) return;
      }
    }
  }
}

/** A step is written again while it lasts: only the last record of a key counts. */
function latestOf(records: readonly FollowedRecord[], step: HistoryStep): CacheRecord[] {
  const values = new Map(records.map(({ key, value }) => [key, value]));
  return [...values.values()].flatMap((value) => {
    const record = value === null ? undefined : parse(value);
    return record === undefined ? [] : { step, record };
  });
}

function parse(value: Buffer): CacheRecord['record'] | undefined {
  try {
    return historyRecordSchema.parse(JSON.parse(value.toString('utf8')));
  } catch {
    return undefined;
  }
}
