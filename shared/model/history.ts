import * as z from 'zod';

/**
 * What a pipeline did in one step of time, as one run of one loader saw it: key `<uid>/<part>/<at>` on `lutra.history.<site>.<step>`. It is written
 * again while the step lasts, so the last record of a key counts. Several parts of one step add up.
 */
export const historyRecordSchema = z.object({
  /** Of the pipeline. */
  uid: z.string(),
  /** Run of a process: instance and begin. */
  part: z.string(),
  /** Begin of the step, ms. */
  at: z.number(),
  transactions: z.number(),
  /** Lag in ms, over `samples`: one of each batch, one a second while there was none. */
  lag: z.object({ p50: z.number(), p99: z.number(), max: z.number(), samples: z.number() }).optional(),
  /** Source table -> inserts, updates, deletes. */
  tables: z.record(z.string(), z.tuple([z.number(), z.number(), z.number()])),
});
export type HistoryRecord = z.infer<typeof historyRecordSchema>;
