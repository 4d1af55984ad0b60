import type { FastifyRequest } from 'fastify';
import * as z from 'zod';
import { type AlarmRule, alarmRuleSchema } from '../../../shared/model/alarm.ts';
import { callerOf } from '../access/caller.ts';
import type { ListedRule } from '../alarms/alarm-desk.ts';
import { labelOf } from '../alarms/notifier.ts';
import { isTimeZone } from '../alarms/schedule.ts';
import { ApiError } from '../api-error.ts';
import type { Deed } from '../audit-log.ts';
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
        summary: 'List alarm rules, standard ones too',
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
    async (request) => {
      const { params, body } = request;
      const { name } = params;
      const rule = readBody(alarmRuleSchema, withName(name, body), invalid);
      if (rule.name !== name) throw invalid(`the address names the rule ${name}, the body ${rule.name}`);
      if (!isTimeZone(rule.timeZone))
        throw invalid(`timeZone ${rule.timeZone} is not known; write one like Asia/Shanghai`);
      const stored = parts.alarms.listRules().find((each) => each.name === name);
      const what = stored === undefined ? 'made' : 'changed';
      const deed = { ...deedOf(request, name, what), before: settingsOf(stored), after: settingsOf(rule) };
      return parts.audit.record(deed, () => parts.alarms.putRule(rule));
    },
  );

  app.delete(
    '/api/v1/alarm-rules/:name',
    {
      config: { role: 'admin' },
      schema: {
        tags: ['alarms'],
        summary:
          'Delete an alarm rule; its open alarms close and nobody is told. A changed standard rule is again as it was',
        params: nameParams,
        response: answers({ 204: z.undefined().describe('Deleted') }, 404, 409),
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      const rule = ruleNamed(parts, name);
      if (rule.updatedAt === undefined) throw standard(name);
      const deed = { ...deedOf(request, name, 'deleted'), before: settingsOf(rule) };
      await parts.audit.record(deed, () => parts.alarms.deleteRule(name));
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

function deedOf(request: FastifyRequest, name: string, what: string): Deed {
  const by = callerOf(request).name;
  return { by, action: 'alarm-rule', subject: `alarm rule ${name}`, what: `alarm rule ${name} ${what}` };
}

/** Addresses of receivers may hold secrets: they are shown as in notices. */
function settingsOf(rule: AlarmRule | undefined): Record<string, string> {
  if (rule === undefined) return {};
  const { name: _name, notify, ...settings } = alarmRuleSchema.parse(withoutTime(rule));
  const texts = Object.entries(settings).map(([key, value]) => [
    key,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
  return { ...Object.fromEntries(texts), notify: notify.map(labelOf).join(', ') };
}

function withoutTime(rule: AlarmRule & { readonly updatedAt?: number }): AlarmRule {
  const { updatedAt: _updatedAt, ...own } = rule;
  return own;
}

function ruleNamed({ alarms }: AdminParts, name: string): ListedRule {
  const rule = alarms.listRules().find((each) => each.name === name);
  if (rule !== undefined) return rule;
  throw new ApiError(404, 'ALARM_RULE_UNKNOWN', `there is no alarm rule ${name}`, 'list them: GET /api/v1/alarm-rules');
}

function standard(name: string): ApiError {
  return new ApiError(
    409,
    'ALARM_RULE_STANDARD',
    `${name} is a standard rule, which cannot be deleted`,
    `send it with "paused": true to PUT /api/v1/alarm-rules/${name}: it is not looked at then`,
  );
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
