import * as z from 'zod';
import { channelStatus } from '../channel-status.ts';
import { byName, holds, pageOf } from '../page.ts';
import { channelStatusSchema, statusListSchema } from '../schemas/status.ts';
import type { AdminParts, App } from '../server.ts';
import { channelNamed } from './lookup.ts';
import { answers, nameParams, pageQuery } from './route-schemas.ts';

/** What the pipelines do. */
export function statusRoutes(app: App, parts: AdminParts): void {
  app.get(
    '/api/v1/status',
    {
      config: { role: 'viewer' },
      schema: {
        tags: ['status'],
        summary: 'Status of all channels',
        querystring: z.object(pageQuery),
        response: answers({ 200: statusListSchema }),
      },
    },
    async ({ query }) => {
      const found = [...parts.channels.all().values()].filter(({ name }) => holds(name, query.filter));
      const { items, ...page } = pageOf(found, query, byName);
      return { ...page, items: items.map((channel) => channelStatus(channel, parts)) };
    },
  );

  app.get(
    '/api/v1/channels/:name/status',
    {
      config: { role: 'viewer' },
      schema: {
        tags: ['status'],
        summary: 'Status of a channel',
        params: nameParams,
        response: answers({ 200: channelStatusSchema }, 404),
      },
    },
    async ({ params }) => {
      const channel = channelNamed(parts, params);
      return channelStatus(channel, parts);
    },
  );
}
