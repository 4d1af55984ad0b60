import * as z from 'zod';
import { channelJsonSchema } from '../../../shared/model/document-keys.ts';
import { asReplicationError, type ReplicationError } from '../../../shared/runtime/errors.ts';
import type { AdminParts, App } from '../server.ts';
import type { Telemetry } from '../telemetry.ts';

const healthSchema = z.object({
  status: z.enum(['ok', 'waiting']),
  site: z.string().optional().describe('This and everything below: for users only.'),
  code: z.string().optional().describe('What is waited for.'),
  reason: z.object({ code: z.string(), message: z.string(), remedy: z.string() }).optional(),
  /** Records on lutra.channels that are no channels. */
  strangers: z.record(z.string(), z.string()).optional(),
});

/** Health, metrics and the descriptions of this API. Whoever is not logged in learns no more than whether it is well. */
export function operationRoutes(app: App, parts: AdminParts, telemetry: Telemetry): void {
  const { isMetricsOpen, site } = parts.config;

  app.get(
    '/health',
    {
      config: { role: 'public' },
      schema: {
        tags: ['operation'],
        summary: 'Whether channels can be read and changed',
        response: { 200: healthSchema, 503: healthSchema },
      },
    },
    async ({ caller }, reply) => {
      const trouble = parts.channels.trouble ?? parts.databases.trouble ?? parts.access.trouble;
      const { strangers } = parts.channels;
      const status = trouble === undefined ? ('ok' as const) : ('waiting' as const);
      const code = trouble === undefined ? {} : { code: trouble.code };
      const health =
        caller === undefined ? { status, ...code } : { status, ...code, site, ...details(trouble, strangers) };
      return reply.code(trouble === undefined ? 200 : 503).send(health);
    },
  );

  app.get(
    '/ready',
    {
      config: { role: 'public' },
      schema: {
        tags: ['operation'],
        summary: 'Whether requests can be answered',
        description:
          'Users, channels and databases have been read once. Stays so while Kafka is away later: see /health.',
        response: { 200: healthSchema, 503: healthSchema },
      },
    },
    async (_request, reply) => {
      const trouble = unread(parts);
      if (trouble === undefined) return { status: 'ok' as const };
      return reply.code(503).send({ status: 'waiting', code: trouble.code });
    },
  );

  app.get(
    '/metrics',
    { config: { role: isMetricsOpen ? 'public' : 'viewer' }, schema: { hide: true } },
    async (_request, reply) => {
      const text = await telemetry.registry.metrics();
      return reply.type(telemetry.registry.contentType).serializer(String).send(text);
    },
  );

  app.get('/api/v1/openapi.json', { config: { role: 'viewer' }, schema: { hide: true } }, async () => app.swagger());

  app.get('/api/v1/schemas/channel', { config: { role: 'viewer' }, schema: { hide: true } }, async (_request, reply) =>
    reply
      .type('application/schema+json; charset=utf-8')
      .send({ ...channelJsonSchema, title: 'Lutra channel document' }),
  );
}

function unread({ channels, databases, access }: AdminParts): ReplicationError | undefined {
  try {
    channels.all();
  } catch (error) {
    return asReplicationError(error);
  }
  return databases.trouble ?? access.trouble;
}

function details(trouble: ReplicationError | undefined, strangers: ReadonlyMap<string, string>) {
  return {
    ...(trouble === undefined
      ? {}
      : { reason: { code: trouble.code, message: trouble.message, remedy: trouble.remedy } }),
    ...(strangers.size > 0 ? { strangers: Object.fromEntries(strangers) } : {}),
  };
}
