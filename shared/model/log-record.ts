import * as z from 'zod';
import { nodeRoleSchema } from './node.ts';

export const logLevelSchema = z.enum(['info', 'warn', 'error', 'fatal']);
export type LogLevel = z.infer<typeof logLevelSchema>;

/** One record of `lutra.log.<site>`: a line of a process's log from `warn` on, or a change of state. Never row values, never secrets. */
export const logRecordSchema = z.object({
  at: z.number(),
  site: z.string(),
  instance: z.string(),
  role: nodeRoleSchema,
  level: logLevelSchema,
  code: z.string().optional(),
  channel: z.string().optional(),
  pipeline: z.string().optional(),
  source: z.string().optional(),
  message: z.string(),
  remedy: z.string().optional(),
});
export type LogRecord = z.infer<typeof logRecordSchema>;
