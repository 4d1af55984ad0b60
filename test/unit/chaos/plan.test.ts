import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allFaults, chosenFaults } from '../../../chaos/faults/all-faults.ts';
import { planFaults } from '../../../chaos/plan.ts';
import { StackHandle } from '../../../stack/api.ts';

const faults = allFaults(new StackHandle('/nowhere'), () => {
  throw new Error('a plan touches nothing');
});
const HOUR = { lengthMs: 3_600_000, everyMs: 4_000 };

test('the same seed gives the same plan, another seed another one', () => {
  const words = (seed: number): string[] =>
    planFaults(faults, { ...HOUR, seed }).map(({ atMs, fault, lastsMs }) => `${atMs} ${fault.name} ${lastsMs}`);
  assert.deepEqual(words(7), words(7));
  assert.notDeepEqual(words(7), words(8));
});

test('a plan of an hour holds every kind, ends in time, overlaps, and never hits a thing that has a fault', () => {
  const plan = planFaults(faults, { ...HOUR, seed: 1 });
  assert.ok(plan.length > 700 && plan.length < 1_100, `${plan.length} faults`);
  assert.deepEqual(new Set(plan.map(({ fault }) => fault.kind)), new Set(faults.map(({ kind }) => kind)));
  const ends = new Map<string, number>();
  let overlaps = 0;
  for (const { atMs, fault, lastsMs } of plan) {
    assert.ok(atMs + lastsMs <= HOUR.lengthMs);
    assert.ok((ends.get(fault.thing) ?? 0) < atMs, fault.name);
    if ([...ends.values()].some((end) => end > atMs)) overlaps++;
    ends.set(fault.thing, atMs + lastsMs);
  }
  assert.ok(overlaps > 100, `${overlaps} overlaps`);
});

test('faults are chosen by kind and by name; a word that names none is refused', () => {
  assert.deepEqual(
    chosenFaults(faults, ['sessions', 'cut us>kafka-sh']).map(({ name }) => name),
    ['cut us>kafka-sh', 'sessions order', 'sessions user', 'sessions otter'],
  );
  assert.deepEqual(chosenFaults(faults, ['none']), []);
  assert.throws(() => chosenFaults(faults, ['flood']), /no fault is called "flood"; kinds are kill, restart/);
});
