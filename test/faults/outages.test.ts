import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '../support/eventually.ts';
import { Flow } from '../support/flow.ts';

const TABLES = { t: 'id INT NOT NULL PRIMARY KEY, v VARCHAR(20)' };
const LIMIT_MS = 90_000;

/** Whatever a test stopped runs again afterwards. */
async function whileStopped(flow: Flow, names: readonly string[], work: () => Promise<void>): Promise<void> {
  await flow.stack.stop(...names);
  try {
    await work();
  } finally {
    await flow.stack.start(...names);
    await Promise.all(names.map((name) => flow.stack.waitHealthy(name)));
  }
}

test('a target that is down is waited for by name, and gets everything when it is back', async () => {
  await using flow = await Flow.open({ tables: TABLES });
  await whileStopped(flow, ['otter'], async () => {
    await flow.atSource("INSERT INTO t VALUES (1, 'while down')");
    const { reason } = await flow.until(
      'it waits for the target',
      ({ reason }) => reason?.code === 'TARGET_UNREACHABLE',
      LIMIT_MS,
    );
    assert.match(reason?.message ?? '', /127\.0\.0\.1:\d+/);
    await flow.atSource("INSERT INTO t VALUES (2, 'still down')");
  });
  await flow.assertEqual();
  await flow.until('it runs again', ({ state }) => state === 'running', LIMIT_MS);
});

test('a source that is down is waited for by name, and is read on from where it was', async () => {
  await using flow = await Flow.open({ tables: TABLES });
  await flow.atSource("INSERT INTO t VALUES (1, 'before')");
  await whileStopped(flow, ['order'], async () => {
    await flow.until('it waits for the source', ({ reason }) => reason?.code === 'SOURCE_UNREACHABLE', LIMIT_MS);
  });
  await flow.atSource("INSERT INTO t VALUES (2, 'after')");
  await flow.assertEqual();
});

test('a registry that is lost while nobody remembers a schema is waited for by name, and nothing is lost', async () => {
  await using flow = await Flow.open({ tables: TABLES });
  await flow.atSource("INSERT INTO t VALUES (1, 'before')");
  await flow.settle();
  await whileStopped(flow, ['registry'], async () => {
    await flow.stack.kill('selector-sh', 'loader-us');
    await flow.atSource("INSERT INTO t VALUES (2, 'no registry')");
    await flow.until('it waits for the registry', ({ reason }) => reason?.code === 'REGISTRY_UNREACHABLE', LIMIT_MS);
  });
  await flow.assertEqual();
});

test('parts that start in the wrong order wait for each other', async () => {
  await using flow = await Flow.open({ tables: TABLES });
  const wrong = ['loader-us', 'selector-sh', 'mirror-us', 'registry', 'kafka-us', 'kafka-sh', 'otter', 'order'];
  await flow.atSource("INSERT INTO t VALUES (1, 'before')");
  await flow.stack.stop(...wrong);
  for (const name of wrong) {
    await flow.stack.start(name);
    await eventually(`${name} has been started`, () => flow.stack.process(name).pid !== undefined, {
      limitMs: LIMIT_MS,
    });
  }
  await Promise.all(wrong.map((name) => flow.stack.waitHealthy(name, LIMIT_MS)));
  await flow.atSource("INSERT INTO t VALUES (2, 'after')");
  await flow.assertEqual();
  await flow.until('its state reaches the other site', ({ state }) => state === 'running', LIMIT_MS);
});

test('MirrorMaker goes on at once when its broker is back', async () => {
  await using flow = await Flow.open({ tables: TABLES });
  await whileStopped(flow, ['kafka-sh', 'kafka-us'], async () => {
    await flow.atSource("INSERT INTO t VALUES (1, 'no Kafka')");
  });
  await flow.assertEqual();
  await flow.until('its state reaches the other site', ({ state }) => state === 'running', LIMIT_MS);
});
