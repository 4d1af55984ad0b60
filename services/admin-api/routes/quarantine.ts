import * as z from 'zod';
import type { Channel } from '../../../shared/model/channel.ts';
import { pipelineUid } from '../../../shared/model/channel.ts';
import { quarantineStateSchema, type RowDecision } from '../../../shared/model/quarantine-entry.ts';
import { ApiError, unknownChannel } from '../api-error.ts';
import {
  quarantineEntryViewSchema,
  quarantineListSchema,
  rowDecisionRequestSchema,
  rowsDecisionRequestSchema,
} from '../api-schemas.ts';
import { bodyText } from '../channel-edit.ts';
import type { AdminParts, App } from '../server.ts';
import { answers, nameParams } from './route-schemas.ts';

const OPEN = new Set(['refused', 'waiting']);
const pipelineParams = nameParams.extend({ pipeline: z.string().min(1).max(63) });
const rowParams = pipelineParams.extend({ id: z.string().regex(/^\d+-\d+-\d+$/) });

/** Rows that targets refuse, those that wait behind them, and decisions about them. */
export function quarantineRoutes(app: App, parts: AdminParts): void {
  const channelOf = (name: string): Channel => {
    const channel = parts.channels.all().get(name);
    if (channel === undefined) throw unknownChannel(name);
    return channel;
  };
  const uidOf = (params: { name: string; pipeline: string }): string => pipelineOf(channelOf(params.name), params);

  app.get(
    '/api/v1/channels/:name/quarantine',
    {
      schema: {
        tags: ['quarantine'],
        summary: 'Rows in quarantine, in source order',
        description: 'Without `state`: those that are refused or wait. The others are kept for the record.',
        params: nameParams,
        querystring: z.object({
          state: quarantineStateSchema.optional(),
          pipeline: z.string().max(63).optional(),
          table: z.string().max(200).optional(),
          limit: z.coerce.number().int().min(1).max(1000).default(100),
        }),
        response: answers({ 200: quarantineListSchema }, 404),
      },
    },
    async ({ params, query }) => {
      const { state, pipeline, table, limit } = query;
      const found = parts.quarantine
        .list(channelOf(params.name).uid)
        .filter((entry) => (state === undefined ? OPEN.has(entry.state) : entry.state === state))
        .filter((entry) => pipeline === undefined || entry.pipeline === pipeline)
        .filter((entry) => table === undefined || entry.table === table);
      return { items: found.slice(0, limit), total: found.length };
    },
  );

  app.get(
    '/api/v1/channels/:name/pipelines/:pipeline/quarantine/:id',
    {
      schema: {
        tags: ['quarantine'],
        summary: 'One row with its values, the statement, the error and advice',
        params: rowParams,
        response: answers({ 200: quarantineEntryViewSchema }, 404),
      },
    },
    async ({ params }) => parts.quarantine.find(uidOf(params), params.id),
  );

  app.post(
    '/api/v1/channels/:name/pipelines/:pipeline/quarantine/:id/decision',
    {
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
    async ({ params, body }, reply) => {
      const request = readBody(rowDecisionRequestSchema, bodyText(body));
      if ((request.action === 'edit') !== (request.values !== undefined))
        throw invalid('values belong to the action edit, and edit needs them');
      return reply.code(202).send(await parts.quarantine.decide(uidOf(params), params.id, decisionOf(request)));
    },
  );

  app.post(
    '/api/v1/channels/:name/pipelines/:pipeline/quarantine/decision',
    {
      schema: {
        tags: ['quarantine'],
        summary: 'Decide about all refused rows of a pipeline, or of one of its tables',
        consumes: ['application/json'],
        params: pipelineParams,
        body: rowsDecisionRequestSchema,
        response: answers({ 202: quarantineListSchema }, 404, 422),
      },
    },
    async ({ params, body }, reply) => {
      const { table, ...request } = readBody(rowsDecisionRequestSchema, bodyText(body));
      const items = await parts.quarantine.decideAll(uidOf(params), table, request);
      return reply.code(202).send({ items: items.slice(0, 1000), total: items.length });
    },
  );
}

function pipelineOf(channel: Channel, { pipeline: name }: { pipeline: string }): string {
  const pipeline = channel.pipelines.find((each) => each.name === name);
  if (pipeline !== undefined) return pipelineUid(channel, pipeline);
  throw new ApiError(
    404,
    'PIPELINE_UNKNOWN',
    `the channel ${channel.name} has no pipeline ${name}`,
    `it has: ${channel.pipelines.map((each) => each.name).join(', ')}`,
  );
}

function decisionOf({ action, values, by }: z.infer<typeof rowDecisionRequestSchema>): Omit<RowDecision, 'at'> {
  return { action, by, ...(values === undefined ? {} : { values }) };
}

function readBody<T>(schema: z.ZodType<T>, text: string): T {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    throw invalid('the body is not JSON');
  }
  const parsed = schema.safeParse(content);
  if (!parsed.success) throw invalid(z.prettifyError(parsed.error).replaceAll('\n', ' '));
  return parsed.data;
}

function invalid(why: string): ApiError {
  return new ApiError(
    422,
    'DECISION_INVALID',
    `the decision cannot be read: ${why}`,
    'send {"action": "retry" | "skip"} or {"action": "edit", "values": {"column": "value"}}',
  );
}
