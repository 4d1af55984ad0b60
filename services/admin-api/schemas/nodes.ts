import * as z from 'zod';
import { linkKindSchema, nodeRoleSchema } from '../../../shared/model/node.ts';
import { pipelineStateSchema } from '../../../shared/model/status.ts';

/** GET /api/v1/nodes and GET /api/v1/diagnostics: the processes of all sites, and who reaches whom. */

export const nodeSchema = z.object({
  instance: z.string(),
  role: nodeRoleSchema,
  site: z.string(),
  host: z.string(),
  pid: z.int(),
  version: z.string(),
  startedAt: z.number().describe('ms since the epoch'),
  seenAt: z.number().describe('When its last report arrived here, ms since the epoch.'),
  state: z.enum(['up', 'lost']).describe('lost: silent for more than 8 s.'),
  memoryBytes: z.number().describe('Resident memory.'),
  cpuPercent: z.number().describe('Of one core, over the last seconds.'),
  work: z.array(
    z.object({
      channel: z.string().optional(),
      pipeline: z.string().optional(),
      source: z.string(),
      state: pipelineStateSchema,
    }),
  ),
});
export type Node = z.infer<typeof nodeSchema>;
export const nodeListSchema = z.object({
  items: z.array(nodeSchema),
  total: z.int(),
  next: z.string().optional().describe('Give it as `after` to get the next page.'),
});

export const linkSchema = z.object({
  from: z.string().describe('id of a node; of a mirror: the Kafka it reads'),
  to: z.string().describe('id of a node'),
  kind: linkKindSchema,
  ok: z.boolean(),
  latencyMs: z.number().optional().describe('Time of the probe; of a mirror or status link: how far it is behind.'),
  checkedAt: z.number(),
  code: z.string().optional(),
  message: z.string().optional(),
  remedy: z.string().optional(),
});
export type Link = z.infer<typeof linkSchema>;

/** `id`: instance of a process, `kafka:<site>`, `registry:<address>`, `redis:<address>`, `database:<site>.<name>`. */
export const diagnosticsSchema = z.object({
  nodes: z.array(
    z.object({
      id: z.string(),
      role: z.enum([...nodeRoleSchema.options, 'kafka', 'registry', 'redis', 'database']),
      site: z.string(),
    }),
  ),
  links: z.array(linkSchema),
});
export type Diagnostics = z.infer<typeof diagnosticsSchema>;
