import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NEVER, Shop } from '../support/shop.ts';

const PROCESSES = [
  'selector-sh',
  'loader-us',
  'kafka-sh',
  'kafka-us',
  'mirror-us',
  'registry',
  'order',
  'user',
  'otter',
];
const HEALTHY_LIMIT_MS = 180_000;

test('kill -9 during a workload', async (t) => {
  await using shop = await Shop.open();
  for (const name of PROCESSES) {
    await t.test(`kill -9 of ${name} leaves source and target equal`, async () => {
      const before = shop.stack.process(name).restarts;
      await shop.workload({ changes: 2_000, perSecond: 500 }, async (workload) => {
        await workload.reached(700, NEVER);
        await shop.stack.kill(name);
        await shop.stack.waitHealthy(name, HEALTHY_LIMIT_MS);
      });
      await shop.assertEqual();
      assert.ok(shop.stack.process(name).restarts > before, `${name} was not killed`);
    });
  }
});
