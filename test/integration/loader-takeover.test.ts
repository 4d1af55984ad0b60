import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '../support/eventually.ts';
import { Flow } from '../support/flow.ts';
import { FurtherProcess } from '../support/further-process.ts';
import { STEADY_TABLES, SteadyWriter } from '../support/steady-writer.ts';
import { settled, without } from '../support/take-over.ts';

/** Two loaders of site us instead of the stack's one, and a flow of one partition that one of them applies. */
type Pair = {
  readonly flow: Flow;
  readonly worker: () => Promise<FurtherProcess>;
  readonly other: () => Promise<FurtherProcess>;
};

async function withTwoLoaders(work: (pair: Pair) => Promise<void>): Promise<void> {
  await using flow = await Flow.prepare({ tables: STEADY_TABLES });
  await without(flow.stack, 'loader-us', async () => {
    await using a = new FurtherProcess(flow.stack, { role: 'loader', site: 'us' });
    await using b = new FurtherProcess(flow.stack, { role: 'loader', site: 'us' });
    await flow.apply();
    await flow.until('one stands by', ({ standby }) => standby?.length === 1);
    const isWorker = async ({ instance }: FurtherProcess): Promise<boolean> => {
      const { loader } = await flow.until(
        'a loader has the partition',
        (now) => (now.loader?.offsets ?? []).length > 0,
      );
      return loader?.instance === instance;
    };
    await work({
      flow,
      worker: async () => ((await isWorker(a)) ? a : b),
      other: async () => ((await isWorker(a)) ? b : a),
    });
  });
}

async function rowsFlow(flow: Flow, writer: SteadyWriter, transactions: number): Promise<void> {
  const until = writer.written + transactions;
  await eventually('rows are written', () => writer.written > until, { limitMs: 60_000 });
  await flow.until('rows arrive', ({ rows }) => (rows?.inserts ?? 0) > 0);
}

test('regression 16: another loader takes over within 10 s of a kill -9, and nothing is lost or doubled', async (t) => {
  await withTwoLoaders(async ({ flow, worker }) => {
    await using writer = new SteadyWriter(flow);
    await rowsFlow(flow, writer, 100);
    await (await worker()).end('SIGKILL');
    t.diagnostic(`kill -9: ${await settled(flow)} ms`);
    await writer.stop();
    await flow.assertEqual();
  });
});

test('a loader that is told to stop commits what it has begun and hands its partitions over at once', async (t) => {
  await withTwoLoaders(async ({ flow, worker }) => {
    await using writer = new SteadyWriter(flow);
    await rowsFlow(flow, writer, 100);
    const stopped = await worker();
    const began = performance.now();
    await stopped.end('SIGTERM');
    t.diagnostic(`it ended after ${Math.round(performance.now() - began)} ms`);
    t.diagnostic(`SIGTERM: ${await settled(flow)} ms`);
    await writer.stop();
    await flow.assertEqual();
  });
});

test('a loader that stood still for longer than its session applies nothing over the rows of the new one', async (t) => {
  await withTwoLoaders(async ({ flow, worker, other }) => {
    await using writer = new SteadyWriter(flow);
    for (let round = 0; round < 3; round++) {
      const [frozen, next] = [await worker(), await other()];
      await rowsFlow(flow, writer, 100);
      frozen.freeze();
      t.diagnostic(`frozen: ${await settled(flow, 30_000)} ms`);
      frozen.thaw();
      await rowsFlow(flow, writer, 300);
      await settled(flow);
      assert.equal((await worker()) === frozen || (await worker()) === next, true);
    }
    await writer.stop();
    await flow.assertEqual();
  });
});

test('a loader frozen inside a target transaction holds no locks against the one that takes over', async (t) => {
  await withTwoLoaders(async ({ flow, worker }) => {
    await flow.atSource('INSERT INTO counters VALUES (1, 0)');
    await flow.settle();
    const frozen = await worker();
    const blocker = await flow.connect('to');
    await blocker.query('BEGIN; UPDATE counters SET n = n WHERE id = 1');
    await flow.atSource('BEGIN; INSERT INTO log VALUES (1); UPDATE counters SET n = 1 WHERE id = 1; COMMIT');
    const waits = "SELECT 1 FROM information_schema.PROCESSLIST WHERE USER = 'lutra_load' AND INFO LIKE '%counters%'";
    await eventually('its statement waits inside the transaction', async () => (await flow.atTarget(waits)).length > 0);
    frozen.freeze();
    await blocker.query('ROLLBACK');
    await blocker.end();
    t.diagnostic(`frozen in a transaction: ${await settled(flow, 30_000)} ms`);
    frozen.thaw();
    await flow.assertEqual();
  });
});

test('a rolling restart of selectors and loaders, two of each, loses and repeats nothing', async () => {
  await using flow = await Flow.prepare({ tables: STEADY_TABLES });
  await using _selector = new FurtherProcess(flow.stack, { role: 'selector', site: 'sh' });
  await using _loader = new FurtherProcess(flow.stack, { role: 'loader', site: 'us' });
  await flow.apply();
  await using writer = new SteadyWriter(flow);
  for (const name of ['selector-sh', 'loader-us', 'admin-api']) {
    await rowsFlow(flow, writer, 50);
    await flow.stack.restart(name);
    await settled(flow);
    await flow.stack.waitHealthy(name);
  }
  await writer.stop();
  await flow.assertEqual();
});
