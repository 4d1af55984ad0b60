import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Stage, StallWatch } from '../../../../shared/runtime/stall-watch.ts';

const STAGE: Stage = { name: 'apply', isDue: true, progress: 0, waitsFor: 'the target' };

/** What a watch says that looks once a second; `at` makes the stage of each second. */
function watched(seconds: number, at: (second: number) => Partial<Stage>): (string | undefined)[] {
  const watch = new StallWatch();
  return Array.from({ length: seconds }, (_, s) => watch.look([{ ...STAGE, ...at(s) }], s * 1_000)?.stage);
}

test('regression 25: a stage that makes no progress for 10 s while work waits is stalled', () => {
  assert.deepEqual(watched(12, () => ({})).slice(9), [undefined, 'apply', 'apply']);
});

test('regression 21: progress inside a transaction is progress', () => {
  assert.ok(watched(60, (s) => ({ progress: Math.floor(s / 9) })).every((stall) => stall === undefined));
});

test('a stage without work is never stalled, and its time begins when work comes', () => {
  const stalls = watched(40, (s) => ({ isDue: s >= 20 }));
  assert.deepEqual([stalls.indexOf('apply'), stalls.filter((stall) => stall === undefined).length], [29, 29]);
});

test('a stall ends with the next progress', () => {
  assert.deepEqual(watched(13, (s) => ({ progress: s >= 12 ? 1 : 0 })).slice(10), ['apply', 'apply', undefined]);
});

test('a process that stood still itself does not take that for a stall', () => {
  const watch = new StallWatch();
  watch.look([STAGE], 0);
  assert.equal(watch.look([STAGE], 60_000), undefined);
  assert.equal(watch.look([STAGE], 61_000), undefined);
});

test('each stage has a limit of its own, and the first that is over it is named', () => {
  const watch = new StallWatch();
  const stages: Stage[] = [{ ...STAGE, name: 'commit', limitMs: 60_000 }, STAGE, { ...STAGE, name: 'fetch' }];
  for (let s = 0; s < 10; s++) watch.look(stages, s * 1_000);
  assert.equal(watch.look(stages, 10_000)?.stage, 'apply');
});

test('a stage that was not there for a while begins anew', () => {
  const watch = new StallWatch();
  for (let s = 0; s < 9; s++) watch.look([STAGE], s * 1_000);
  watch.look([{ ...STAGE, name: 'start' }], 9_000);
  assert.equal(watch.look([STAGE], 10_000), undefined);
});
