import assert from 'node:assert/strict';
import { test } from 'node:test';
import { missingMariadb, refusal, type ServerLog } from '../../../../services/selector/server-log.ts';
import type { SelectorPosition } from '../../../../shared/model/position.ts';

const SAVED: SelectorPosition = {
  source: 'sh.s',
  epoch: 1,
  transaction: 7,
  serials: [9],
  log: { gtidSet: 'a:1-9', file: 'binlog.000003', position: 500 },
  server: 'a',
  selection: '',
  joined: {},
  at: 0,
};
const WHOLE: ServerLog = {
  server: 'a',
  missing: '',
  missesItsOwn: false,
  purged: '',
  beginsBehind: false,
  end: { file: 'binlog.000003', position: 900 },
};

for (const [what, change, code] of [
  ['that holds everything is read', {}, undefined],
  [
    'of another server is read by GTID, whatever its files are called',
    { server: 'b', end: { file: 'x.000001', position: 4 } },
    undefined,
  ],
  ['that lacks what was read is behind', { server: 'b', missing: 'a:8-9' }, 'SOURCE_BEHIND'],
  ["that lacks its server's own transactions was reset", { missing: 'a:1-9', missesItsOwn: true }, 'SOURCE_LOG_RESET'],
  [
    'that ends before the place was reset, even when its GTIDs came again',
    { end: { file: 'binlog.000001', position: 900 } },
    'SOURCE_LOG_RESET',
  ],
  [
    'that was renumbered behind the place is read',
    { end: { file: 'binlog.000001', position: 900 }, beginsBehind: true },
    undefined,
  ],
  ['that was purged too far is a gap', { purged: 'a:10-12' }, 'SOURCE_LOG_PURGED'],
] as const satisfies readonly (readonly [string, Partial<ServerLog>, string | undefined])[]) {
  test(`regression 15: a log ${what}`, () => {
    assert.equal(refusal({ ...WHOLE, ...change }, SAVED, 'database s at h:1')?.code, code);
  });
}

test('regression 15: without a GTID set only the server that was read from is read on', () => {
  const saved = { ...SAVED, log: { ...SAVED.log, gtidSet: '' } };
  assert.equal(refusal(WHOLE, saved, 'h')?.code, undefined);
  assert.equal(refusal({ ...WHOLE, server: 'b' }, saved, 'h')?.code, 'SOURCE_CHECK_FAILED');
});

for (const [what, read, state, missing] of [
  ['of the same server has what it has passed', '0-1-100', '0-1-120', []],
  ['of a promoted host has what it took over', '0-1-100', '0-1-100,0-2-150', []],
  ['of a host that was promoted too early lacks the rest', '0-1-100', '0-1-90,0-2-150', ['0-1-100']],
  ['of a host that is promoted again has both', '0-2-150', '0-2-150,0-1-160', []],
  ['without the domain lacks it', '0-1-100,3-4-5', '0-1-100,1-4-9', ['3-4-5']],
  ['that was begun anew lacks all', '0-1-100', '', ['0-1-100']],
  ['lacks nothing of an empty position', '', '0-1-100', []],
] as const) {
  test(`regression 15: the log of a MariaDB ${what}`, () => {
    assert.deepEqual(missingMariadb(read, state), missing);
  });
}
