import * as z from 'zod';
import { documentOf } from '../../../shared/model/written-document.ts';
import { callerOf } from '../access/caller.ts';
import { ApiError } from '../api-error.ts';
import { applyDocuments, bodyText, deleteChannel, readDocuments, requireRevision } from '../channel-edit.ts';
import { channelView } from '../channel-view.ts';
import { documentYaml } from '../document-yaml.ts';
import { byName, holds, pageOf } from '../page.ts';
import { appliedSchema, channelListSchema, channelViewSchema, writtenDocumentSchema } from '../schemas/channels.ts';
import type { AdminParts, App } from '../server.ts';
import { channelNamed } from './lookup.ts';
import { answers, flag, ifMatchHeader, isOn, nameParams, pageQuery } from './route-schemas.ts';

/** Channels: list, read, create or replace, delete. */
export function channelRoutes(app: App, parts: AdminParts): void {
  app.get(
    '/api/v1/channels',
    {
      config: { role: 'viewer' },
      schema: {
        tags: ['channels'],
        summary: 'List channels',
        querystring: z.object({
          ...pageQuery,
          state: z.enum(['running', 'paused']).optional(),
          site: z.string().max(63).optional().describe('Channels that read or write a database of this site.'),
          database: z.string().max(63).optional().describe('Channels that use this database.'),
        }),
        response: answers({ 200: channelListSchema }),
      },
    },
    async ({ query }) => {
      const { filter, state, database, site } = query;
      const found = [...parts.channels.all().values()].filter(
        (channel) =>
          holds(channel.name, filter) &&
          (state === undefined || channel.state === state) &&
          (site === undefined || Object.values(channel.resolved).some((each) => each.site === site)) &&
          (database === undefined || database in channel.resolved || database in channel.databases),
      );
      const { items, ...page } = pageOf(found, query, byName);
      return { ...page, items: items.map(channelView) };
    },
  );

  app.get(
    '/api/v1/channels/:name',
    {
      config: { role: 'viewer' },
      schema: {
        tags: ['channels'],
        summary: 'Read a channel',
        params: nameParams,
        querystring: z.object({
          format: z.enum(['json', 'yaml']).default('json').describe('yaml: the document alone, ready to apply again.'),
        }),
        response: answers({ 200: channelViewSchema }, 404),
      },
    },
    async ({ params, query }, reply) => {
      const channel = channelNamed(parts, params);
      reply.header('etag', `"${channel.revision}"`);
      const view = channelView(channel);
      if (query.format === 'json') return view;
      const text = documentYaml(documentOf(channel));
      return reply
        .type('application/yaml; charset=utf-8')
        .serializer(String)
        .send(text as never);
    },
  );

  app.put(
    '/api/v1/channels/:name',
    {
      config: { role: 'admin' },
      schema: {
        tags: ['channels'],
        summary: 'Create or replace a channel',
        description:
          'JSON or YAML. An unchanged document changes nothing, so repeating is harmless. When it answers, the change is stored.',
        consumes: ['application/json', 'application/yaml'],
        params: nameParams,
        headers: ifMatchHeader,
        querystring: z.object({ dryRun: flag }),
        body: writtenDocumentSchema,
        response: answers({ 200: appliedSchema, 201: appliedSchema }, 412, 415, 422),
      },
    },
    async (request, reply) => {
      const { params, body, headers, query } = request;
      const { name } = params;
      const text = bodyText(body);
      const plan = await applyDocuments(
        parts,
        () => {
          const documents = readDocuments(parts, text, '');
          const { channels, databases } = documents;
          if (databases.length === 0 && channels.length === 1 && channels[0]?.name === name) return documents;
          const names = [...channels, ...databases].map((document) => document.name).join(', ');
          throw new ApiError(
            400,
            'NAME_DIFFERS',
            `the address names the channel ${name}, the body holds ${names}`,
            'send one document whose name is that of the address, or use POST /api/v1/apply for several',
          );
        },
        {
          isDryRun: isOn(query.dryRun),
          by: callerOf(request).name,
          guard: (current) => requireRevision(current.get(name), name, headers['if-match']),
        },
      );
      const [applied] = plan.applied;
      if (applied === undefined) throw new Error('a plan without its document');
      reply.header('etag', `"${applied.revision}"`);
      return reply.code(applied.outcome === 'created' ? 201 : 200).send(applied);
    },
  );

  app.delete(
    '/api/v1/channels/:name',
    {
      config: { role: 'admin' },
      schema: {
        tags: ['channels'],
        summary: 'Delete a channel',
        params: nameParams,
        headers: ifMatchHeader,
        response: answers({ 204: z.undefined().describe('Deleted') }, 404, 409, 412),
      },
    },
    async (request, reply) => {
      const { params, headers } = request;
      await deleteChannel(parts, params.name, headers['if-match'], callerOf(request).name);
      return reply.code(204).send();
    },
  );
}
