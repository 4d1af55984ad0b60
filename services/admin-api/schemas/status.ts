import * as z from 'zod';
import { pipelineStateSchema, reasonSchema, statusSchema } from '../../../shared/model/status.ts';
import { pageSchema } from './page.ts';

export const processViewSchema = statusSchema.omit({ channel: true, pipeline: true, at: true, batches: true }).extend({
  ageMs: z.number().describe('Since its last status arrived here.'),
  isLost: z.boolean().describe('Silent for more than 6 s.'),
});
export type ProcessView = z.infer<typeof processViewSchema>;

export const pipelineViewSchema = z.object({
  name: z.string(),
  from: z.string(),
  to: z.string(),
  source: z.string(),
  state: z.enum([...pipelineStateSchema.options, 'lost']),
  reason: reasonSchema.optional(),
  since: z.number().optional(),
  lagMs: z.number().optional(),
  rowsPerSecond: z.number(),
  position: statusSchema.shape.position,
  offsets: statusSchema.shape.offsets,
  rows: statusSchema.shape.rows.optional(),
  selector: processViewSchema.optional(),
  loader: processViewSchema.optional(),
  standby: z
    .array(z.string())
    .optional()
    .describe('Processes that take over when one at work ends: role and instance.'),
});
export type PipelineView = z.infer<typeof pipelineViewSchema>;

export const channelStatusSchema = z.object({
  name: z.string(),
  revision: z.int(),
  desired: z.enum(['running', 'paused']),
  pipelines: z.array(pipelineViewSchema),
});
export const statusListSchema = pageSchema(channelStatusSchema);
