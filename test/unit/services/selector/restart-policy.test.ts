import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RestartPolicy } from '../../../../services/selector/restart-policy.ts';

const stall = (stage: string, ms: number) => ({ stage, ms, waitsFor: 'somebody', since: 0 });

/** The seconds of a day at which a run is begun anew whose stage stands still again as soon as it has begun. */
function restarts(stage: string, seconds: number): number[] {
  const policy = new RestartPolicy();
  const found: number[] = [];
  for (let s = 0, since = 0; s < seconds; s++) {
    const ms = (s - since) * 1_000;
    if (!policy.isDue(ms < 10_000 ? undefined : stall(stage, ms), s * 1_000)) continue;
    found.push(s);
    since = s;
  }
  return found;
}

test('regression 25: a run that stands still in decode is begun anew after a minute, and never in a loop: each time later', () => {
  assert.deepEqual(restarts('decode', 4_000), [60, 180, 420, 900, 1_860, 2_820, 3_780]);
});

test('regression 25: a run that does not get through its start is begun anew after five minutes', () => {
  assert.deepEqual(restarts('start', 1_000), [300, 900]);
});

test('stages that begin again by themselves are left alone', () => {
  for (const stage of ['read', 'publish', 'save']) assert.deepEqual(restarts(stage, 4_000), []);
});

test('after ten quiet minutes the first restart comes as soon as ever', () => {
  const policy = new RestartPolicy();
  assert.ok(policy.isDue(stall('decode', 60_000), 60_000));
  assert.ok(!policy.isDue(stall('decode', 60_000), 130_000));
  assert.ok(!policy.isDue(undefined, 700_000));
  assert.ok(policy.isDue(stall('decode', 60_000), 760_000));
});
