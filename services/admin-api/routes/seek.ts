import * as z from 'zod';
import { ApiError, unknownChannel } from '../api-error.ts';
import { bodyText } from '../channel-edit.ts';
import { seek } from '../seek/seek.ts';
import { auditListSchema, type SeekRequest, seekReplySchema, seekRequestSchema } from '../seek/seek-schemas.ts';
import type { AdminParts, App } from '../server.ts';
import { answers, nameParams } from './route-schemas.ts';

/** Moving a pipeline's position, and what was done by hand. */
export function seekRoutes(app: App, parts: AdminParts): void {
  app.post(
    '/api/v1/channels/:name/pipelines/:pipeline/position',
    {
      schema: {
        tags: ['channels'],
        summary: "Move a paused pipeline's position",
        description:
          'Answers what lies between the two places. With dryRun nothing is moved. A place inside a transaction is moved to its beginning.',
        consumes: ['application/json'],
        params: nameParams.extend({ pipeline: z.string().min(1).max(63) }),
        body: z
          .any()
          .describe(
            '{to: {offset, partition?} | {shiftBy, partition?} | {transactions} | {time} | {gtid} | {file, position}, only?, dryRun?, by?}',
          ),
        response: answers({ 200: seekReplySchema }, 404, 409, 422),
      },
    },
    async ({ params, body }) => {
      const channel = parts.channels.all().get(params.name);
      if (channel === undefined) throw unknownChannel(params.name);
      const pipeline = channel.pipelines.find(({ name }) => name === params.pipeline);
      if (pipeline === undefined) {
        const names = channel.pipelines.map(({ name }) => name).join(', ');
        throw new ApiError(
          404,
          'PIPELINE_UNKNOWN',
          `the channel ${channel.name} has no pipeline ${params.pipeline}`,
          `it has: ${names}`,
        );
      }
      return seek(parts, channel, pipeline, readRequest(bodyText(body)));
    },
  );

  app.get(
    '/api/v1/audit',
    {
      schema: {
        tags: ['operation'],
        summary: 'What operators did by hand, newest first',
        querystring: z.object({ limit: z.coerce.number().int().min(1).max(1000).default(50) }),
        response: answers({ 200: auditListSchema }),
      },
    },
    async ({ query }) => ({ items: parts.audit.list(query.limit) }),
  );
}

function readRequest(text: string): SeekRequest {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    throw invalid('the body is not JSON');
  }
  const parsed = seekRequestSchema.safeParse(content);
  if (!parsed.success) throw invalid(z.prettifyError(parsed.error).replaceAll('\n', ' '));
  return parsed.data;
}

function invalid(why: string): ApiError {
  return new ApiError(
    422,
    'POSITION_INVALID',
    `the request cannot be read: ${why}`,
    'send {"to": {"offset": "5433"} | {"shiftBy": 1} | {"transactions": 1} | {"time": "2026-11-21T09:00:00Z"} | {"gtid": "…"} | {"file": "…", "position": 4}, "dryRun": true}',
  );
}
