import { test } from 'node:test';
import { eventually } from '../support/eventually.ts';
import { Flow } from '../support/flow.ts';

const TABLES = { t: 'id INT NOT NULL PRIMARY KEY, v INT' };
const VISIBLE_MS = 10_000;

test('regression 26: every process that is killed and started at once is visible within 10 s, and can be paused, started and configured', async (t) => {
  await using flow = await Flow.open({ tables: TABLES });
  for (const [round, name] of ['selector-sh', 'loader-us', 'admin-api'].entries()) {
    await t.test(`kill -9 of ${name}`, async () => {
      const killedAt = Date.now();
      await flow.stack.kill(name);
      await eventually('it runs again', () => flow.stack.process(name).state === 'ready', { limitMs: 60_000 });
      const began = Date.now();
      await eventually(
        'it is visible',
        async () => {
          const { selector, loader } = await flow.status();
          const told = { 'selector-sh': selector, 'loader-us': loader }[name];
          return name === 'admin-api' || (told !== undefined && told.since > killedAt && !told.isLost);
        },
        { limitMs: VISIBLE_MS, describe: () => flow.status().catch(String) },
      );
      t.diagnostic(`${name} is visible ${Date.now() - began} ms after its start`);
      await flow.until('the pipeline runs', ({ state }) => state === 'running');
      t.diagnostic(`the pipeline runs ${Date.now() - killedAt} ms after the kill`);
      await flow.pause();
      await flow.start();
      await flow.remap(({ from, to }) => [{ from: `${from}.*`, to: `${to}.*`, exclude: [`${from}.none_${round}`] }]);
      await flow.atSource(`INSERT INTO t VALUES (${round}, ${round})`);
      await flow.assertEqual();
    });
  }
});
