import * as z from 'zod';
import { callerOf } from '../access/caller.ts';
import { hasRole } from '../access/role.ts';
import { holds, numberKey, pageOf } from '../page.ts';
import { auditListSchema } from '../schemas/audit.ts';
import type { AdminParts, App } from '../server.ts';
import { answers } from './route-schemas.ts';

const time = z.coerce.number().int().min(0).optional().describe('ms since the epoch');
/** What is for admins to read. */
const OF_ADMINS: ReadonlySet<string> = new Set(['user', 'token', 'alarm-rule']);

/** What people changed. */
export function auditRoutes(app: App, parts: AdminParts): void {
  app.get(
    '/api/v1/audit',
    {
      config: { role: 'viewer' },
      schema: {
        tags: ['operation'],
        summary: 'What people changed, newest first',
        description: 'The newest 10,000. Changes of users, tokens and alarm rules are shown to admins only.',
        querystring: z.object({
          channel: z.string().max(63).optional(),
          by: z.string().max(63).optional().describe('Part of the name of who did it.'),
          action: z.string().max(40).optional().describe('Part of the action.'),
          from: time,
          to: time,
          after: z.string().max(100).optional().describe('`next` of the page before.'),
          limit: z.coerce.number().int().min(1).max(1000).default(50),
        }),
        response: answers({ 200: auditListSchema }),
      },
    },
    async (request) => {
      const { channel = '', by, action, from = 0, to = Number.POSITIVE_INFINITY } = request.query;
      const isAdmin = hasRole(callerOf(request).role, 'admin');
      const found = parts.audit
        .all()
        .filter(
          (entry) =>
            (isAdmin || !OF_ADMINS.has(entry.action)) &&
            (channel === '' || entry.channel === channel) &&
            holds(entry.by, by) &&
            holds(entry.action, action) &&
            entry.at >= from &&
            entry.at <= to,
        );
      return pageOf(found, request.query, ({ at, id }) => `${numberKey(at)} ${id}`, true);
    },
  );
}
