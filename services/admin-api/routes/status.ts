import * as z from 'zod';
import type { Channel } from '../../../shared/model/channel.ts';
import type { Reason } from '../../../shared/model/status.ts';
import type { ReplicationError } from '../../../shared/runtime/errors.ts';
import { byName, holds, pageOf } from '../page.ts';
import { pipelineView } from '../pipeline-status.ts';
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

function channelStatus(channel: Channel, { statuses, channels }: AdminParts): z.infer<typeof channelStatusSchema> {
  const { trouble } = channels;
  const now = Date.now();
  return {
    name: channel.name,
    revision: channel.revision,
    desired: channel.state,
    pipelines: channel.pipelines.map((pipeline) => {
      const view = pipelineView(channel, pipeline, statuses.of(channel, pipeline), now);
      return view.state === 'lost' && trouble !== undefined ? { ...view, reason: unseen(trouble) } : view;
    }),
  };
}

/** While this site's Kafka is away nobody can be heard, so silence says nothing about the process. */
function unseen({ code, message, remedy }: ReplicationError): Reason {
  return { code, message: `the admin API hears from nobody: ${message}`, remedy };
}
