import type { Alarm, AlarmRule } from '../../../shared/model/alarm.ts';
import type { Condition } from './conditions.ts';
import { durationMs, isInWindow } from './schedule.ts';

export type Notice = 'open' | 'repeat' | 'recovered';
export type Due = { readonly alarm: Alarm; readonly rule: AlarmRule; readonly notice: Notice };

/**
 * pending -> open -> closed. A condition opens an alarm when it has lasted for `for`, and closes it when it is over. Somebody is told when an alarm opens,
 * again every `repeatEvery`, and when it is over if its opening was told; all of it only in the windows of the rule. One that opens again before
 * `repeatEvery` has passed is told when it has, so that what flaps tells no more than what stays. Holds only since when conditions are there.
 */
export class AlarmMachine {
  private readonly pending = new Map<string, number>();

  /** The alarms that changed: opened, closed, or with another cause. `known`: all that are kept. */
  step(
    rules: readonly AlarmRule[],
    found: ReadonlyMap<string, readonly Condition[]>,
    known: readonly Alarm[],
    now: number,
  ): Alarm[] {
    const open = new Map(known.filter(({ state }) => state === 'open').map((alarm) => [keyOf(alarm), alarm]));
    const changed: Alarm[] = [];
    const standing = new Set<string>();
    for (const rule of rules) {
      if (rule.paused) continue;
      for (const condition of found.get(rule.name) ?? []) {
        const key = keyOf({ rule: rule.name, subject: condition.subject });
        standing.add(key);
        const alarm = open.get(key);
        if (alarm === undefined) changed.push(...this.pend(key, rule, condition, known, now));
        else if (alarm.code !== condition.code) changed.push({ ...alarm, ...condition });
      }
    }
    for (const key of this.pending.keys()) if (!standing.has(key)) this.pending.delete(key);
    for (const [key, alarm] of open) {
      if (!standing.has(key)) changed.push({ ...alarm, state: 'closed', closedAt: now });
    }
    return changed;
  }

  private pend(key: string, rule: AlarmRule, condition: Condition, known: readonly Alarm[], now: number): Alarm[] {
    const since = this.pending.get(key) ?? now;
    this.pending.set(key, since);
    if (now - since < durationMs(rule.for)) return [];
    const before = known.filter((alarm) => keyOf(alarm) === key && alarm.toldAt !== undefined);
    const toldAt = Math.max(0, ...before.map((alarm) => alarm.toldAt ?? 0));
    const isRepeat = now - toldAt < durationMs(rule.repeatEvery);
    return [
      {
        id: `${key}/${now}`,
        rule: rule.name,
        kind: rule.kind,
        ...condition,
        state: 'open',
        openedAt: now,
        told: 0,
        ...(isRepeat ? { toldAt } : {}),
      },
    ];
  }
}

/** Who is to be told now. */
export function dueNotices(rules: readonly AlarmRule[], known: readonly Alarm[], now: number): Due[] {
  const byName = new Map(rules.map((rule) => [rule.name, rule]));
  return known.flatMap((alarm): Due[] => {
    const rule = byName.get(alarm.rule);
    if (rule === undefined || rule.paused || rule.notify.length === 0 || !isInWindow(rule, now)) return [];
    const notice = noticeOf(alarm, rule, now);
    return notice === undefined ? [] : [{ alarm, rule, notice }];
  });
}

function noticeOf(alarm: Alarm, rule: AlarmRule, now: number): Notice | undefined {
  if (alarm.state === 'closed') return alarm.told > 0 && alarm.recoveryToldAt === undefined ? 'recovered' : undefined;
  const every = durationMs(rule.repeatEvery);
  const isSilenced = alarm.toldAt !== undefined && (now - alarm.toldAt < every || (every === 0 && alarm.told > 0));
  if (isSilenced) return undefined;
  return alarm.told === 0 ? 'open' : 'repeat';
}

function keyOf({ rule, subject }: Pick<Alarm, 'rule' | 'subject'>): string {
  return `${rule}/${subject}`;
}
