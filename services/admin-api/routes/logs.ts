import * as z from 'zod';
import { logLevelSchema } from '../../../shared/model/log-record.ts';
import { logListSchema } from '../schemas/logs.ts';
import type { AdminParts, App } from '../server.ts';
import { answers } from './route-schemas.ts';

const time = z.coerce.number().int().min(0).optional().describe('ms since the epoch');

/** Log records of all processes. */
export function logRoutes(app: App, parts: AdminParts): void {
  app.get(
    '/api/v1/logs',
    {
      config: { role: 'viewer' },
      schema: {
        tags: ['observe'],
        summary: 'Log records and changes of state of all processes, newest first, of a week',
        querystring: z.object({
          channel: z.string().max(63).optional(),
          pipeline: z.string().max(63).optional(),
          node: z.string().max(200).optional().describe('Instance of a process.'),
          level: logLevelSchema.optional().describe('This level and above.'),
          filter: z.string().max(200).optional().describe('Part of message or code.'),
          from: time,
          to: time,
          after: z.string().max(100).optional(),
          limit: z.coerce.number().int().min(1).max(1000).default(100),
        }),
        response: answers({ 200: logListSchema }),
      },
    },
    async ({ query }) => parts.observatory.logs.list(query),
  );
}
