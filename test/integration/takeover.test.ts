import assert from 'node:assert/strict';
import { test } from 'node:test';
import { followTopic } from '../../shared/kafka/topic-follower.ts';
import { createLogger } from '../../shared/runtime/log.ts';
import { positionsTopic } from '../../topics/topics.ts';
import { eventually } from '../support/eventually.ts';
import { Flow } from '../support/flow.ts';
import { FurtherProcess } from '../support/further-process.ts';
import { STEADY_TABLES, SteadyWriter } from '../support/steady-writer.ts';
import { settled, without } from '../support/take-over.ts';

/** Two selectors of site sh instead of the stack's one, and a flow that one of them reads. */
type Pair = {
  readonly flow: Flow;
  readonly worker: () => Promise<FurtherProcess>;
  readonly others: () => Promise<FurtherProcess>;
};

async function withTwoSelectors(work: (pair: Pair) => Promise<void>, env: Record<string, string> = {}): Promise<void> {
  await using flow = await Flow.prepare({ tables: STEADY_TABLES });
  await without(flow.stack, 'selector-sh', async () => {
    await using a = new FurtherProcess(flow.stack, { role: 'selector', site: 'sh', env });
    await using b = new FurtherProcess(flow.stack, { role: 'selector', site: 'sh', env });
    await flow.apply();
    await flow.until('one stands by', ({ standby }) => standby?.length === 1);
    const instance = async (): Promise<string | undefined> => (await flow.status()).selector?.instance;
    await work({
      flow,
      worker: async () => ((await instance()) === a.instance ? a : b),
      others: async () => ((await instance()) === a.instance ? b : a),
    });
  });
}

/** The numbers of all positions that were ever stored for a source, in the order of the topic. */
async function storedPositions(flow: Flow): Promise<{ epoch: number; transaction: number }[]> {
  const options = { brokers: [flow.stack.address('kafka-sh')], clientId: 'test', log: createLogger('test', 'silent') };
  const found: { epoch: number; transaction: number }[] = [];
  for await (const { records, caughtUp } of followTopic(
    { ...options, topic: positionsTopic('sh') },
    AbortSignal.timeout(30_000),
  )) {
    for (const { key, value } of records)
      if (key === `sh.${flow.sourceName}` && value !== null) found.push(JSON.parse(value.toString('utf8')));
    if (caughtUp) break;
  }
  return found;
}

function assertNeverBack(positions: readonly { epoch: number; transaction: number }[]): void {
  for (const [index, next] of positions.entries()) {
    const before = positions[index - 1] ?? { epoch: 0, transaction: 0 };
    const isBack = next.epoch < before.epoch || (next.epoch === before.epoch && next.transaction < before.transaction);
    assert.ok(!isBack, `position ${index} goes back: ${JSON.stringify(before)} -> ${JSON.stringify(next)}`);
  }
}

test('regression 16: the standby selector takes over within 10 s of a kill -9, and nothing is lost or doubled', async (t) => {
  await withTwoSelectors(async ({ flow, worker }) => {
    await using writer = new SteadyWriter(flow);
    await eventually('rows flow', () => writer.written > 50);
    await (await worker()).end('SIGKILL');
    t.diagnostic(`kill -9: ${await settled(flow)} ms`);
    await writer.stop();
    await flow.assertEqual();
    assertNeverBack(await storedPositions(flow));
  });
});

test('a selector that is told to stop hands its sources over at once', async (t) => {
  await withTwoSelectors(async ({ flow, worker }) => {
    await using writer = new SteadyWriter(flow);
    await eventually('rows flow', () => writer.written > 50);
    await (await worker()).end('SIGTERM');
    t.diagnostic(`SIGTERM: ${await settled(flow)} ms`);
    await writer.stop();
    await flow.assertEqual();
  });
});

test('a selector that stood still for longer than its lease and goes on beside the new one leaves no hole, no double and no other order', async (t) => {
  await withTwoSelectors(async ({ flow, worker, others }) => {
    await using writer = new SteadyWriter(flow);
    for (let round = 0; round < 3; round++) {
      const [frozen, next] = [await worker(), await others()];
      const from = writer.written;
      await eventually('rows flow', () => writer.written > from + 200);
      frozen.freeze();
      t.diagnostic(`frozen: ${await settled(flow)} ms`);
      frozen.thaw();
      await eventually('the new one stays at work', async () => (await worker()) === next);
      const thawed = writer.written;
      await eventually('both have had time to write', () => writer.written > thawed + 300);
      await settled(flow);
      await flow.until('the selector runs', ({ selector }) => selector?.state === 'running');
    }
    await writer.stop();
    await flow.assertEqual();
    assertNeverBack(await storedPositions(flow));
  });
});

test('other tables that are chosen after a kill -9 leave rows that were published but not saved as they are', async () => {
  await using flow = await Flow.prepare({ tables: STEADY_TABLES });
  await flow.stack.stop('selector-sh');
  try {
    await using first = new FurtherProcess(flow.stack, { role: 'selector', site: 'sh' });
    await flow.apply();
    await using writer = new SteadyWriter(flow);
    await flow.until('rows flow', ({ rows }) => (rows?.inserts ?? 0) > 500);
    await first.end('SIGKILL');
    const remapped = flow.remap(({ from, to }) => [{ from: `${from}.*`, to: `${to}.*`, exclude: [`${from}.none`] }]);
    await using _ = new FurtherProcess(flow.stack, { role: 'selector', site: 'sh' });
    await remapped;
    await settled(flow, 20_000);
    await writer.stop();
    await flow.assertEqual();
    const epochs = new Set((await storedPositions(flow)).map(({ epoch }) => epoch));
    assert.deepEqual([...epochs], [1, 2]);
  } finally {
    await flow.stack.start('selector-sh');
    await flow.stack.waitHealthy('selector-sh');
  }
});

test('invariant 12: while Redis is away the selector at work goes on, the standby does not begin, and afterwards nothing moves', async () => {
  await withTwoSelectors(async ({ flow, worker }) => {
    await using writer = new SteadyWriter(flow);
    const at = (await worker()).instance;
    const since = (await flow.status()).selector?.since;
    await flow.stack.stop('redis');
    try {
      const from = writer.written;
      await eventually('ten seconds of rows', () => writer.written > from + 1_000, { limitMs: 60_000 });
      await settled(flow, 3_000);
    } finally {
      await flow.stack.start('redis');
      await flow.stack.waitHealthy('redis');
    }
    const from = writer.written;
    await eventually('more rows', () => writer.written > from + 600, { limitMs: 60_000 });
    const { selector } = await flow.status();
    assert.deepEqual([selector?.instance, selector?.state, selector?.since], [at, 'running', since]);
    await writer.stop();
    await flow.assertEqual();
  });
});

test('a selector that starts while Redis is away begins when no other one is heard of', async () => {
  await using flow = await Flow.prepare({ tables: STEADY_TABLES });
  await flow.stack.stop('selector-sh', 'redis');
  try {
    await using _ = new FurtherProcess(flow.stack, { role: 'selector', site: 'sh' });
    await flow.apply();
    await flow.atSource('INSERT INTO log VALUES (1)');
    await flow.assertEqual();
  } finally {
    await flow.stack.start('redis', 'selector-sh');
    await flow.stack.waitHealthy('selector-sh');
  }
});

test('without Redis two selectors by mistake do no harm: Kafka takes the records of one at a time', async () => {
  await withTwoSelectors(
    async ({ flow, worker }) => {
      await using writer = new SteadyWriter(flow);
      const from = writer.written;
      await eventually('rows flow', () => writer.written > from + 500, { limitMs: 60_000 });
      await settled(flow);
      await (await worker()).end('SIGKILL');
      await settled(flow, 15_000);
      await writer.stop();
      await flow.assertEqual();
      assertNeverBack(await storedPositions(flow));
    },
    { LUTRA_REDIS: '' },
  );
});
