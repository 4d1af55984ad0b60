import * as z from 'zod';
import type { Channel } from '../../../shared/model/channel.ts';
import { unknownChannel } from '../api-error.ts';
import { channelStatusSchema, statusListSchema } from '../api-schemas.ts';
import { pageOf } from '../channel-view.ts';
import { pipelineView } from '../pipeline-status.ts';
import type { AdminParts, App } from '../server.ts';
import type { Observed } from '../status-view.ts';
import { answers, nameParams, pageQuery } from './route-schemas.ts';

/** What the pipelines do. */
export function statusRoutes(app: App, parts: AdminParts): void {
  app.get(
    '/api/v1/status',
    {
      schema: {
        tags: ['status'],
        summary: 'Status of all channels',
        querystring: z.object(pageQuery),
        response: answers({ 200: statusListSchema }),
      },
    },
    async ({ query }) => {
      const { filter } = query;
      const found = [...parts.channels.all().values()].filter(
        ({ name }) => filter === undefined || name.includes(filter),
      );
      const { items, ...page } = pageOf(found, query);
      const observed = parts.statuses.all();
      return { ...page, items: items.map((channel) => channelStatus(channel, observed, Date.now())) };
    },
  );

  app.get(
    '/api/v1/channels/:name/status',
    {
      schema: {
        tags: ['status'],
        summary: 'Status of a channel',
        params: nameParams,
        response: answers({ 200: channelStatusSchema }, 404),
      },
    },
    async ({ params }) => {
      const channel = parts.channels.all().get(params.name);
      if (channel === undefined) throw unknownChannel(params.name);
      return channelStatus(channel, parts.statuses.all(), Date.now());
    },
  );
}

function channelStatus(
  channel: Channel,
  observed: readonly Observed[],
  now: number,
): z.infer<typeof channelStatusSchema> {
  return {
    name: channel.name,
    revision: channel.revision,
    desired: channel.state,
    pipelines: channel.pipelines.map((pipeline) => pipelineView(channel, pipeline, observed, now)),
  };
}
