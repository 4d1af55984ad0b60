import * as z from 'zod';

export const nodeRoleSchema = z.enum(['selector', 'loader', 'admin-api']);
export type NodeRole = z.infer<typeof nodeRoleSchema>;

export const linkKindSchema = z.enum(['kafka', 'registry', 'redis', 'database', 'status', 'mirror']);

const linkReport = z.object({
  /** `kafka:<site>`, `registry:<address>`, `redis:<address>`, `database:<site>.<name>`. */
  to: z.string(),
  kind: linkKindSchema,
  ok: z.boolean(),
  latencyMs: z.number().optional(),
  checkedAt: z.number(),
  code: z.string().optional(),
  message: z.string().optional(),
  remedy: z.string().optional(),
});
/** What a process found when it last asked a part that it needs. */
export type LinkReport = z.infer<typeof linkReport>;

/** What a process says of itself every 3 s, with channels and without: key `node/<role>/<instance>` on `lutra.status.<site>`. */
export const nodeReportSchema = z.object({
  role: nodeRoleSchema,
  instance: z.string(),
  site: z.string(),
  host: z.string(),
  pid: z.number(),
  version: z.string(),
  startedAt: z.number(),
  at: z.number(),
  memoryBytes: z.number(),
  /** Of one core, since the report before. */
  cpuPercent: z.number(),
  links: z.array(linkReport),
});
export type NodeReport = z.infer<typeof nodeReportSchema>;

export const NODE_KEY = 'node/';

export function nodeKey({ role, instance }: Pick<NodeReport, 'role' | 'instance'>): string {
  return `${NODE_KEY}${role}/${instance}`;
}
