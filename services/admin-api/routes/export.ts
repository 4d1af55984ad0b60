import * as z from 'zod';
import { databaseDocumentOf } from '../../../shared/model/database-document.ts';
import { documentOf } from '../../../shared/model/written-document.ts';
import { documentYaml } from '../document-yaml.ts';
import { byName, holds, pageOf } from '../page.ts';
import type { AdminParts, App } from '../server.ts';
import { answers } from './route-schemas.ts';

const yamlFile = {
  description: 'The documents, one after the other.',
  content: { 'application/yaml': { schema: z.string() } },
};

/** Everything as one file; POST /apply takes it back. */
export function exportRoutes(app: App, parts: AdminParts): void {
  app.get(
    '/api/v1/export',
    {
      config: { role: 'admin' },
      schema: {
        tags: ['channels'],
        summary: 'All documents as one YAML file',
        description: 'Databases first, then channels; POST /api/v1/apply takes it back. It holds no secrets.',
        querystring: z.object({ filter: z.string().max(200).optional().describe('Part of a name of a channel.') }),
        response: answers({ 200: yamlFile }),
      },
    },
    async ({ query }, reply) => {
      const all = { limit: Number.POSITIVE_INFINITY };
      const channels = [...parts.channels.all().values()].filter(({ name }) => holds(name, query.filter));
      const used = new Set(channels.flatMap(({ resolved }) => Object.keys(resolved)));
      const databases = [...parts.databases.all().values()].filter(
        ({ name }) => query.filter === undefined || used.has(name),
      );
      const texts = [
        ...pageOf(databases, all, byName).items.map((database) => documentYaml(databaseDocumentOf(database))),
        ...pageOf(channels, all, byName).items.map((channel) => documentYaml(documentOf(channel))),
      ];
      return reply
        .type('application/yaml; charset=utf-8')
        .header('content-disposition', 'attachment; filename="lutra.yaml"')
        .serializer(String)
        .send(texts.join('---\n'));
    },
  );
}
