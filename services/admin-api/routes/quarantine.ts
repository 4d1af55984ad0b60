import * as z from 'zod';
import { type QuarantineEntry, quarantineStateSchema } from '../../../shared/model/quarantine-entry.ts';
import { callerOf } from '../access/caller.ts';
import { ApiError } from '../api-error.ts';
import { holds, numberKey, pageOf } from '../page.ts';
import {
  quarantineEntryViewSchema,
  quarantineListSchema,
  rowDecisionRequestSchema,
  rowsDecisionRequestSchema,
} from '../schemas/quarantine.ts';
import type { AdminParts, App } from '../server.ts';
import { channelNamed, pipelineNamed, readBody } from './lookup.ts';
import { answers, nameParams, pageQuery, pipelineParams } from './route-schemas.ts';

const OPEN = new Set(['refused', 'waiting']);
const rowParams = pipelineParams.extend({ id: z.string().regex(/^\d+-\d+-\d+$/) });

/** Rows that targets refuse, those that wait behind them, and decisions about them. */
export function quarantineRoutes(app: App, parts: AdminParts): void {
  app.get(
    '/api/v1/channels/:name/quarantine',
    {
      config: { role: 'viewer' },
      schema: {
        tags: ['quarantine'],
        summary: 'Rows in quarantine, in source order',
        description: 'Without `state`: those that are refused or wait. The others are kept for the record.',
        params: nameParams,
        querystring: z.object({
          state: quarantineStateSchema.optional(),
          pipeline: z.string().max(63).optional(),
          table: z.string().max(200).optional(),
          ...pageQuery,
        }),
        response: answers({ 200: quarantineListSchema }, 404),
      },
    },
    async ({ params, query }) => {
      const { state, pipeline, table, filter } = query;
      const found = parts.quarantine
        .list(channelNamed(parts, params).uid)
        .filter((entry) => (state === undefined ? OPEN.has(entry.state) : entry.state === state))
        .filter((entry) => pipeline === undefined || entry.pipeline === pipeline)
        .filter((entry) => table === undefined || entry.table === table)
        .filter((entry) => holds(`${entry.id} ${entry.table} ${entry.reason?.message ?? ''}`, filter));
      return pageOf(
        found,
        query,
        ({ id, pipeline }) => `${id.split('-').map(Number).map(numberKey).join('-')}/${pipeline}`,
      );
    },
  );

  app.get(
    '/api/v1/channels/:name/pipelines/:pipeline/quarantine/:id',
    {
      config: { role: 'viewer' },
      schema: {
        tags: ['quarantine'],
        summary: 'One row with its values, the statement, the error and advice',
        params: rowParams,
        response: answers({ 200: quarantineEntryViewSchema }, 404),
      },
    },
    async ({ params }) => parts.quarantine.find(pipelineNamed(parts, params).uid, params.id),
  );

  app.post(
    '/api/v1/channels/:name/pipelines/:pipeline/quarantine/:id/decision',
    {
      config: { role: 'operator' },
      schema: {
        tags: ['quarantine'],
        summary: 'Decide about a refused row',
        description:
          'retry: apply it again. edit: apply it with other values in some columns. skip: leave it out. What waits behind it follows in order.',
        consumes: ['application/json'],
        params: rowParams,
        body: rowDecisionRequestSchema,
        response: answers({ 202: quarantineEntryViewSchema }, 404, 409, 422),
      },
    },
    async (request, reply) => {
      const { params, body } = request;
      const by = callerOf(request).name;
      const { channel, pipeline, uid } = pipelineNamed(parts, params);
      const { action, values } = readBody(rowDecisionRequestSchema, body, invalid);
      if ((action === 'edit') !== (values !== undefined))
        throw invalid('values belong to the action edit, and edit needs them');
      const columns = values === undefined ? '' : `: ${Object.keys(values).join(', ')}`;
      const what = `${action} row ${params.id}${columns}`;
      const deed = { by, action: 'row', channel: channel.name, pipeline: pipeline.name, what, rows: 1 } as const;
      const decision = { action, by, ...(values === undefined ? {} : { values }) };
      const entry = await parts.audit.record(deed, () => parts.quarantine.decide(uid, params.id, decision));
      return reply.code(202).send(entry);
    },
  );

  app.post(
    '/api/v1/channels/:name/pipelines/:pipeline/quarantine/decision',
    {
      config: { role: 'operator' },
      schema: {
        tags: ['quarantine'],
        summary: 'Decide about all refused rows of a pipeline, or of one of its tables',
        consumes: ['application/json'],
        params: pipelineParams,
        body: rowsDecisionRequestSchema,
        response: answers({ 202: quarantineListSchema }, 404, 422),
      },
    },
    async (request, reply) => {
      const { params, body } = request;
      const by = callerOf(request).name;
      const { channel, pipeline, uid } = pipelineNamed(parts, params);
      const { table, action } = readBody(rowsDecisionRequestSchema, body, invalid);
      const what = `${action} all refused rows${table === undefined ? '' : ` of ${table}`}`;
      const deed = { by, action: 'row', channel: channel.name, pipeline: pipeline.name, what } as const;
      const decide = (): Promise<QuarantineEntry[]> => parts.quarantine.decideAll(uid, table, { action, by });
      const items = await parts.audit.record({ ...deed, rows: 0 }, decide, ({ length }) => length);
      return reply.code(202).send({ items: items.slice(0, 1000), total: items.length });
    },
  );
}

function invalid(why: string): ApiError {
  return new ApiError(
    422,
    'DECISION_INVALID',
    `the decision cannot be read: ${why}`,
    'send {"action": "retry" | "skip"} or {"action": "edit", "values": {"column": "value"}}',
  );
}
