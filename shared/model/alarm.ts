import * as z from 'zod';

const duration = z
  .string()
  .regex(/^\d{1,6}(s|m|h|d)$/, 'write a number with s, m, h or d, for example 5m')
  .describe('For example 30s, 5m, 12h, 1d.');
const clock = z.string().regex(/^([01]\d|2[0-4]):[0-5]\d$/, 'write HH:MM');

export const alarmKindSchema = z
  .enum(['delay', 'error', 'silent', 'position-stuck', 'quarantine', 'ddl-held', 'node-lost'])
  .describe(
    'delay: lag above `threshold` seconds. error: a pipeline is blocked, waiting, stalled or in a gap, or its reason or log holds `match`. silent: no status and no heartbeat. ' +
      'position-stuck: the position does not move although rows wait. quarantine: at least `threshold` rows wait (1). ddl-held: at least `threshold` statements wait (1). node-lost: a process is silent.',
  );
export type AlarmKind = z.infer<typeof alarmKindSchema>;

const windowSchema = z.strictObject({
  days: z
    .array(z.enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']))
    .min(1)
    .optional(),
  from: clock,
  to: clock.describe('24:00: midnight; before `from`: on the next day.'),
});

const receiver = z.union([
  z.strictObject({
    webhook: z
      .url({ protocol: /^https?$/ })
      .max(2_000)
      .describe('Gets the alarm by POST as JSON.'),
  }),
  z.strictObject({ email: z.email().max(320) }),
]);
export type Receiver = z.infer<typeof receiver>;

/** When somebody is to be told, and who. The document of PUT /alarm-rules/:name. */
export const alarmRuleSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'write lower case letters, digits and dashes, at most 63'),
  kind: alarmKindSchema,
  channel: z
    .string()
    .min(1)
    .max(200)
    .default('*')
    .describe('Names of channels; * stands for any text. node-lost: names of instances.'),
  threshold: z.number().min(0).max(1e9).optional(),
  match: z.string().min(1).max(200).optional().describe('error: only when code or message holds this text.'),
  for: duration.default('0s').describe('How long it must be so before the alarm opens.'),
  windows: z.array(windowSchema).max(20).default([]).describe('Only then somebody is told; none: always.'),
  timeZone: z.string().max(64).default('UTC').describe('Of the windows, for example Asia/Shanghai.'),
  repeatEvery: duration.default('30m').describe('An open alarm is told again this often; 0s: once.'),
  notify: z.array(receiver).max(20).default([]),
  paused: z.boolean().default(false).describe('true: it is not looked at, its open alarms close without a word.'),
});
export type AlarmRule = z.infer<typeof alarmRuleSchema>;

/** One thing that is wrong: opened by a rule, closed when it is over. Key on `lutra.alarms`: its id. */
export const alarmSchema = z.object({
  id: z.string(),
  rule: z.string(),
  kind: alarmKindSchema,
  subject: z.string().describe('channel/pipeline, or the instance of a process.'),
  channel: z.string().optional(),
  pipeline: z.string().optional(),
  state: z.enum(['open', 'closed']),
  openedAt: z.number(),
  closedAt: z.number().optional(),
  code: z.string().optional(),
  message: z.string(),
  remedy: z.string(),
  /** How often somebody was told that it is open, and when last. */
  told: z.int(),
  toldAt: z.number().optional(),
  /** What went wrong with the last notice. */
  noticeTrouble: z.string().optional(),
});
export type Alarm = z.infer<typeof alarmSchema>;
