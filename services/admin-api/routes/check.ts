import * as z from 'zod';
import { checkChannels } from '../channel-check.ts';
import { bodyText, planDocuments, readDocuments } from '../channel-edit.ts';
import { writtenDocumentSchema } from '../schemas/channels.ts';
import { checkReplySchema } from '../schemas/check.ts';
import type { AdminParts, App } from '../server.ts';
import { channelNamed } from './lookup.ts';
import { answers, nameParams } from './route-schemas.ts';

/** Source check and target check: of a channel that exists, and of documents that are not stored. */
export function checkRoutes(app: App, parts: AdminParts): void {
  const hasPlace = (channel: string, pipeline: string): boolean =>
    parts.statuses
      .all()
      .some(
        ({ status }) =>
          status.role === 'loader' &&
          status.channel === channel &&
          status.pipeline === pipeline &&
          status.position !== undefined,
      );

  app.post(
    '/api/v1/channels/:name/check',
    {
      config: { role: 'operator' },
      schema: {
        tags: ['check'],
        summary: 'Check the databases of a channel',
        description:
          'Looks from where the admin API runs; the passwords that the document refers to must be known to it.',
        params: nameParams,
        response: answers({ 200: checkReplySchema }, 404),
      },
    },
    async ({ params }) => {
      const channel = channelNamed(parts, params);
      return checkChannels([channel], hasPlace);
    },
  );

  app.post(
    '/api/v1/check',
    {
      config: { role: 'admin' },
      schema: {
        tags: ['check'],
        summary: 'Check the databases of documents',
        description: 'YAML or JSON, several documents divided by ---. Nothing is stored.',
        consumes: ['application/yaml', 'application/json'],
        querystring: z.object({ file: z.string().max(500).default('').describe('Name of the file, for messages.') }),
        body: writtenDocumentSchema,
        response: answers({ 200: checkReplySchema }, 415, 422),
      },
    },
    async ({ body, query }) => {
      const documents = readDocuments(parts, bodyText(body), query.file);
      const plan = planDocuments(parts, documents);
      const names = new Set(plan.applied.filter(({ kind }) => kind === 'Channel').map(({ name }) => name));
      const wanted = [...parts.channels.all().values(), ...plan.channels].filter(({ name }) => names.has(name));
      return checkChannels([...new Map(wanted.map((channel) => [channel.name, channel])).values()], hasPlace);
    },
  );
}
