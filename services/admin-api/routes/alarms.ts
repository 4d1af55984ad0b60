import * as z from 'zod';
import { alarmRuleSchema } from '../../../shared/model/alarm.ts';
import type { StoredRule } from '../alarms/alarm-desk.ts';
import { isTimeZone } from '../alarms/schedule.ts';
import { ApiError } from '../api-error.ts';
import { alarmListSchema, alarmRuleListSchema, alarmRuleViewSchema, alarmTestReplySchema } from '../schemas/alarms.ts';
import type { AdminParts, App } from '../server.ts';
import { readBody } from './lookup.ts';
import { answers, nameParams, pageQuery } from './route-schemas.ts';

/** What is wrong, and the rules that say when somebody is told. Rules hold addresses, so only admins see them. */
export function alarmRoutes(app: App, parts: AdminParts): void {
  app.get(
    '/api/v1/alarms',
    {
      config: { role: 'viewer' },
      schema: {
        tags: ['alarms'],
        summary: 'Alarms, newest first; closed ones of 30 days',
        querystring: z.object({
          state: z.enum(['open', 'closed']).optional(),
          channel: z.string().max(63).optional(),
          rule: z.string().max(63).optional(),
          after: z.string().max(400).optional(),
          limit: z.coerce.number().int().min(1).max(1000).default(100),
        }),
        response: answers({ 200: alarmListSchema }),
      },
    },
    async ({ query }) => {
      const { state, channel, rule, after, limit } = query;
      const found = parts.alarms
        .list()
        .filter(
          (alarm) =>
            (state === undefined || alarm.state === state) &&
            (channel === undefined || alarm.channel === channel) &&
            (rule === undefined || alarm.rule === rule),
        );
      const begin = after === undefined ? 0 : found.findIndex(({ id }) => id === after) + 1;
      const items = found.slice(begin, begin + limit);
      const last = items.at(-1);
      const hasMore = begin + items.length < found.length;
      return { items, total: found.length, ...(hasMore && last !== undefined ? { next: last.id } : {}) };
    },
  );

  app.get(
    '/api/v1/alarm-rules',
    {
      config: { role: 'admin' },
      schema: {
        tags: ['alarms'],
        summary: 'List alarm rules',
        querystring: z.object(pageQuery),
        response: answers({ 200: alarmRuleListSchema }),
      },
    },
    async ({ query: { after, limit, filter } }) => {
      const found = parts.alarms.listRules().filter(({ name }) => filter === undefined || name.includes(filter));
      const rest = found.filter(({ name }) => after === undefined || name > after);
      const items = rest.slice(0, limit);
      const last = items.at(-1);
      return { items, total: found.length, ...(rest.length > limit && last !== undefined ? { next: last.name } : {}) };
    },
  );

  app.get(
    '/api/v1/alarm-rules/:name',
    {
      config: { role: 'admin' },
      schema: {
        tags: ['alarms'],
        summary: 'Read an alarm rule',
        params: nameParams,
        response: answers({ 200: alarmRuleViewSchema }, 404),
      },
    },
    async ({ params }) => ruleNamed(parts, params.name),
  );

  app.put(
    '/api/v1/alarm-rules/:name',
    {
      config: { role: 'admin' },
      schema: {
        tags: ['alarms'],
        summary: 'Create or replace an alarm rule',
        consumes: ['application/json'],
        params: nameParams,
        body: alarmRuleSchema.partial({ name: true }),
        response: answers({ 200: alarmRuleViewSchema }, 400, 422),
      },
    },
    async ({ params: { name }, body }) => {
      const rule = readBody(alarmRuleSchema, withName(name, body), invalid);
      if (rule.name !== name) throw invalid(`the address names the rule ${name}, the body ${rule.name}`);
      if (!isTimeZone(rule.timeZone))
        throw invalid(`timeZone ${rule.timeZone} is not known; write one like Asia/Shanghai`);
      return parts.alarms.putRule(rule);
    },
  );

  app.delete(
    '/api/v1/alarm-rules/:name',
    {
      config: { role: 'admin' },
      schema: {
        tags: ['alarms'],
        summary: 'Delete an alarm rule; its open alarms close and nobody is told',
        params: nameParams,
        response: answers({ 204: z.undefined().describe('Deleted') }, 404),
      },
    },
    async ({ params: { name } }, reply) => {
      ruleNamed(parts, name);
      await parts.alarms.deleteRule(name);
      return reply.code(204).send();
    },
  );

  app.post(
    '/api/v1/alarm-rules/:name/test',
    {
      config: { role: 'admin' },
      schema: {
        tags: ['alarms'],
        summary: 'Send a test notice to every receiver of a rule',
        params: nameParams,
        response: answers({ 200: alarmTestReplySchema }, 404),
      },
    },
    async ({ params: { name } }) => {
      const signal = AbortSignal.timeout(20_000);
      return { deliveries: await parts.alarms.testRule(ruleNamed(parts, name), signal) };
    },
  );
}

function ruleNamed({ alarms }: AdminParts, name: string): StoredRule {
  const rule = alarms.listRules().find((each) => each.name === name);
  if (rule !== undefined) return rule;
  throw new ApiError(404, 'ALARM_RULE_UNKNOWN', `there is no alarm rule ${name}`, 'list them: GET /api/v1/alarm-rules');
}

/** The body may leave out the name, which stands in the address. */
function withName(name: string, body: unknown): unknown {
  if (typeof body !== 'string') return body;
  try {
    const content: unknown = JSON.parse(body);
    if (typeof content !== 'object' || content === null || Array.isArray(content) || 'name' in content) return body;
    return JSON.stringify({ name, ...content });
  } catch {
    return body;
  }
}

function invalid(why: string): ApiError {
  return new ApiError(
    422,
    'ALARM_RULE_INVALID',
    `the alarm rule cannot be used: ${why}`,
    'send {"kind": "delay", "threshold": 60, "notify": [{"webhook": "https://…"}]}; the OpenAPI document lists all keys',
  );
}
