import * as z from 'zod';
import { writtenDocumentSchema } from './channels.ts';
import { pageSchema } from './page.ts';

export const revisionSchema = z.object({
  revision: z.int(),
  at: z.number().describe('ms since the epoch'),
  by: z.string(),
  changed: z.array(z.string()).describe('Top-level parts that changed; empty for the first.'),
  note: z.string().optional().describe('For example that it was rolled back to an earlier one.'),
});
export type RevisionView = z.infer<typeof revisionSchema>;
/** The newest first; the newest 50 of a channel are kept. */
export const revisionListSchema = pageSchema(revisionSchema);
export const revisionDocumentSchema = revisionSchema.extend({
  document: writtenDocumentSchema,
  yaml: z.string().describe('The document as text, ready to be applied.'),
});
export const rollbackRequestSchema = z.strictObject({ revision: z.int().min(1) });

export const diffSchema = z.object({
  kind: z.enum(['Channel', 'Database']),
  name: z.string(),
  outcome: z.enum(['created', 'configured', 'unchanged']),
  revision: z.int().describe('What it would have.'),
  changed: z.array(z.string()),
  notes: z.array(z.string()),
  diff: z.string().describe('Unified diff of the document as YAML; empty when nothing of the text changes.'),
});
export type DiffView = z.infer<typeof diffSchema>;
/** One for each document, then the channels that change because a database of theirs does. */
export const diffReplySchema = z.object({ items: z.array(diffSchema) });
