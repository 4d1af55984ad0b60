import * as z from 'zod';

/** GET /api/v1/channels/:name/history, …/counters, …/batches. Times are ms since the epoch, lags ms. */

export const historySchema = z.object({
  stepMs: z.int().describe('Length of the time that one point stands for; steps without a record are left out.'),
  points: z.array(
    z.object({
      at: z.number().describe('Begin of the step.'),
      inserts: z.number(),
      updates: z.number(),
      deletes: z.number(),
      transactions: z.number(),
      lagP50: z.number().optional().describe('Absent while nothing was applied, and of single tables.'),
      lagP99: z.number().optional(),
      lagMax: z.number().optional(),
    }),
  ),
});
export type History = z.infer<typeof historySchema>;

export const counterListSchema = z.object({
  items: z.array(
    z.object({
      pipeline: z.string(),
      table: z.string().describe('schema.table of the source'),
      inserts: z.number().describe('Since `since`.'),
      updates: z.number(),
      deletes: z.number(),
    }),
  ),
  since: z.number().describe('Begin of the counted time: the history goes back to there, at most 400 days.'),
});
export type CounterList = z.infer<typeof counterListSchema>;

export const batchSchema = z.object({
  pipeline: z.string(),
  partition: z.int(),
  at: z.number().describe('As endedAt.'),
  rows: z.int(),
  transactions: z.int(),
  bytes: z.int(),
  committedAt: z.number().describe('At the source, of its newest transaction.'),
  publishedAt: z.number().describe('By the selector, into the Kafka of the source.'),
  arrivedAt: z.number().describe('Read by the loader from the Kafka of the target.'),
  startedAt: z.number().describe('Begin of the target transaction.'),
  endedAt: z.number().describe('Committed at the target.'),
});
export type Batch = z.infer<typeof batchSchema>;
/** The newest first; of each pipeline the last 300 samples, at most one a second and partition. */
export const batchListSchema = z.object({ items: z.array(batchSchema) });
export type BatchList = z.infer<typeof batchListSchema>;
