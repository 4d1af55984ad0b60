import * as z from 'zod';
import { bodyText, planDocuments, readDocuments } from '../channel-edit.ts';
import { writtenDocumentSchema } from '../schemas/channels.ts';
import { previewReplySchema, tableListSchema } from '../schemas/tables.ts';
import type { AdminParts, App } from '../server.ts';
import { resolveTables } from '../table-resolution.ts';
import { channelNamed } from './lookup.ts';
import { answers, FILE_LIMIT_BYTES, flag, isOn, nameParams, pageQuery } from './route-schemas.ts';

const LOOKS =
  'Looks at the first host of each source and target from where the admin API runs; what a database does not tell stands under problems.';

/** Which tables mappings take: of a channel that exists, and of documents that are not stored. */
export function tableRoutes(app: App, parts: AdminParts): void {
  app.get(
    '/api/v1/channels/:name/tables',
    {
      config: { role: 'viewer' },
      schema: {
        tags: ['channels'],
        summary: 'Tables that the mappings of a channel take at present, and where they go',
        description: LOOKS,
        params: nameParams,
        querystring: z.object({ ...pageQuery, statements: flag.describe('Whether to show the statements for rows.') }),
        response: answers({ 200: tableListSchema }, 404),
      },
    },
    async ({ params, query }) =>
      resolveTables([channelNamed(parts, params)], { ...query, statements: isOn(query.statements) }),
  );

  app.post(
    '/api/v1/preview',
    {
      config: { role: 'admin' },
      bodyLimit: FILE_LIMIT_BYTES,
      schema: {
        tags: ['channels'],
        summary: 'Tables that the mappings of documents would take, where they would go, and by which statements',
        description: `YAML or JSON, several documents divided by ---. Nothing is stored. ${LOOKS}`,
        consumes: ['application/yaml', 'application/json'],
        querystring: z.object({
          ...pageQuery,
          file: z.string().max(500).default('').describe('Name of the file, for messages.'),
        }),
        body: writtenDocumentSchema,
        response: answers({ 200: previewReplySchema }, 415, 422),
      },
    },
    async ({ body, query }) => {
      const documents = readDocuments(parts, bodyText(body), query.file);
      const plan = planDocuments(parts, documents);
      const named = new Set(documents.channels.map(({ name }) => name));
      const planned = new Map(
        [...parts.channels.all().values(), ...plan.channels].map((channel) => [channel.name, channel]),
      );
      return resolveTables(
        [...planned.values()].filter(({ name }) => named.has(name)),
        { ...query, statements: true },
      );
    },
  );
}
