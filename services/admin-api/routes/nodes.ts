import * as z from 'zod';
import { diagnose } from '../observe/diagnostics.ts';
import { diagnosticsSchema, nodeListSchema } from '../schemas/nodes.ts';
import type { AdminParts, App } from '../server.ts';
import { answers } from './route-schemas.ts';

/** The processes, and who reaches whom. */
export function nodeRoutes(app: App, parts: AdminParts): void {
  app.get(
    '/api/v1/nodes',
    {
      config: { role: 'viewer' },
      schema: {
        tags: ['observe'],
        summary: 'Processes of all sites, with and without work',
        querystring: z.object({
          site: z.string().max(63).optional(),
          role: z.string().max(63).optional(),
          state: z.enum(['up', 'lost']).optional(),
          filter: z.string().max(200).optional().describe('Part of a name.'),
          after: z.string().max(200).optional().describe('Instance after which the page begins.'),
          limit: z.coerce.number().int().min(1).max(1000).default(100),
        }),
        response: answers({ 200: nodeListSchema }),
      },
    },
    async ({ query }) => {
      const { site, role, state, filter, after, limit } = query;
      const found = parts.statuses.nodes
        .list(parts.statuses.all().map(({ status }) => status))
        .filter(
          (node) =>
            (site === undefined || node.site === site) &&
            (role === undefined || node.role === role) &&
            (state === undefined || node.state === state) &&
            (filter === undefined || node.instance.includes(filter)),
        );
      const begin = after === undefined ? 0 : found.findIndex(({ instance }) => instance === after) + 1;
      const items = found.slice(begin, begin + limit);
      const last = items.at(-1);
      const hasMore = begin + items.length < found.length;
      return { items, total: found.length, ...(hasMore && last !== undefined ? { next: last.instance } : {}) };
    },
  );

  app.get(
    '/api/v1/diagnostics',
    {
      config: { role: 'viewer' },
      schema: {
        tags: ['observe'],
        summary: 'Who reaches whom, and why not',
        response: answers({ 200: diagnosticsSchema }),
      },
    },
    async () => {
      const { config, statuses, channels, observatory } = parts;
      return diagnose({
        nodes: statuses.nodes,
        mirrors: observatory.mirrors,
        channels: channels.trouble === undefined ? channels.all().values() : [],
        sites: [...config.sites.keys()],
        controlSite: config.site,
        instance: config.instance,
      });
    },
  );
}
