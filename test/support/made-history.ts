import { setTimeout as delay } from 'node:timers/promises';
import { openProducer } from '../../shared/kafka/record-producer.ts';
import { ensureTopic } from '../../shared/kafka/topic-admin.ts';
import type { HistoryRecord } from '../../shared/model/history.ts';
import { createLogger } from '../../shared/runtime/log.ts';
import type { StackHandle } from '../../stack/api.ts';
import { HISTORY_STEPS, type HistoryStep, historyTopic, historyTopicDefinition } from '../../topics/topics.ts';

const HOUR_MS = 3_600_000;
const BATCH = 1_000;

/** Nobody worked between these times before now. */
export const MADE_GAP = { fromMs: 10 * HOUR_MS, toMs: 8 * HOUR_MS } as const;

/**
 * Writes what a loader at site us would have written in every step that is kept: loads that swing with the day, a burst with a long lag two hours before `now`,
 * and a gap.
 */
export async function makeHistory(
  stack: StackHandle,
  uid: string,
  tables: readonly string[],
  now: number,
): Promise<void> {
  const log = createLogger('test', 'silent');
  const kafka = { brokers: [stack.address('kafka-us')], clientId: 'made-history', log };
  const producer = openProducer(kafka);
  try {
    for (const step of HISTORY_STEPS) {
      await ensureTopic(kafka, historyTopicDefinition('us', step));
      const records = recordsOf(step, uid, tables, now);
      for (let at = 0; at < records.length; at += BATCH) {
        const some = records.slice(at, at + BATCH);
        await producer.put(
          historyTopic('us', step),
          some.map((record) => ({ key: `${uid}/made/${record.at}`, value: Buffer.from(JSON.stringify(record)) })),
        );
        await delay(0);
      }
    }
  } finally {
    await producer.close();
  }
}

function recordsOf(
  { stepMs, keptMs }: HistoryStep,
  uid: string,
  tables: readonly string[],
  now: number,
): HistoryRecord[] {
  const last = now - (now % stepMs) - stepMs;
  return [...Array(Math.floor(keptMs / stepMs)).keys()]
    .map((n) => last - n * stepMs)
    .filter((at) => at + stepMs <= now - MADE_GAP.fromMs || at >= now - MADE_GAP.toMs)
    .map((at) => recordAt(at, stepMs, uid, tables, now));
}

function recordAt(at: number, stepMs: number, uid: string, tables: readonly string[], now: number): HistoryRecord {
  const load = 1.2 + Math.sin((at / (24 * HOUR_MS)) * 2 * Math.PI) + 0.2 * Math.sin(at / 700_000);
  const isBurst = Math.abs(now - 2 * HOUR_MS - at) < 10 * 60_000;
  const seconds = stepMs / 1_000;
  const lag = {
    p50: Math.round(180 + 60 * load),
    p99: Math.round(600 + 300 * load),
    max: Math.round(1_200 + 700 * load),
  };
  return {
    ...{ uid, part: 'made', at, transactions: Math.round(load * 6 * seconds) },
    lag: { ...(isBurst ? { p50: 2_400, p99: 31_000, max: 95_000 } : lag), samples: 60 },
    tables: Object.fromEntries(
      tables.map((table, n) => {
        const rows = (load * seconds * 20 * (isBurst ? 4 : 1)) / (n + 1);
        return [table, [Math.round(rows), Math.round(rows / 2), Math.round(rows / 5)]];
      }),
    ),
  };
}
