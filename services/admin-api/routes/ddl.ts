import * as z from 'zod';
import { ddlStateSchema } from '../../../shared/model/ddl-entry.ts';
import { callerOf } from '../access/caller.ts';
import { ApiError } from '../api-error.ts';
import { holds, numberKey, pageOf } from '../page.ts';
import { ddlEntryViewSchema, ddlListSchema, decisionRequestSchema } from '../schemas/ddl.ts';
import type { AdminParts, App } from '../server.ts';
import { channelNamed, pipelineNamed, readBody } from './lookup.ts';
import { answers, nameParams, pageQuery, pipelineParams } from './route-schemas.ts';

/** Statements of the sources: what became of them, and decisions about those that wait. */
export function ddlRoutes(app: App, parts: AdminParts): void {
  app.get(
    '/api/v1/channels/:name/ddl',
    {
      config: { role: 'viewer' },
      schema: {
        tags: ['ddl'],
        summary: 'Statements that the pipelines of a channel met, newest first',
        params: nameParams,
        querystring: z.object({
          state: ddlStateSchema.optional(),
          pipeline: z.string().max(63).optional(),
          ...pageQuery,
        }),
        response: answers({ 200: ddlListSchema }, 404),
      },
    },
    async ({ params, query }) => {
      const { state, pipeline, filter } = query;
      const found = parts.ddl
        .list(channelNamed(parts, params).uid)
        .filter(
          (entry) =>
            (state === undefined || entry.state === state) &&
            (pipeline === undefined || entry.pipeline === pipeline) &&
            holds(`${entry.id} ${entry.sql}`, filter),
        );
      return pageOf(
        found,
        query,
        ({ committedAt, pipeline, id }) => `${numberKey(committedAt)}/${pipeline}/${id}`,
        true,
      );
    },
  );

  app.post(
    '/api/v1/channels/:name/pipelines/:pipeline/ddl/:id/decision',
    {
      config: { role: 'operator' },
      schema: {
        tags: ['ddl'],
        summary: 'Decide about a held statement',
        description:
          'apply: execute it as it is shown (targetSql). edit: execute `sql` instead. skip: execute nothing. Rows of its tables that were kept meanwhile follow in their order.',
        consumes: ['application/json'],
        params: pipelineParams.extend({ id: z.string().regex(/^\d+-\d+$/) }),
        body: decisionRequestSchema,
        response: answers({ 202: ddlEntryViewSchema }, 404, 409, 422),
      },
    },
    async (request, reply) => {
      const { params, body } = request;
      const by = callerOf(request).name;
      const { channel, pipeline, uid } = pipelineNamed(parts, params);
      const { action, sql } = readBody(decisionRequestSchema, body, invalid);
      if ((action === 'edit') !== (sql !== undefined))
        throw invalid('sql belongs to the action edit, and edit needs it');
      const what = `${action} statement ${params.id}`;
      const deed = { by, action: 'statement', channel: channel.name, pipeline: pipeline.name, what, rows: 0 } as const;
      const decision = { action, by, ...(sql === undefined ? {} : { sql }) };
      const entry = await parts.audit.record(deed, () => parts.ddl.decide(uid, params.id, decision));
      return reply.code(202).send(entry);
    },
  );
}

function invalid(why: string): ApiError {
  return new ApiError(
    422,
    'DECISION_INVALID',
    `the decision cannot be read: ${why}`,
    'send {"action": "apply" | "skip"} or {"action": "edit", "sql": "…"}',
  );
}
