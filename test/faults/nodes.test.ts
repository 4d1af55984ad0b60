import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Channels } from '../../demo/channels.ts';
import { eventually } from '../support/eventually.ts';
import { databaseAt } from '../support/flow.ts';
import { FurtherProcess } from '../support/further-process.ts';
import { Observed } from '../support/observed.ts';
import { SilentLink } from '../support/silent-link.ts';
import { testStack } from '../support/stack.ts';

const VISIBLE_MS = 10_000;
const SERVICES = ['selector-sh', 'loader-sh', 'selector-us', 'loader-us', 'admin-api'];

test('A10, regression 26: every process shows itself within 10 s without any channel, and again after kill -9', async (t) => {
  const stack = await testStack();
  const observed = new Observed(stack);
  const shown = async (): Promise<Map<string, number>> =>
    new Map((await observed.nodes()).filter(({ state }) => state === 'up').map(({ instance, pid }) => [instance, pid]));
  const before = await eventually('all processes are nodes', async () => {
    const nodes = await shown();
    return SERVICES.every((name) => nodes.has(name)) && nodes;
  });
  await stack.kill(...SERVICES);
  for (const name of SERVICES)
    await eventually(
      `${name} runs`,
      () => stack.process(name).pid !== before.get(name) && stack.process(name).state === 'ready',
    );
  const began = Date.now();
  await eventually(
    'all show themselves under new process ids',
    async () => {
      const nodes = await shown();
      return SERVICES.every((name) => nodes.get(name) === stack.process(name).pid);
    },
    { limitMs: VISIBLE_MS, describe: () => observed.nodes() },
  );
  t.diagnostic(`visible ${Date.now() - began} ms after the last one was ready`);
  const loader = await observed.node('loader-us');
  assert.equal(loader?.role, 'loader');
  assert.equal(loader.site, 'us');
  assert.ok(loader.memoryBytes > 1e7 && loader.version !== '' && loader.startedAt > 0);
});

test('A11: the matrix names the link that is broken, and why', async (t) => {
  const stack = await testStack();
  const observed = new Observed(stack);
  const broken = (from: string, to: string, code: string) =>
    eventually(
      `${from} -> ${to} is ${code}`,
      async () => {
        const link = await observed.link(from, to);
        return link?.ok === false && link.code === code && link;
      },
      { describe: () => observed.links() },
    );
  const healed = (from: string, to: string) =>
    eventually(`${from} -> ${to} is up`, async () => (await observed.link(from, to))?.ok, {
      limitMs: 60_000,
      describe: () => observed.links(),
    });

  await t.test('a registry and a Redis that fall silent, a process that is killed', async () => {
    const registry = new URL(stack.address('registry', 'http'));
    const redis = new URL(stack.address('redis').replace(/^(redis:\/\/)?/, 'redis://'));
    await using toRegistry = await SilentLink.to(registry.hostname, Number(registry.port));
    await using toRedis = await SilentLink.to(redis.hostname, Number(redis.port));
    await using process = new FurtherProcess(stack, {
      role: 'selector',
      site: 'us',
      env: {
        LUTRA_REGISTRY: `http://127.0.0.1:${toRegistry.port}${registry.pathname}`,
        LUTRA_REDIS: `redis://127.0.0.1:${toRedis.port}`,
      },
    });
    const { instance } = process;
    await healed(instance, `redis:127.0.0.1:${toRedis.port}`);
    await healed(instance, `registry:127.0.0.1:${toRegistry.port}`);
    await healed(instance, 'kafka:us');
    await healed(instance, 'admin-api');
    toRedis.fallSilent(0);
    const silent = await broken(instance, `redis:127.0.0.1:${toRedis.port}`, 'REDIS_UNREACHABLE');
    assert.match(silent.message ?? '', /Redis at 127\.0\.0\.1:\d+ does not answer/);
    const gone = `registry:127.0.0.1:${toRegistry.port}`;
    await toRegistry[Symbol.asyncDispose]();
    const refused = await broken(instance, gone, 'REGISTRY_UNREACHABLE');
    assert.match(`${refused.message} ${refused.remedy}`, /ECONNREFUSED.*LUTRA_REGISTRY/);
    await process.end('SIGKILL');
    const killed = await broken(instance, 'admin-api', 'NODE_SILENT');
    assert.match(
      killed.message ?? '',
      /selector .* of site us was last heard \d+ s ago, although the Kafka of its site answers/,
    );
    assert.equal((await observed.node(instance))?.state, 'lost');
  });

  await t.test('a database that refuses its reader; its log record has code and remedy', async () => {
    const channels = new Channels(stack.address('admin-api', 'http'), stack.token);
    const name = `c-dead-${Date.now().toString(36)}`;
    const dead = { ...databaseAt({ host: '127.0.0.1', port: 1 } as never, 'sh') };
    const target = databaseAt({ host: '127.0.0.1', port: 1 } as never, 'us');
    const mappings = [{ from: 'a.*', to: 'b.*' }];
    const document = {
      apiVersion: 'lutra/v1',
      kind: 'Channel',
      name,
      databases: { [`${name}-a`]: dead, [`${name}-b`]: target },
    };
    await channels.apply(
      JSON.stringify({ ...document, pipelines: [{ name: 'p', from: `${name}-a`, to: `${name}-b`, mappings }] }),
    );
    try {
      const link = await broken('selector-sh', `database:sh.${name}-a`, 'SOURCE_UNREACHABLE');
      assert.match(link.message ?? '', /ECONNREFUSED/);
      await broken('loader-us', `database:us.${name}-b`, 'TARGET_UNREACHABLE');
      const [record] = await eventually('the selector’s log is here', async () => {
        const found = await observed.logs(`level=warn&node=selector-sh&filter=SOURCE_UNREACHABLE`);
        return found.filter(({ source }) => source === `sh.${name}-a`).length > 0 && found;
      });
      assert.match(record?.remedy ?? '', /start the server/);
      const states = await eventually('the loader’s states are here, over the mirror', async () => {
        const found = await observed.logs(`channel=${name}`);
        return found.some(({ site, role }) => site === 'us' && role === 'loader') && found;
      });
      assert.ok(states.every(({ message }) => message.length > 0));
    } finally {
      await channels.remove(name);
    }
  });

  await t.test('a mirror that stands still', async () => {
    await healed('kafka:sh', 'kafka:us');
    await healed('kafka:us', 'kafka:sh');
    await stack.stop('mirror-us');
    const late = await broken('kafka:sh', 'kafka:us', 'MIRROR_LATE');
    assert.match(late.remedy ?? '', /MirrorMaker of site us/);
    assert.equal((await observed.link('kafka:us', 'kafka:sh'))?.ok, true);
    await stack.start('mirror-us');
    await healed('kafka:sh', 'kafka:us');
  });

  await t.test('a Kafka that is away', async () => {
    await stack.stop('kafka-us');
    const away = await broken('admin-api', 'kafka:us', 'KAFKA_UNREACHABLE');
    assert.match(away.message ?? '', /does not answer/);
    await broken('loader-us', 'admin-api', 'NODE_SILENT');
    await eventually('nobody at us is heard, so its Kafka is the cause', async () => {
      const { remedy = '' } = (await observed.link('loader-us', 'admin-api')) ?? {};
      return /start the Kafka of site us/.test(remedy);
    });
    await stack.start('kafka-us');
    await healed('admin-api', 'kafka:us');
    await healed('loader-us', 'admin-api');
  });
});
