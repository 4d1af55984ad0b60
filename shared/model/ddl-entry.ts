import * as z from 'zod';
import { reasonSchema } from './status.ts';

/**
 * arriving: some partitions have not reached it yet. applying: it is being executed, or was when its loader died. applied: it is in effect.
 * skipped: it was seen and deliberately not executed. held: it waits for a decision, and with it the tables it names.
 * queued: it stands behind a held statement of the same tables.
 */
export const ddlStateSchema = z.enum(['arriving', 'applying', 'applied', 'skipped', 'held', 'queued']);
export type DdlState = z.infer<typeof ddlStateSchema>;

export const decisionActionSchema = z.enum(['apply', 'edit', 'skip']);
export type DecisionAction = z.infer<typeof decisionActionSchema>;

/** A record of `lutra.decisions`; key: `<pipeline uid>/<statement id>`. */
export const decisionSchema = z.object({
  action: decisionActionSchema,
  /** The statement to execute instead, in the target's words; with `edit` only. */
  sql: z.string().optional(),
  by: z.string(),
  /** ms since the epoch. */
  at: z.number(),
});
export type Decision = z.infer<typeof decisionSchema>;

export function decisionKey(pipelineUid: string, statementId: string): string {
  return `${pipelineUid}/${statementId}`;
}

/** One statement of a source as the ledger of a target knows it; a record of `lutra.ddl.<site>` with the key `<channel>/<pipeline>/<id>`. */
export const ddlEntrySchema = z.object({
  /** `<epoch>-<transaction>` of the source: unique in a pipeline. */
  id: z.string(),
  uid: z.string(),
  channel: z.string(),
  pipeline: z.string(),
  source: z.string(),
  /** `ALTER TABLE`, `GRANT`: for lists. */
  words: z.string(),
  /** Default schema of the session at the source. */
  schema: z.string(),
  sql: z.string(),
  /** What the target executes or executed. */
  targetSql: z.string().optional(),
  /** `schema.table` at the target. */
  tables: z.array(z.string()),
  state: ddlStateSchema,
  reason: reasonSchema.optional(),
  decision: decisionSchema.optional(),
  gtid: z.string(),
  file: z.string(),
  position: z.number(),
  /** Commit time at the source, ms. */
  committedAt: z.number(),
  updatedAt: z.number(),
});
export type DdlEntry = z.infer<typeof ddlEntrySchema>;
