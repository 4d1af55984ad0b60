import * as z from 'zod';
import { reasonSchema } from './status.ts';

/**
 * refused: the target does not take it; it waits for a decision. waiting: it stands behind a refused row on which it depends.
 * applied, skipped: what a decision has led to.
 */
export const quarantineStateSchema = z.enum(['refused', 'waiting', 'applied', 'skipped']);
export type QuarantineState = z.infer<typeof quarantineStateSchema>;

/**
 * retry: apply it again. edit: apply it with other values. skip: leave it out. take: in its place the row as the source has it now, which settles the later
 * changes of it that wait; while the target refuses that too, or there are none, the next change of the row is taken when it comes.
 */
export const quarantineActionSchema = z.enum(['retry', 'edit', 'skip', 'take']);
export type QuarantineAction = z.infer<typeof quarantineActionSchema>;

/** A value that a person gives for a column. */
export const editedValueSchema = z.union([z.string(), z.number(), z.boolean(), z.null()]);
export const editedValuesSchema = z.record(z.string().min(1).max(64), editedValueSchema);
export type EditedValues = z.infer<typeof editedValuesSchema>;

/** A record of `lutra.decisions` about a quarantined row; key: `<pipeline uid>/rows/<row id>`. */
export const rowDecisionSchema = z.object({
  action: quarantineActionSchema,
  /** With `edit` only: column of the target -> value. */
  values: editedValuesSchema.optional(),
  by: z.string(),
  /** ms since the epoch. */
  at: z.number(),
});
export type RowDecision = z.infer<typeof rowDecisionSchema>;

export function rowDecisionKey(pipelineUid: string, rowId: string): string {
  return `${pipelineUid}/rows/${rowId}`;
}

const shownImageSchema = z.record(z.string(), z.union([z.string(), z.null()]));
/** Column of the target -> value as text; bytes as 0x…, long values cut. */
export type ShownImage = z.infer<typeof shownImageSchema>;

export const shownRowSchema = z.object({
  op: z.enum(['insert', 'update', 'delete']),
  key: shownImageSchema,
  before: shownImageSchema.optional(),
  after: shownImageSchema.optional(),
});
export type ShownRow = z.infer<typeof shownRowSchema>;

/** A row in quarantine as people see it; a record of `lutra.quarantine.<site>` with the key `<channel>/<pipeline>/<id>`. */
export const quarantineEntrySchema = z.object({
  /** `<epoch>-<transaction>-<ordinal>` of the source: unique in a pipeline. */
  id: z.string(),
  uid: z.string(),
  channel: z.string(),
  pipeline: z.string(),
  source: z.string(),
  /** `schema.table` at the target. */
  table: z.string(),
  state: quarantineStateSchema,
  reason: reasonSchema.optional(),
  /** The statement that the target refused, cut. */
  sql: z.string().optional(),
  /** Gone once the row is settled. */
  row: shownRowSchema.optional(),
  decision: rowDecisionSchema.optional(),
  topic: z.string(),
  partition: z.number(),
  offset: z.string(),
  gtid: z.string(),
  file: z.string(),
  position: z.number(),
  /** Commit time at the source, ms. */
  committedAt: z.number(),
  /** When it was put into quarantine, ms. */
  quarantinedAt: z.number(),
});
export type QuarantineEntry = z.infer<typeof quarantineEntrySchema>;
