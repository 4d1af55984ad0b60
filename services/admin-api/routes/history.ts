import * as z from 'zod';
import { type Channel, pipelineUid } from '../../../shared/model/channel.ts';
import { batchListSchema, counterListSchema, historySchema } from '../schemas/history.ts';
import type { AdminParts, App } from '../server.ts';
import { channelNamed, pipelineNamed } from './lookup.ts';
import { answers, nameParams } from './route-schemas.ts';

const pipeline = z.string().max(63).optional().describe('One pipeline; left out: all of the channel.');
const time = z.coerce.number().int().min(0).max(8.64e15).optional();
const HOUR_MS = 3_600_000;

/** Rates, lags and batches of a channel over time. */
export function historyRoutes(app: App, parts: AdminParts): void {
  app.get(
    '/api/v1/channels/:name/history',
    {
      config: { role: 'viewer' },
      schema: {
        tags: ['observe'],
        summary: 'Rows and lags over time: minutes of 2 days, ten minutes of 30 days, hours of 400 days',
        params: nameParams,
        querystring: z.object({
          pipeline,
          table: z.string().max(200).optional().describe('schema.table of the source; without lags.'),
          from: time.describe('ms since the epoch; an hour ago when left out'),
          to: time.describe('ms since the epoch; now when left out'),
          points: z.coerce.number().int().min(1).max(5_000).default(300).describe('At most so many.'),
        }),
        response: answers({ 200: historySchema }, 404),
      },
    },
    async ({ params, query }) => {
      const to = query.to ?? Date.now();
      const from = Math.min(to, query.from ?? to - HOUR_MS);
      const uids = uidsOf(channelNamed(parts, params), query.pipeline, parts);
      return parts.observatory.history.history({ uids, table: query.table, from, to, points: query.points });
    },
  );

  app.get(
    '/api/v1/channels/:name/counters',
    {
      config: { role: 'viewer' },
      schema: {
        tags: ['observe'],
        summary: 'Rows of each table since the history begins',
        params: nameParams,
        querystring: z.object({ pipeline }),
        response: answers({ 200: counterListSchema }, 404),
      },
    },
    async ({ params, query }) => {
      const channel = channelNamed(parts, params);
      const uids = uidsOf(channel, query.pipeline, parts);
      const names = new Map(channel.pipelines.map((each) => [pipelineUid(channel, each), each.name]));
      const { tables, since } = parts.observatory.history.totals(uids);
      const items = tables.map(({ uid, ...counts }) => ({ pipeline: names.get(uid) ?? '', ...counts }));
      return { items, since: since ?? Date.now() };
    },
  );

  app.get(
    '/api/v1/channels/:name/batches',
    {
      config: { role: 'viewer' },
      schema: {
        tags: ['observe'],
        summary: 'Recent batches and when they passed the stations of their way, newest first',
        params: nameParams,
        querystring: z.object({ pipeline, limit: z.coerce.number().int().min(1).max(1000).default(100) }),
        response: answers({ 200: batchListSchema }, 404),
      },
    },
    async ({ params, query }) => {
      const channel = channelNamed(parts, params);
      if (query.pipeline !== undefined) pipelineNamed(parts, { ...params, pipeline: query.pipeline });
      const names = query.pipeline === undefined ? channel.pipelines.map(({ name }) => name) : [query.pipeline];
      return { items: parts.statuses.batches.list(channel.name, names, query.limit) };
    },
  );
}

/** Errors: ApiError 404 for a pipeline that the channel does not have. */
function uidsOf(channel: Channel, name: string | undefined, parts: AdminParts): string[] {
  if (name !== undefined) return [pipelineNamed(parts, { name: channel.name, pipeline: name }).uid];
  return channel.pipelines.map((each) => pipelineUid(channel, each));
}
