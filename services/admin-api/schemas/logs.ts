import * as z from 'zod';
import { logRecordSchema } from '../../../shared/model/log-record.ts';

/** GET /api/v1/logs: newest first. */
export const logEntrySchema = logRecordSchema.extend({ id: z.string().describe('<site>-<offset>, for `after`.') });
export type LogEntry = z.infer<typeof logEntrySchema>;
export const logListSchema = z.object({
  items: z.array(logEntrySchema),
  total: z.int().describe('How many match among those that are kept.'),
  next: z.string().optional().describe('Give it as `after` to get older ones.'),
});
