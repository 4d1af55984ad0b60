import * as z from 'zod';
import type { Channel } from '../../../shared/model/channel.ts';
import { pipelineUid } from '../../../shared/model/channel.ts';
import { ddlStateSchema } from '../../../shared/model/ddl-entry.ts';
import { ApiError, unknownChannel } from '../api-error.ts';
import { ddlEntryViewSchema, ddlListSchema, decisionRequestSchema } from '../api-schemas.ts';
import { bodyText } from '../channel-edit.ts';
import type { AdminParts, App } from '../server.ts';
import { answers, nameParams } from './route-schemas.ts';

/** Statements of the sources: what became of them, and decisions about those that wait. */
export function ddlRoutes(app: App, parts: AdminParts): void {
  const channelOf = (name: string): Channel => {
    const channel = parts.channels.all().get(name);
    if (channel === undefined) throw unknownChannel(name);
    return channel;
  };

  app.get(
    '/api/v1/channels/:name/ddl',
    {
      schema: {
        tags: ['ddl'],
        summary: 'Statements that the pipelines of a channel met, newest first',
        params: nameParams,
        querystring: z.object({
          state: ddlStateSchema.optional(),
          pipeline: z.string().max(63).optional(),
          limit: z.coerce.number().int().min(1).max(1000).default(100),
        }),
        response: answers({ 200: ddlListSchema }, 404),
      },
    },
    async ({ params, query }) => {
      const { state, pipeline, limit } = query;
      const found = parts.ddl
        .list(channelOf(params.name).uid)
        .filter(
          (entry) =>
            (state === undefined || entry.state === state) && (pipeline === undefined || entry.pipeline === pipeline),
        );
      return { items: found.slice(0, limit), total: found.length };
    },
  );

  app.post(
    '/api/v1/channels/:name/pipelines/:pipeline/ddl/:id/decision',
    {
      schema: {
        tags: ['ddl'],
        summary: 'Decide about a held statement',
        description:
          'apply: execute it as it is shown (targetSql). edit: execute `sql` instead. skip: execute nothing. Rows of its tables that were kept meanwhile follow in their order.',
        consumes: ['application/json'],
        params: nameParams.extend({ pipeline: z.string().min(1).max(63), id: z.string().regex(/^\d+-\d+$/) }),
        body: decisionRequestSchema,
        response: answers({ 202: ddlEntryViewSchema }, 404, 409, 422),
      },
    },
    async ({ params, body }, reply) => {
      const channel = channelOf(params.name);
      const pipeline = channel.pipelines.find(({ name }) => name === params.pipeline);
      if (pipeline === undefined) {
        throw new ApiError(
          404,
          'PIPELINE_UNKNOWN',
          `the channel ${channel.name} has no pipeline ${params.pipeline}`,
          `it has: ${channel.pipelines.map(({ name }) => name).join(', ')}`,
        );
      }
      const entry = await parts.ddl.decide(pipelineUid(channel, pipeline), params.id, readDecision(bodyText(body)));
      return reply.code(202).send(entry);
    },
  );
}

function readDecision(text: string): { action: 'apply' | 'edit' | 'skip'; sql?: string; by: string } {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    throw invalid('the body is not JSON');
  }
  const parsed = decisionRequestSchema.safeParse(content);
  if (!parsed.success) throw invalid(z.prettifyError(parsed.error).replaceAll('\n', ' '));
  const { action, sql, by } = parsed.data;
  if ((action === 'edit') !== (sql !== undefined)) throw invalid('sql belongs to the action edit, and edit needs it');
  return { action, by, ...(sql === undefined ? {} : { sql }) };
}

function invalid(why: string): ApiError {
  return new ApiError(
    422,
    'DECISION_INVALID',
    `the decision cannot be read: ${why}`,
    'send {"action": "apply" | "skip"} or {"action": "edit", "sql": "…"}',
  );
}
