import * as z from 'zod';
import { alarmSchema } from '../../../shared/model/alarm.ts';
import { nodeRoleSchema } from '../../../shared/model/node.ts';
import { pipelineStateSchema } from '../../../shared/model/status.ts';

/** GET /api/v1/overview: what the first page shows, made from memory. */
export const overviewSchema = z.object({
  channels: z.object({ total: z.int(), running: z.int(), paused: z.int() }),
  pipelines: z.partialRecord(z.enum([...pipelineStateSchema.options, 'lost']), z.int()).describe('Counts by state.'),
  rowsPerSecond: z.number(),
  quarantined: z.int(),
  heldStatements: z.int(),
  nodes: z.array(z.object({ site: z.string(), role: nodeRoleSchema, up: z.int(), lost: z.int() })),
  brokenLinks: z.int(),
  openAlarms: z.int(),
  alarms: z.array(alarmSchema).describe('The newest 5 that are open.'),
  worst: z
    .array(
      z.object({
        channel: z.string(),
        pipeline: z.string(),
        state: z.enum([...pipelineStateSchema.options, 'lost']),
        lagMs: z.number().optional(),
        reason: z.object({ code: z.string(), message: z.string(), remedy: z.string() }).optional(),
      }),
    )
    .describe('At most 10: first those that a person must look at, then those that lag most.'),
});
export type Overview = z.infer<typeof overviewSchema>;
