import * as z from 'zod';
import { channelJsonSchema } from '../../../shared/model/document-keys.ts';
import type { AdminParts, App } from '../server.ts';
import '../access/route-role.ts';
import type { Telemetry } from '../telemetry.ts';

const healthSchema = z.object({
  status: z.enum(['ok', 'waiting']),
  site: z.string(),
  reason: z.object({ code: z.string(), message: z.string(), remedy: z.string() }).optional(),
  /** Records on lutra.channels that are no channels. */
  strangers: z.record(z.string(), z.string()).optional(),
});

/** Health, metrics and the descriptions of this API. */
export function operationRoutes(app: App, parts: AdminParts, telemetry: Telemetry): void {
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
    async (_request, reply) => {
      const { strangers } = parts.channels;
      const trouble = parts.channels.trouble ?? parts.databases.trouble;
      const { site } = parts.config;
      const extra = strangers.size > 0 ? { strangers: Object.fromEntries(strangers) } : {};
      if (trouble === undefined) return { status: 'ok' as const, site, ...extra };
      const reason = { code: trouble.code, message: trouble.message, remedy: trouble.remedy };
      return reply.code(503).send({ status: 'waiting', site, reason, ...extra });
    },
  );

  app.get('/metrics', { config: { role: 'viewer' }, schema: { hide: true } }, async (_request, reply) => {
    const text = await telemetry.registry.metrics();
    return reply.type(telemetry.registry.contentType).serializer(String).send(text);
  });

  app.get('/api/v1/openapi.json', { config: { role: 'viewer' }, schema: { hide: true } }, async () => app.swagger());

  app.get('/api/v1/schemas/channel', { config: { role: 'viewer' }, schema: { hide: true } }, async (_request, reply) =>
    reply
      .type('application/schema+json; charset=utf-8')
      .send({ ...channelJsonSchema, title: 'Lutra channel document' }),
  );
}
