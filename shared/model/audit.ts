import * as z from 'zod';

/**
 * seek: a position was moved. statement, row: a decision about a held statement, a refused row; its loader carries it out. document: a channel or a
 * database was created, changed, deleted or rolled back. state: a channel was started or paused. user, token, alarm-rule: one was made, changed or ended.
 */
export const auditActionSchema = z.enum([
  'seek',
  'statement',
  'row',
  'document',
  'state',
  'user',
  'token',
  'alarm-rule',
]);
export type AuditAction = z.infer<typeof auditActionSchema>;

/** A record of `lutra.audit`, key `id`: what a person changed. Written as `begun` before it is done, then again with its outcome. */
export const auditEntrySchema = z.object({
  id: z.string(),
  /** ms since the epoch. */
  at: z.number(),
  by: z.string(),
  action: auditActionSchema,
  /** What was acted on, for example `database order`, `user ann`; left out when channel and pipeline say it. */
  subject: z.string().optional(),
  channel: z.string().optional(),
  pipeline: z.string().optional(),
  outcome: z.enum(['begun', 'done', 'failed']),
  /** What was asked, as text. */
  what: z.string(),
  /**
   * What changed, as text, without secrets. seek: partition -> offset. document: top-level part -> YAML, `document` of one that came or went. Others: names of
   * settings -> values. Empty when nothing is kept of it.
   */
  before: z.record(z.string(), z.string()),
  after: z.record(z.string(), z.string()),
  transactions: z.number(),
  rows: z.number(),
});
export type AuditEntry = z.infer<typeof auditEntrySchema>;
