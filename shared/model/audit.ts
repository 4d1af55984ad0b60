import * as z from 'zod';

/** A record of `lutra.audit`, key `id`: what an operator did by hand. Written as `begun` before it is done, then again with its outcome. */
export const auditEntrySchema = z.object({
  id: z.string(),
  /** ms since the epoch. */
  at: z.number(),
  by: z.string(),
  action: z.enum(['seek']),
  channel: z.string(),
  pipeline: z.string(),
  outcome: z.enum(['begun', 'done', 'failed']),
  /** What was asked, as text. */
  what: z.string(),
  /** Offsets of the partitions that moved. */
  before: z.record(z.string(), z.string()),
  after: z.record(z.string(), z.string()),
  transactions: z.number(),
  rows: z.number(),
});
export type AuditEntry = z.infer<typeof auditEntrySchema>;
