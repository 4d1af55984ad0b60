import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LogTail } from '../../../../services/selector/log-tail.ts';

test('a position without a GTID set reads its file from the head and leaves out what begins before it', () => {
  const tail = new LogTail({ gtidSet: '', file: 'mysql-bin.000006', position: 154 });
  assert.ok(tail.isSkipped(126));
  assert.ok(!tail.isSkipped(154));
  tail.file = 'mysql-bin.000007';
  assert.ok(!tail.isSkipped(4), 'the next file begins at its head');
});

test('a position with a GTID set, and the beginning of the log, leave nothing out', () => {
  const set = '3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5';
  assert.ok(!new LogTail({ gtidSet: set, file: 'mysql-bin.000006', position: 154 }).isSkipped(4));
  assert.equal(new LogTail({ gtidSet: '', file: '', position: 0 }).skipBefore, undefined);
});
