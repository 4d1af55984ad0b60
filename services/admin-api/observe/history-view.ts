import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { KafkaAddress } from '../../../shared/kafka/cluster.ts';
import { type FollowedRecord, followTopic } from '../../../shared/kafka/topic-follower.ts';
import { historyRecordSchema } from '../../../shared/model/history.ts';
import { ReplicationError } from '../../../shared/runtime/errors.ts';
import { pause } from '../../../shared/runtime/retry.ts';
import { HISTORY_STEPS, type HistoryStep, historyTopic } from '../../../topics/topics.ts';
import type { History } from '../schemas/history.ts';
import { type CacheRecord, HistoryCache, type TableTotals } from './history-cache.ts';

const PURGE_EVERY_MS = 3_600_000;
const STORE_AGAIN_MS = 10_000;
const [, , HOUR] = HISTORY_STEPS;
const DAY_MS = 86_400_000;
/** Parts of a day: steps of another length would beat with what happens every day. */
const BUCKETS_MS = [1, 2, 5, 10, 20, 30, 60, 120, 180, 240, 360, 720].map((minutes) => minutes * 60_000);

export type HistoryQuery = {
  readonly uids: readonly string[];
  readonly table?: string | undefined;
  readonly from: number;
  readonly to: number;
  /** At most so many points. */
  readonly points: number;
};

/**
 * The kept step that a time is told by, and how long a point of it is: the finest step that goes back far enough, and a part of a day, or whole days, that
 * give no more points than asked for.
 */
export function historySteps(
  { from, to, points }: Pick<HistoryQuery, 'from' | 'to' | 'points'>,
  now: number,
): { readonly stepMs: number; readonly bucketMs: number } {
  const wanted = (to - from) / points;
  const kept = HISTORY_STEPS.filter(({ keptMs }) => from >= now - keptMs);
  const { stepMs } = kept.findLast((step) => step.stepMs <= wanted) ?? kept[0] ?? HOUR;
  const least = Math.max(wanted, stepMs);
  const bucketMs = BUCKETS_MS.find((ms) => ms >= least && ms % stepMs === 0) ?? Math.ceil(least / DAY_MS) * DAY_MS;
  return { stepMs, bucketMs };
}

/** Rates and lags of all pipelines over time. The loaders write them, so what happened while this process was away is there too. */
export class HistoryView implements Disposable {
  private readonly kafka: KafkaAddress;
  private readonly sites: readonly string[];
  private readonly cache: HistoryCache;

  /** `folder`: where the cache stays over restarts; undefined: it goes with the process. */
  constructor(kafka: KafkaAddress, sites: Iterable<string>, folder?: string) {
    this.kafka = kafka;
    this.sites = [...sites];
    this.cache = openCache(folder, kafka.brokers.join(','));
  }

  [Symbol.dispose](): void {
    this.cache[Symbol.dispose]();
  }

  async run(signal: AbortSignal): Promise<void> {
    const followed = this.sites.flatMap((site) => HISTORY_STEPS.map((step) => this.follow(site, step, signal)));
    await Promise.all([...followed, this.purge(signal)]);
  }

  /** In steps of `historySteps`. */
  history({ uids, table = '', from, to, points }: HistoryQuery, now = Date.now()): History {
    const { stepMs, bucketMs } = historySteps({ from, to, points }, now);
    return {
      stepMs: bucketMs,
      points: this.cache.points({ uids, table, stepMs, bucketMs, from: from - (from % bucketMs), to }),
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
      await this.store(topic, last.offset + 1n, latestOf(records, step), signal);
      await nextTurn();
    }
  }

  /** A disk that is full stops the curves, nothing else. */
  private async store(
    topic: string,
    next: bigint,
    records: readonly CacheRecord[],
    signal: AbortSignal,
  ): Promise<void> {
    while (!signal.aborted) {
      try {
        return this.cache.store(topic, next, records);
      } catch (error) {
        this.kafka.log.warn({ err: error, topic }, 'the cache of the history cannot be written; it is tried again');
        await pause(STORE_AGAIN_MS, signal);
      }
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

/** A file that is damaged is thrown away. Errors: SETTING_INVALID when the folder cannot be written. */
function openCache(folder: string | undefined, owner: string): HistoryCache {
  if (folder === undefined) return new HistoryCache('', owner);
  const file = join(folder, 'history.sqlite');
  try {
    mkdirSync(folder, { recursive: true });
    return new HistoryCache(file, owner);
  } catch {
    try {
      for (const suffix of ['', '-wal', '-shm']) rmSync(`${file}${suffix}`, { force: true });
      return new HistoryCache(file, owner);
    } catch (error) {
      throw new ReplicationError(
        'SETTING_INVALID',
        `the cache of the history cannot be made in ${folder}: ${error instanceof Error ? error.message : String(error)}`,
        'let this process write to the folder LUTRA_CACHE_DIR, or leave the setting out',
        error,
      );
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
