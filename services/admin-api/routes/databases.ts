import * as z from 'zod';
import { databaseSchema } from '../../../shared/model/channel.ts';
import { databaseOf } from '../../../shared/model/database-document.ts';
import { callerOf } from '../access/caller.ts';
import { ApiError } from '../api-error.ts';
import { checkDatabase } from '../channel-check.ts';
import { applyDocuments, bodyText, type Documents, readDocuments, requireRevision } from '../channel-edit.ts';
import { databaseNamed, deleteDatabase } from '../database-edit.ts';
import { databaseViews } from '../database-view.ts';
import { byName, holds, pageOf } from '../page.ts';
import { applyReplySchema } from '../schemas/channels.ts';
import { type CheckReply, checkReplySchema } from '../schemas/check.ts';
import {
  databaseCheckRequestSchema,
  databaseListSchema,
  databaseViewSchema,
  namedDatabaseCheckRequestSchema,
} from '../schemas/databases.ts';
import type { AdminParts, App } from '../server.ts';
import { readBody } from './lookup.ts';
import { answers, flag, ifMatchHeader, isOn, nameParams, pageQuery } from './route-schemas.ts';

const PREFIX = '/api/v1/databases';

/** Databases: list, read, create or replace, delete; whether they answer and what their users may do. */
export function databaseRoutes(app: App, parts: AdminParts): void {
  app.get(
    PREFIX,
    {
      config: { role: 'viewer' },
      schema: {
        tags: ['databases'],
        summary: 'List databases',
        description: 'Those with documents of their own, and those that channels define.',
        querystring: z.object({
          ...pageQuery,
          site: z.string().max(63).optional(),
          kind: databaseViewSchema.shape.kind.optional(),
        }),
        response: answers({ 200: databaseListSchema }),
      },
    },
    async ({ query }) => {
      const { filter, site, kind } = query;
      const found = databaseViews(parts).filter(
        (view) =>
          holds(`${view.name} ${view.hosts.join(' ')}`, filter) &&
          (site === undefined || view.site === site) &&
          (kind === undefined || view.kind === kind),
      );
      return pageOf(found, query, byName);
    },
  );

  app.get(
    `${PREFIX}/:name`,
    {
      config: { role: 'viewer' },
      schema: {
        tags: ['databases'],
        summary: 'Read a database',
        params: nameParams,
        response: answers({ 200: databaseViewSchema }, 404),
      },
    },
    async ({ params }, reply) => {
      const view = databaseNamed(parts, params.name);
      if (view.revision !== undefined) reply.header('etag', `"${view.revision}"`);
      return view;
    },
  );

  app.put(
    `${PREFIX}/:name`,
    {
      config: { role: 'admin' },
      schema: {
        tags: ['databases'],
        summary: 'Create or replace the document of a database',
        description: 'The channels that use the database change with it. An unchanged document changes nothing.',
        consumes: ['application/json', 'application/yaml'],
        params: nameParams,
        headers: ifMatchHeader,
        querystring: z.object({ dryRun: flag }),
        body: z.any().describe('A document of kind Database.'),
        response: answers({ 200: applyReplySchema }, 412, 415, 422),
      },
    },
    async (request) => {
      const { params, body, headers, query } = request;
      const isDryRun = isOn(query.dryRun);
      const plan = await applyDocuments(
        parts,
        () => onlyDatabase(readDocuments(parts, bodyText(body), ''), params.name),
        {
          isDryRun,
          by: callerOf(request).name,
          note: `database ${params.name} changed`,
          guard: () =>
            requireRevision(parts.databases.all().get(params.name), params.name, headers['if-match'], 'database'),
        },
      );
      return { dryRun: isDryRun, applied: [...plan.applied] };
    },
  );

  app.delete(
    `${PREFIX}/:name`,
    {
      config: { role: 'admin' },
      schema: {
        tags: ['databases'],
        summary: 'Delete the document of a database that no channel needs',
        params: nameParams,
        headers: ifMatchHeader,
        response: answers({ 204: z.undefined().describe('Deleted') }, 404, 409, 412),
      },
    },
    async (request, reply) => {
      const { params, headers } = request;
      await deleteDatabase(parts, params.name, headers['if-match'], callerOf(request).name);
      return reply.code(204).send();
    },
  );

  app.post(
    `${PREFIX}/check`,
    {
      config: { role: 'admin' },
      schema: {
        tags: ['databases'],
        summary: 'Test a database that need not be stored',
        description:
          'Connection, settings and grants. Looks from where the admin API runs; the password that the document refers to must be known to it.',
        consumes: ['application/json'],
        body: databaseCheckRequestSchema,
        response: answers({ 200: checkReplySchema }, 422),
      },
    },
    async ({ body }) => {
      const { document, as } = readBody(databaseCheckRequestSchema, body, invalid);
      const { name = 'database', apiVersion = 'lutra/v1', kind = 'Database' } = document;
      return checkDatabase(name, databaseOf({ ...document, name, apiVersion, kind }), SIDES[as]);
    },
  );

  app.post(
    `${PREFIX}/:name/check`,
    {
      config: { role: 'operator' },
      schema: {
        tags: ['databases'],
        summary: 'Test a database',
        consumes: ['application/json'],
        params: nameParams,
        body: namedDatabaseCheckRequestSchema,
        response: answers({ 200: checkReplySchema }, 404, 422),
      },
    },
    async ({ params, body }) => {
      const { name, site, hosts, user, partitions, document } = databaseNamed(parts, params.name);
      const { password, tls } = document;
      const { as } = readBody(namedDatabaseCheckRequestSchema, body ?? '{}', invalid);
      const database = databaseSchema.parse({
        site,
        hosts,
        user,
        partitions,
        password,
        ...(tls === undefined ? {} : { tls }),
      });
      return checkDatabase(name, database, SIDES[as]);
    },
  );
}

const SIDES: Readonly<Record<'source' | 'target' | 'both', readonly CheckReply['checks'][number]['side'][]>> = {
  source: ['source'],
  target: ['target'],
  both: ['source', 'target'],
};

function onlyDatabase(documents: Documents, name: string): Documents {
  const { channels, databases } = documents;
  if (channels.length === 0 && databases.length === 1 && databases[0]?.name === name) return documents;
  const names = [...databases, ...channels].map((document) => `${document.kind} ${document.name}`).join(', ');
  throw new ApiError(
    400,
    'NAME_DIFFERS',
    `the address names the database ${name}, the body holds ${names}`,
    'send one document of kind Database whose name is that of the address, or use POST /api/v1/apply for several',
  );
}

function invalid(why: string): ApiError {
  return new ApiError(
    422,
    'CHECK_INVALID',
    `the request cannot be read: ${why}`,
    'send {"document": {"site": …, "hosts": …, "user": …, "password": {"env": …}}, "as": "source" | "target" | "both"}; of a database that is stored only "as"',
  );
}
