import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type * as z from 'zod';
import {
  appliedSchema,
  channelListSchema,
  channelViewSchema,
  stateReplySchema,
} from '../../services/admin-api/schemas/channels.ts';
import { problemReplySchema } from '../../services/admin-api/schemas/problem.ts';
import { channelStatusSchema } from '../../services/admin-api/schemas/status.ts';
import { upStack } from '../../stack/api.ts';
import { AdminBench, type Answer, eventually } from '../support/admin-bench.ts';
import { stackAddresses } from '../support/stack.ts';

const bench = await AdminBench.open(stackAddresses().kafka);
after(() => bench[Symbol.asyncDispose]());
await eventually('the channels are read', async () => (await bench.call('GET', '/health')).status === 200);

function read<T extends z.ZodType>(schema: T, answer: Answer, status = 200): z.output<T> {
  assert.equal(answer.status, status, JSON.stringify(answer.body));
  return schema.parse(answer.body);
}

test('a channel that was put is there at once; put again it is unchanged; deleted it is gone', async () => {
  const name = bench.channel('put');
  const path = `/api/v1/channels/${name}`;
  const created = read(appliedSchema, await bench.call('PUT', path, bench.document(name)), 201);
  assert.deepEqual([created.outcome, created.revision], ['created', 1]);
  const first = read(channelViewSchema, await bench.call('GET', path));
  assert.deepEqual([first.revision, first.state], [1, 'running']);
  const again = read(appliedSchema, await bench.call('PUT', path, bench.document(name)));
  assert.deepEqual([again.outcome, again.revision], ['unchanged', 1]);
  const json = read(
    appliedSchema,
    await bench.call('PUT', path, JSON.stringify({ ...first.document, description: 'x' }), {
      'content-type': 'application/json',
    }),
  );
  assert.deepEqual([json.outcome, json.revision, json.changed], ['configured', 2, ['description']]);
  assert.equal((await bench.call('DELETE', path)).status, 204);
  assert.equal(read(problemReplySchema, await bench.call('GET', path), 404).code, 'CHANNEL_UNKNOWN');
  const anew = read(appliedSchema, await bench.call('PUT', path, bench.document(name)), 201);
  assert.equal(anew.revision, 1);
  assert.notEqual(read(channelViewSchema, await bench.call('GET', path)).uid, first.uid);
});

test('a dry run says what would happen and stores nothing', async () => {
  const name = bench.channel('dry');
  const path = `/api/v1/channels/${name}`;
  assert.equal(
    read(appliedSchema, await bench.call('PUT', `${path}?dryRun=true`, bench.document(name)), 201).outcome,
    'created',
  );
  assert.equal((await bench.call('GET', path)).status, 404);
});

test('a change that expects another revision is refused', async () => {
  const name = bench.channel('match');
  const path = `/api/v1/channels/${name}`;
  await bench.call('PUT', path, bench.document(name));
  const changed = `${bench.document(name)}state: paused\n`;
  assert.equal(
    read(problemReplySchema, await bench.call('PUT', path, changed, { 'if-match': '"7"' }), 412).code,
    'REVISION_DIFFERS',
  );
  assert.equal(read(appliedSchema, await bench.call('PUT', path, changed, { 'if-match': '"1"' })).revision, 2);
  assert.equal((await bench.call('DELETE', path, undefined, { 'if-match': '1' })).status, 412);
});

test('changes that are made at the same time follow one another', async () => {
  const name = bench.channel('race');
  const path = `/api/v1/channels/${name}`;
  const answers = await Promise.all(
    Array.from({ length: 10 }, (_, i) => bench.call('PUT', path, `${bench.document(name)}description: v${i}\n`)),
  );
  const revisions = answers.map((answer) => appliedSchema.parse(answer.body).revision);
  assert.deepEqual(
    revisions.toSorted((a, b) => a - b),
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
  );
});

test('a wrong document is refused with every problem, and the name of the address counts', async () => {
  const name = bench.channel('wrong');
  const answer = await bench.call(
    'PUT',
    `/api/v1/channels/${name}`,
    bench.document(name, { site: 'nowhere' }).replace('mappings', 'mapings'),
  );
  const { problems } = read(problemReplySchema, answer, 422);
  assert.deepEqual(
    problems.map(({ code }) => code),
    ['UNKNOWN_SITE', 'UNKNOWN_SITE', 'UNKNOWN_KEY'],
  );
  assert.equal(
    read(problemReplySchema, await bench.call('PUT', `/api/v1/channels/${name}`, bench.document('other')), 400).code,
    'NAME_DIFFERS',
  );
});

test('a database of another channel is filled in, followed when it changes, and kept from deletion', async () => {
  const [base, user] = [bench.channel('base'), bench.channel('user')];
  await bench.call('PUT', `/api/v1/channels/${base}`, bench.document(base));
  await bench.call('PUT', `/api/v1/channels/${user}`, bench.document(user, { owner: base }));
  const refused = read(problemReplySchema, await bench.call('DELETE', `/api/v1/channels/${base}`), 409);
  assert.match(refused.detail, new RegExp(`used by .*${user}`));
  await bench.call('PUT', `/api/v1/channels/${base}`, bench.document(base).replaceAll('127.0.0.1:1', '127.0.0.1:2'));
  assert.equal(read(channelViewSchema, await bench.call('GET', `/api/v1/channels/${user}`)).revision, 2);
  for (const name of [user, base]) assert.equal((await bench.call('DELETE', `/api/v1/channels/${name}`)).status, 204);
});

test('lists are filtered and paged', async () => {
  const names = ['l1', 'l2', 'l3'].map((suffix) => bench.channel(suffix));
  for (const name of names) await bench.call('PUT', `/api/v1/channels/${name}`, bench.document(name));
  const prefix = `filter=${bench.word}-l`;
  const first = read(channelListSchema, await bench.call('GET', `/api/v1/channels?${prefix}&limit=2`));
  assert.deepEqual([first.total, first.items.map(({ name }) => name)], [3, names.slice(0, 2)]);
  const second = read(
    channelListSchema,
    await bench.call('GET', `/api/v1/channels?${prefix}&limit=2&after=${first.next}`),
  );
  assert.deepEqual([second.next, second.items.map(({ name }) => name)], [undefined, names.slice(2)]);
  assert.equal(read(channelListSchema, await bench.call('GET', `/api/v1/channels?${prefix}&state=paused`)).total, 0);
});

test('D2: a start says from where each pipeline starts and what is not covered', async () => {
  const name = bench.channel('start');
  await bench.call('PUT', `/api/v1/channels/${name}`, `${bench.document(name)}state: paused\n`);
  const started = read(stateReplySchema, await bench.call('POST', `/api/v1/channels/${name}/start`));
  assert.deepEqual([started.changed, started.channel.state, started.channel.revision], [true, 'running', 2]);
  assert.match(started.startPoints?.[0]?.from ?? '', /at the end of the log/);
  assert.match(started.startPoints?.[0]?.notCovered ?? '', /not copied/);
  const repeated = read(stateReplySchema, await bench.call('POST', `/api/v1/channels/${name}/start`));
  assert.deepEqual([repeated.changed, repeated.channel.revision], [false, 2]);
  assert.equal(
    read(stateReplySchema, await bench.call('POST', `/api/v1/channels/${name}/pause`)).channel.state,
    'paused',
  );
});

test('A10, A6: state is shown as the processes report it, and a process that dies is lost within 10 s', async () => {
  const name = bench.channel('state');
  await bench.call('PUT', `/api/v1/channels/${name}`, bench.document(name));
  const look = async () => {
    const [pipeline] = read(channelStatusSchema, await bench.call('GET', `/api/v1/channels/${name}/status`)).pipelines;
    if (pipeline === undefined) throw new Error('no pipeline');
    return pipeline;
  };
  assert.deepEqual([(await look()).state, (await look()).reason?.code], ['waiting', 'SELECTOR_ABSENT']);
  const source = `${bench.site}.${name}-a`;
  const position = { gtidSet: '0-1-5', file: 'bin.000001', position: 9 };
  const loader = {
    role: 'loader' as const,
    channel: name,
    pipeline: 'p',
    lagMs: 12,
    position,
    offsets: [{ topic: 't', partition: 0, next: '5', end: '7' }],
  };
  await bench.putStatus({ role: 'selector', source });
  await bench.putStatus(loader);
  await eventually('it runs', async () => (await look()).state === 'running', 10_000);
  const running = await look();
  assert.deepEqual(
    [running.lagMs, running.rowsPerSecond, running.position, running.offsets?.[0]?.next],
    [12, 5, position, '5'],
  );
  const silentSince = Date.now();
  await eventually(
    'it is lost',
    async () => {
      if (Date.now() - silentSince < 5_000) await bench.putStatus({ role: 'selector', source });
      return (await look()).state === 'lost';
    },
    10_000,
  );
  assert.equal((await look()).reason?.code, 'LOADER_LOST');
});

test('a record on the topic that is not ours is left alone and named', async () => {
  const key = bench.channel('stranger');
  await bench.putStranger(key, 'not json');
  await eventually('it is named', async () => JSON.stringify((await bench.call('GET', '/health')).body).includes(key));
  assert.equal((await bench.call('GET', `/api/v1/channels/${key}`)).status, 404);
  await bench.putStranger(key, null);
  await eventually(
    'it is forgotten',
    async () => !JSON.stringify((await bench.call('GET', '/health')).body).includes(key),
  );
});

test('A16: while Kafka is away requests say so with the remedy, and it goes on when Kafka is back', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'lutra-admin-'));
  const stack = await upStack({ dir, port: 0, only: ['kafka-sh'], noServices: true, tiedToCaller: true });
  try {
    await using away = await AdminBench.open(stack.address('kafka-sh'));
    await eventually('it is ready', async () => (await away.call('GET', '/health')).status === 200);
    const name = away.channel('away');
    const path = `/api/v1/channels/${name}`;
    assert.equal((await away.call('PUT', path, away.document(name))).status, 201);
    await stack.stop('kafka-sh');
    await eventually('it is told', async () => (await away.call('GET', '/health')).status === 503, 30_000);
    const refused = read(
      problemReplySchema,
      await away.call('PUT', path, `${away.document(name)}state: paused\n`),
      503,
    );
    assert.equal(refused.code, 'KAFKA_UNREACHABLE');
    assert.match(refused.remedy, /start the broker/);
    assert.equal((await away.call('GET', path)).status, 200);
    await stack.start('kafka-sh');
    await eventually(
      'writes go on',
      async () => (await away.call('PUT', path, `${away.document(name)}state: paused\n`)).status === 200,
      60_000,
    );
  } finally {
    await stack.reset();
    rmSync(dir, { recursive: true, force: true });
  }
});
