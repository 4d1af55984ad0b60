import * as z from 'zod';
import { actorOf } from '../access/actor.ts';
import { applyDocuments, bodyText, readDocuments } from '../channel-edit.ts';
import { applyReplySchema, writtenDocumentSchema } from '../schemas/channels.ts';
import type { AdminParts, App } from '../server.ts';
import { answers, FILE_LIMIT_BYTES, flag, isOn } from './route-schemas.ts';

/** Several documents at once: all are stored or none, and they may refer to each other. */
export function applyRoutes(app: App, parts: AdminParts): void {
  app.post(
    '/api/v1/apply',
    {
      config: { role: 'admin' },
      bodyLimit: FILE_LIMIT_BYTES,
      schema: {
        tags: ['channels'],
        summary: 'Create or replace the channels and databases of a file',
        description: 'YAML or JSON, several documents divided by ---. Problems name the line of the file.',
        consumes: ['application/yaml', 'application/json'],
        querystring: z.object({
          dryRun: flag,
          file: z.string().max(500).default('').describe('Name of the file, for messages.'),
        }),
        body: writtenDocumentSchema,
        response: answers({ 200: applyReplySchema }, 415, 422),
      },
    },
    async (request) => {
      const { body, query } = request;
      const text = bodyText(body);
      const isDryRun = isOn(query.dryRun);
      const plan = await applyDocuments(parts, () => readDocuments(parts, text, query.file), {
        isDryRun,
        by: actorOf(request),
      });
      return { dryRun: isDryRun, applied: [...plan.applied] };
    },
  );
}
