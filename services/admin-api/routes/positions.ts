import * as z from 'zod';
import { ApiError } from '../api-error.ts';
import { byName, holds, pageOf } from '../page.ts';
import { pipelinePosition } from '../pipeline-positions.ts';
import { positionListSchema, resyncRequestSchema } from '../schemas/positions.ts';
import { problemReplySchema } from '../schemas/problem.ts';
import type { AdminParts, App } from '../server.ts';
import { channelNamed, pipelineNamed, readBody } from './lookup.ts';
import { answers, nameParams, pageQuery, pipelineParams } from './route-schemas.ts';

/** Where pipelines stand, and copying rows again. */
export function positionRoutes(app: App, parts: AdminParts): void {
  app.get(
    '/api/v1/channels/:name/positions',
    {
      config: { role: 'viewer' },
      schema: {
        tags: ['status'],
        summary: 'Where the pipelines of a channel stand',
        description: 'The end of the source log, what is published, what is applied, and the offsets in Kafka.',
        params: nameParams,
        querystring: z.object(pageQuery),
        response: answers({ 200: positionListSchema }, 404),
      },
    },
    async ({ params, query }) => {
      const channel = channelNamed(parts, params);
      const found = channel.pipelines.filter(({ name }) => holds(name, query.filter));
      const { items, ...page } = pageOf(found, query, byName);
      return { ...page, items: await Promise.all(items.map((pipeline) => pipelinePosition(parts, channel, pipeline))) };
    },
  );

  app.post(
    '/api/v1/channels/:name/pipelines/:pipeline/resync',
    {
      config: { role: 'operator' },
      schema: {
        tags: ['channels'],
        summary: 'Copy rows of a table again',
        description: 'Not there yet: refused, so that nobody waits for it.',
        consumes: ['application/json'],
        params: pipelineParams,
        body: resyncRequestSchema,
        response: answers({ 501: problemReplySchema }, 404, 409, 422),
      },
    },
    async ({ params, body }) => {
      const { channel, pipeline } = pipelineNamed(parts, params);
      const { table } = readBody(resyncRequestSchema, body, invalid);
      if (channel.state === 'paused') {
        throw new ApiError(
          409,
          'CHANNEL_NOT_RUNNING',
          `the channel ${channel.name} is paused: rows that are copied again could not arrive`,
          `start it (lutra start ${channel.name}), then ask again`,
        );
      }
      throw new ApiError(
        501,
        'RESYNC_NOT_AVAILABLE',
        `${table} of the pipeline ${pipeline.name} cannot be copied again: Lutra makes no copies yet`,
        'copy the rows by hand; when the topic still holds their changes, replay them: lutra replay',
      );
    },
  );
}

function invalid(why: string): ApiError {
  return new ApiError(422, 'RESYNC_INVALID', `the request cannot be read: ${why}`, 'send {"table": "shop.orders"}');
}
