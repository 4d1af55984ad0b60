import * as z from 'zod';
import { alarmRuleSchema, alarmSchema } from '../../../shared/model/alarm.ts';

/** GET /api/v1/alarms; GET, PUT, DELETE /api/v1/alarm-rules/:name; POST …/test. The model stands in shared/model/alarm.ts. */

export const alarmRuleViewSchema = alarmRuleSchema.extend({
  updatedAt: z.number().optional().describe('Absent: a standard rule, as it is before anybody changes it.'),
});
export type AlarmRuleView = z.infer<typeof alarmRuleViewSchema>;
export const alarmRuleListSchema = z.object({
  items: z.array(alarmRuleViewSchema),
  total: z.int(),
  next: z.string().optional(),
});

export const alarmListSchema = z.object({
  items: z.array(alarmSchema),
  total: z.int(),
  next: z.string().optional().describe('Give it as `after` to get older ones.'),
});

export const alarmTestReplySchema = z.object({
  deliveries: z.array(
    z.object({
      to: z.string().describe('Address of the webhook without its query, or the e-mail address.'),
      ok: z.boolean(),
      message: z.string().optional(),
      remedy: z.string().optional(),
    }),
  ),
});
export type AlarmTestReply = z.infer<typeof alarmTestReplySchema>;
