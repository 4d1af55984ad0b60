import * as z from 'zod';

/**
 * starting: connecting. running: work flows or the stream is idle. waiting: a part it depends on is away and it retries by itself.
 * blocked: a person must act (`reason.remedy` says what), it retries slowly. paused: asked to stand still. gap: data it needs is gone.
 * standby: another process does this work, and this one takes over when that one ends. stalled: work waits, and a stage has made no progress for 10 s.
 */
export const pipelineStateSchema = z.enum([
  'starting',
  'running',
  'waiting',
  'stalled',
  'blocked',
  'paused',
  'gap',
  'standby',
  'stopped',
]);
export type PipelineState = z.infer<typeof pipelineStateSchema>;

export const reasonSchema = z.object({ code: z.string(), message: z.string(), remedy: z.string() });
export type Reason = z.infer<typeof reasonSchema>;

const rowCounts = z.object({ inserts: z.number(), updates: z.number(), deletes: z.number() });
export type RowCounts = z.infer<typeof rowCounts>;

const heldStatement = z.object({
  id: z.string(),
  words: z.string(),
  tables: z.array(z.string()),
  reason: reasonSchema,
});
/** A statement that waits for a decision. */
export type HeldStatement = z.infer<typeof heldStatement>;

const appliedSample = z.object({
  partition: z.number(),
  rows: z.number(),
  transactions: z.number(),
  bytes: z.number(),
  /** Times in ms: of the commit at the source, into the source's Kafka, out of the target's Kafka, of the target transaction. */
  committedAt: z.number(),
  publishedAt: z.number(),
  arrivedAt: z.number(),
  startedAt: z.number(),
  endedAt: z.number(),
});
/** A batch that was applied, and when it passed the stations of its way. */
export type AppliedSample = z.infer<typeof appliedSample>;

/** One record of `lutra.status.<site>`; written once a second while something changes and every 3 s otherwise. */
export const statusSchema = z.object({
  role: z.enum(['selector', 'loader']),
  site: z.string(),
  instance: z.string(),
  /** selector: the source it reads; loader: the source it applies. */
  source: z.string(),
  channel: z.string().optional(),
  pipeline: z.string().optional(),
  /** loader: the revision of the channel's document that all its lanes follow. */
  revision: z.int().optional(),
  state: pipelineStateSchema,
  reason: reasonSchema.optional(),
  /** What somebody should know although nothing is wrong. */
  notes: z.array(z.string()).optional(),
  /** ms since the epoch at which `state` was entered. */
  since: z.number(),
  at: z.number(),
  /** selector: the host of the source's list that is read from, `db1:3306`. */
  host: z.string().optional(),
  /** Last position published (selector) or applied (loader). */
  position: z.object({ gtidSet: z.string(), file: z.string(), position: z.number() }).optional(),
  offsets: z
    .array(z.object({ topic: z.string(), partition: z.number(), next: z.string(), end: z.string() }))
    .optional(),
  /** now - commit time of the newest change handled while behind, or of the last heartbeat with everything before it applied; ms. Absent until known. */
  lagMs: z.number().optional(),
  /** Commit time of the newest change handled, ms. */
  lastCommittedAt: z.number().optional(),
  /** Rows a second over the last second. */
  rowsPerSecond: z.number(),
  /** Totals since the process started. */
  transactions: z.number(),
  rows: rowCounts,
  tables: z.record(z.string(), rowCounts),
  /** Rows that the target did not have as the stream expects them, by kind (`updateMissing`: the row of an update was not there and was inserted). */
  drift: z.record(z.string(), z.number()).optional(),
  /** Statements of the source since the process started, and those that wait for a decision. */
  ddl: z.object({ applied: z.number(), skipped: z.number(), held: z.array(heldStatement) }).optional(),
  /** loader: rows that wait in quarantine, by table of the target. */
  quarantine: z.object({ rows: z.number(), tables: z.record(z.string(), z.number()) }).optional(),
  /** loader: the last batch of each of its partitions. */
  batches: z.array(appliedSample).optional(),
  /** Work seen and deliberately not applied, by kind (for example `ddl`). */
  skipped: z.record(z.string(), z.number()).optional(),
});

export type Status = z.infer<typeof statusSchema>;
