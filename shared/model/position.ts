import * as z from 'zod';

/**
 * A place in the source's log at a transaction boundary: everything before it is contained, nothing after.
 * `gtidSet` is in the server's own text form (MySQL `uuid:1-5`, MariaDB `0-1-100`), empty without GTID.
 */
export type LogPosition = { readonly gtidSet: string; readonly file: string; readonly position: number };

/** What a selector saves after the rows it covers are acknowledged by Kafka; key: source id. */
export const selectorPositionSchema = z.object({
  source: z.string(),
  epoch: z.number().int(),
  /** Number of the last published transaction of the epoch; 0 before the first. */
  transaction: z.number().int(),
  /** Serial of the last published record, per partition of the rows topic; 0 before the first. */
  serials: z.array(z.number().int()),
  /** Serials of the epoch that are known to have been published, also behind this position: a run that ended before it could save. */
  published: z.array(z.number().int()).optional(),
  log: z.object({ gtidSet: z.string(), file: z.string(), position: z.number() }),
  /** Server UUID (MySQL) or server id (MariaDB) the position was read from. */
  server: z.string(),
  /** What was published, as text: a change of it, or of the partitions, begins a new epoch. */
  selection: z.string(),
  /** Where pipelines that start at `end` joined: pipeline uid -> the serials that were already published, and when (ms). */
  joined: z.record(z.string(), z.object({ epoch: z.number(), serials: z.array(z.number()), at: z.number() })),
  /** When this record was written, ms. */
  at: z.number(),
});

export type SelectorPosition = z.infer<typeof selectorPositionSchema>;
