import assert from 'node:assert/strict';
import { test } from 'node:test';
import { IdleCursor } from '../../../../services/loader/idle-cursor.ts';

const IDENTITY = { epoch: 1, serial: 9 };

test('a heartbeat is passed only when everything before it is applied', () => {
  const cursor = new IdleCursor();
  cursor.applied(10n, IDENTITY);
  assert.deepEqual([cursor.passes(0n), cursor.passes(10n), cursor.passes(11n)], [true, true, false]);
  cursor.applied(11n, { epoch: 1, serial: 10 });
  assert.equal(cursor.passes(11n), true);
});

test('a place is committed at once, then every 10 s, with the identity of what was applied; never without one', () => {
  const cursor = new IdleCursor();
  cursor.applied(10n, undefined);
  assert.equal(cursor.due(11n, 0), undefined);
  cursor.applied(10n, IDENTITY);
  assert.deepEqual(cursor.due(11n, 0), { offset: 11n, identity: IDENTITY });
  assert.equal(cursor.due(12n, 9_999), undefined);
  assert.deepEqual(cursor.due(21n, 10_000), { offset: 21n, identity: IDENTITY });
});
