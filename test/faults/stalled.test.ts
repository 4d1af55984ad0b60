import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '../support/eventually.ts';
import { Flow, type PipelineStatus } from '../support/flow.ts';

const TABLES = { t: 'id INT NOT NULL PRIMARY KEY, v INT' };
/** 10 s without progress, a look a second, a report and its way to the control site. */
const STALLED_MS = 20_000;

async function whileFrozen(flow: Flow, name: string, work: () => Promise<void>): Promise<void> {
  const { pid } = flow.stack.process(name);
  assert.ok(pid);
  process.kill(pid, 'SIGSTOP');
  try {
    await work();
  } finally {
    process.kill(pid, 'SIGCONT');
  }
}

function isStalledAt(stage: string): (status: PipelineStatus) => boolean {
  return ({ state, reason }) => state === 'stalled' && reason?.message.includes(`"${stage}"`) === true;
}

test('regression 25: a target that does not answer is the state stalled of the stage apply, and it goes away by itself', async () => {
  await using flow = await Flow.open({ tables: TABLES });
  await flow.atSource('INSERT INTO t VALUES (1, 0)');
  await flow.settle();
  const blocker = await flow.connect('to');
  await blocker.query('BEGIN; UPDATE t SET v = v WHERE id = 1');
  await flow.atSource('UPDATE t SET v = 1');
  const { reason } = await flow.until('it is stalled', isStalledAt('apply'), STALLED_MS);
  assert.match(reason?.message ?? '', /has made no progress since .*Z.* it waits for .*127\.0\.0\.1:\d+ to answer/);
  await blocker.query('ROLLBACK');
  await blocker.end();
  await flow.until('it runs again', ({ state }) => state === 'running');
  await flow.assertEqual();
});

test('regression 25: a source that sends nothing, not even a heartbeat, is the state stalled of the stage read', async () => {
  await using flow = await Flow.open({ tables: TABLES });
  await whileFrozen(flow, 'order', async () => {
    await flow.until('it is stalled', isStalledAt('read'), STALLED_MS);
  });
  await flow.atSource('INSERT INTO t VALUES (1, 1)');
  await flow.assertEqual();
  await flow.until('it runs again', ({ state }) => state === 'running');
});

test('regression 25: a broker that does not answer is stalled in the metrics of the selector, which cannot tell it otherwise', async () => {
  await using flow = await Flow.open({ tables: TABLES });
  const metric = `lutra_selector_stalled{source="sh.${flow.sourceName}"} 1`;
  await whileFrozen(flow, 'kafka-sh', async () => {
    await flow.atSource('INSERT INTO t VALUES (1, 1)');
    await eventually(
      'the metric says it',
      async () => {
        const answer = await fetch(`${flow.stack.address('selector-sh', 'http')}/metrics`);
        return (await answer.text()).includes(metric);
      },
      { limitMs: STALLED_MS },
    );
  });
  await flow.assertEqual();
  await flow.until('it runs again', ({ state }) => state === 'running', 60_000);
});

test('a mirror that stands still is told by the loader, and the lag is honest meanwhile', async () => {
  await using flow = await Flow.open({ tables: TABLES });
  await flow.atSource('INSERT INTO t VALUES (1, 1)');
  await flow.settle();
  const { offsets: [applied] = [] } = await flow.until('both are applied', ({ loader }) => loader?.transactions === 2);
  await flow.until('heartbeats come behind the two transactions', ({ offsets: [now] = [] }) => {
    return Number(now?.next) > Number(applied?.next);
  });
  await whileFrozen(flow, 'mirror-us', async () => {
    const { lagMs = 0 } = await flow.until(
      'it waits',
      ({ reason }) => reason?.code === 'STREAM_SILENT',
      STALLED_MS * 2,
    );
    assert.ok(lagMs > 8_000, `${lagMs} ms`);
  });
  await flow.atSource('INSERT INTO t VALUES (2, 2)');
  await flow.assertEqual();
  await flow.until('it runs again', ({ state }) => state === 'running', 60_000);
});

test('regression 21: a big transaction does not look like a stage that stands still', async () => {
  await using flow = await Flow.open({ tables: { t: 'id INT NOT NULL PRIMARY KEY, v VARCHAR(200)' } });
  const seen = new Set<string>();
  const done = new AbortController();
  const looking = (async () => {
    while (!done.signal.aborted) {
      seen.add((await flow.status()).state);
      await delay(200, undefined, { signal: done.signal }).catch(() => {});
    }
  })();
  await flow.atSource(
    `SET SESSION cte_max_recursion_depth = 100000;
     INSERT INTO t WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000) SELECT i, REPEAT('x', 200) FROM n`,
  );
  await flow.settle(180_000);
  done.abort();
  await looking;
  assert.ok(!seen.has('stalled'), [...seen].join());
  await flow.assertEqual();
});
