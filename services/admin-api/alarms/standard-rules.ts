import { type AlarmRule, alarmRuleSchema } from '../../../shared/model/alarm.ts';

/**
 * Rules that are there without anybody having made them, so that nothing stands still without an alarm. They tell nobody outside; a stored rule of the same
 * name takes the place of one: with receivers, with another threshold, or paused.
 */
export const STANDARD_RULES: readonly AlarmRule[] = [
  { name: 'standard-error', kind: 'error', for: '1m' },
  { name: 'standard-silent', kind: 'silent', for: '1m' },
  { name: 'standard-delay', kind: 'delay', threshold: 600, for: '5m' },
  { name: 'standard-position-stuck', kind: 'position-stuck', threshold: 600 },
  { name: 'standard-quarantine', kind: 'quarantine', threshold: 1 },
  { name: 'standard-ddl-held', kind: 'ddl-held', threshold: 1 },
  { name: 'standard-node-lost', kind: 'node-lost', for: '1m' },
].map((rule) => alarmRuleSchema.parse(rule));
