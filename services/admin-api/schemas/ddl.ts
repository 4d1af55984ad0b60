import * as z from 'zod';
import { ddlEntrySchema, decisionActionSchema } from '../../../shared/model/ddl-entry.ts';
import { pageSchema } from './page.ts';

export const ddlEntryViewSchema = ddlEntrySchema;
export const ddlListSchema = pageSchema(ddlEntryViewSchema);
export const decisionRequestSchema = z.strictObject({
  action: decisionActionSchema,
  sql: z.string().min(1).max(1_000_000).optional().describe('With edit: what the target executes, in its own names.'),
});
