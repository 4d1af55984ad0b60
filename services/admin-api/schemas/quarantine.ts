import * as z from 'zod';
import {
  editedValuesSchema,
  quarantineActionSchema,
  quarantineEntrySchema,
} from '../../../shared/model/quarantine-entry.ts';
import { pageSchema } from './page.ts';

export const quarantineEntryViewSchema = quarantineEntrySchema;
export const quarantineListSchema = pageSchema(quarantineEntryViewSchema);
export const rowDecisionRequestSchema = z.strictObject({
  action: quarantineActionSchema,
  values: editedValuesSchema
    .optional()
    .describe('With edit: column of the target -> value. Exact numbers and dates as text, bytes not at all.'),
});
export const rowsDecisionRequestSchema = z.strictObject({
  action: z.enum(['retry', 'skip', 'take']),
  table: z.string().max(200).optional().describe('Only rows of this table of the target, schema.table.'),
});
