import * as z from 'zod';

/** A record of `lutra.audit`, key `id`: what an operator did by hand. Written as `begun` before it is done, then again with its outcome. */
export const auditEntrySchema = z.object({
  id: z.string(),
  /** ms since the epoch. */
  at: z.number(),
  by: z.string(),
  /** seek: a position was moved. statement, row: a decision about a held statement, a refused row; its loader carries it out. */
  action: z.enum(['seek', 'statement', 'row']),
  channel: z.string(),
  pipeline: z.string(),
  outcome: z.enum(['begun', 'done', 'failed']),
  /** What was asked, as text. */
  what: z.string(),
  /** Offsets of the partitions that moved; empty when none did. */
  before: z.record(z.string(), z.string()),
  after: z.record(z.string(), z.string()),
  transactions: z.number(),
  rows: z.number(),
});
export type AuditEntry = z.infer<typeof auditEntrySchema>;
