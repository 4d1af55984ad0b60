import * as z from 'zod';

export const checkProblemSchema = z.object({
  severity: z.enum(['error', 'warning']),
  code: z.string(),
  message: z.string(),
  remedy: z.string(),
});
export const checkReplySchema = z.object({
  ok: z.boolean().describe('No errors; there may be warnings.'),
  checks: z.array(
    z.object({
      channel: z.string().describe('Empty when a database is checked by itself.'),
      side: z.enum(['source', 'target']),
      database: z.string(),
      address: z.string(),
      pipelines: z.array(z.string()),
      problems: z.array(checkProblemSchema),
    }),
  ),
});
export type CheckReply = z.infer<typeof checkReplySchema>;
