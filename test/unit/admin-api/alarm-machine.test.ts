import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AlarmMachine, dueNotices } from '../../../services/admin-api/alarms/alarm-machine.ts';
import type { Condition } from '../../../services/admin-api/alarms/conditions.ts';
import { isInWindow } from '../../../services/admin-api/alarms/schedule.ts';
import { type Alarm, type AlarmRule, alarmRuleSchema } from '../../../shared/model/alarm.ts';

const T = Date.parse('2026-11-21T10:00:00Z'); // a Saturday
const S = 1_000;
const found: Condition = { subject: 'c/p', code: 'X', message: 'm', remedy: 'r' };

function ruleOf(change: object = {}): AlarmRule {
  return alarmRuleSchema.parse({ name: 'r', kind: 'error', notify: [{ email: 'a@example.com' }], ...change });
}

/** Runs looks at times (s) at which the condition is there or not; tells what was notified when. */
function play(rule: AlarmRule, looks: readonly (readonly [seconds: number, isThere: boolean])[]): string[] {
  const machine = new AlarmMachine();
  const alarms = new Map<string, Alarm>();
  const told: string[] = [];
  for (const [seconds, isThere] of looks) {
    const now = T + seconds * S;
    const conditions = new Map([[rule.name, isThere ? [found] : []]]);
    for (const alarm of machine.step([rule], conditions, [...alarms.values()], now)) alarms.set(alarm.id, alarm);
    for (const { alarm, notice } of dueNotices([rule], [...alarms.values()], now)) {
      told.push(`${seconds} ${notice}`);
      const noted = notice === 'recovered' ? { recoveryToldAt: now } : { told: alarm.told + 1, toldAt: now };
      alarms.set(alarm.id, { ...alarm, ...noted });
    }
  }
  return told;
}

test('it opens after `for`, is repeated every `repeatEvery`, and its end is told once', () => {
  const rule = ruleOf({ for: '10s', repeatEvery: '60s' });
  const looks = [0, 5, 10, 30, 69, 70, 100].map((at) => [at, true] as const);
  assert.deepEqual(play(rule, [...looks, [110, false], [120, false]]), ['10 open', '70 repeat', '110 recovered']);
});

test('what ends before `for` is not told; `repeatEvery: 0s` tells once', () => {
  assert.deepEqual(
    play(ruleOf({ for: '10s' }), [
      [0, true],
      [5, false],
      [9, true],
      [18, true],
    ]),
    [],
  );
  assert.deepEqual(
    play(ruleOf({ repeatEvery: '0s' }), [
      [0, true],
      [9_999, true],
      [10_000, false],
    ]),
    ['0 open', '10000 recovered'],
  );
});

test('what flaps tells no more than what stays', () => {
  const flaps = [...Array(20).keys()].map((n) => [n * 10, n % 2 === 0] as const);
  assert.deepEqual(play(ruleOf({ repeatEvery: '10m' }), flaps), ['0 open', '10 recovered']);
});

test('a rule that is paused or taken away closes its alarms without a word', () => {
  const machine = new AlarmMachine();
  const rule = ruleOf();
  const [open] = machine.step([rule], new Map([['r', [found]]]), [], T);
  assert.ok(open);
  const told = { ...open, told: 1, toldAt: T };
  const paused = { ...rule, paused: true };
  const [closed] = machine.step([paused], new Map(), [told], T + 1);
  assert.equal(closed?.state, 'closed');
  assert.deepEqual(dueNotices([paused], closed === undefined ? [] : [closed], T + 2), []);
  assert.deepEqual(dueNotices([], closed === undefined ? [] : [closed], T + 2), []);
});

test('somebody is told only in the windows, which know days, nights and time zones', () => {
  const at = (text: string): number => Date.parse(text);
  const office = {
    windows: [{ days: ['mon', 'fri'] as ('mon' | 'fri')[], from: '09:00', to: '18:00' }],
    timeZone: 'Asia/Shanghai',
  };
  assert.equal(isInWindow(office, at('2026-11-20T01:30:00Z')), true); // Friday 09:30 there
  assert.equal(isInWindow(office, at('2026-11-20T00:30:00Z')), false);
  assert.equal(isInWindow(office, at('2026-11-21T01:30:00Z')), false); // Saturday
  const night = { windows: [{ days: ['fri'] as 'fri'[], from: '22:00', to: '06:00' }], timeZone: 'UTC' };
  assert.equal(isInWindow(night, at('2026-11-21T05:59:00Z')), true); // Friday's night goes on
  assert.equal(isInWindow(night, at('2026-11-21T22:30:00Z')), false);
  const rule = ruleOf({ windows: [{ from: '10:01', to: '24:00' }] });
  assert.deepEqual(
    play(rule, [
      [0, true],
      [61, true],
    ]),
    ['61 open'],
  );
});
