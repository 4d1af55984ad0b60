import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { Leadership } from '../../../../services/selector/leadership.ts';

const WINS_WITHIN_MS = 6_000;

test('22: a selector whose clock is set back after it was fenced or Redis was away begins within seconds', async (t) => {
  const ownTime = Date.now.bind(Date);
  let isAway = true;
  const leases = {
    holder: async () => {
      if (isAway) throw new Error('Redis does not answer');
      return undefined;
    },
    hold: async () => true,
    release: async () => {},
    ping: async () => {},
    trouble: undefined,
    close: () => {},
  };
  const peers = { atWork: () => undefined, areHeard: false };
  const log = pino({ level: 'silent' });
  const leadership = new Leadership({ source: 'sh.order', instance: 'one', leases, peers, busy: () => 0, log });
  await leadership.fenced();
  const obstacles: string[] = [];
  const won = leadership.win(({ code }) => {
    obstacles.push(code);
    if (code !== 'REDIS_UNREACHABLE' || !isAway) return;
    isAway = false;
    t.mock.method(Date, 'now', () => ownTime() - 600_000);
  }, AbortSignal.timeout(WINS_WITHIN_MS));
  assert.ok((await won) !== undefined, `it still stands by: ${[...new Set(obstacles)].join(', ')}`);
  await leadership.release();
});
