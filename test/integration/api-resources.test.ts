import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type * as z from 'zod';
import { applyReplySchema, channelListSchema } from '../../services/admin-api/schemas/channels.ts';
import { checkReplySchema } from '../../services/admin-api/schemas/check.ts';
import { databaseListSchema, databaseViewSchema } from '../../services/admin-api/schemas/databases.ts';
import { positionListSchema } from '../../services/admin-api/schemas/positions.ts';
import { problemReplySchema } from '../../services/admin-api/schemas/problem.ts';
import {
  diffReplySchema,
  diffSchema,
  revisionDocumentSchema,
  revisionListSchema,
} from '../../services/admin-api/schemas/revisions.ts';
import { AdminBench, type Answer, eventually } from '../support/admin-bench.ts';
import { stackAddresses } from '../support/stack.ts';

const bench = await AdminBench.open(stackAddresses().kafka);
after(() => bench[Symbol.asyncDispose]());
await eventually('the channels are read', async () => (await bench.call('GET', '/health')).status === 200);

const JSON_BODY = { 'content-type': 'application/json' };

function read<T extends z.ZodType>(schema: T, answer: Answer, status = 200): z.output<T> {
  assert.equal(answer.status, status, JSON.stringify(answer.body));
  return schema.parse(answer.body);
}

function databaseDocument(name: string, more = ''): string {
  return `apiVersion: lutra/v1\nkind: Database\nname: ${name}\nsite: ${bench.site}\nhosts: "127.0.0.1:1;"\nuser: u\npassword: {env: NOT_SET_HERE}\n${more}`;
}

function post(path: string, body: object): Promise<Answer> {
  return bench.call('POST', `/api/v1${path}`, JSON.stringify(body), JSON_BODY);
}

test('A8: a database with a document of its own is shared: a change of it reaches the channels that name it, and it stays while they do', async () => {
  const name = bench.channel('shared');
  const owner = `${name}-own`;
  const [from, to] = [`${owner}-a`, `${owner}-b`];
  const file = [databaseDocument(from), databaseDocument(to), bench.document(name, { owner })];
  const first = read(applyReplySchema, await bench.call('POST', '/api/v1/apply', file.join('---\n')));
  assert.deepEqual(
    first.applied.map(({ kind, outcome }) => [kind, outcome]),
    [
      ['Database', 'created'],
      ['Database', 'created'],
      ['Channel', 'created'],
    ],
  );
  const view = read(databaseViewSchema, await bench.call('GET', `/api/v1/databases/${from}`));
  assert.deepEqual([view.kind, view.hosts, view.revision], ['own', ['127.0.0.1:1'], 1]);
  assert.deepEqual(view.usedBy, [{ channel: name, pipeline: 'p', as: 'source' }]);

  const moved = databaseDocument(from).replace('127.0.0.1:1;', '127.0.0.1:2; 127.0.0.1:3');
  const dry = read(applyReplySchema, await bench.call('PUT', `/api/v1/databases/${from}?dryRun`, moved));
  const changed = read(
    applyReplySchema,
    await bench.call('PUT', `/api/v1/databases/${from}`, moved, { 'if-match': '"1"' }),
  );
  assert.deepEqual(dry.applied, changed.applied);
  assert.deepEqual(
    changed.applied.map((each) => [each.kind, each.name, each.changed]),
    [
      ['Database', from, ['hosts']],
      ['Channel', name, ['resolved']],
    ],
  );
  const late = await bench.call('PUT', `/api/v1/databases/${from}`, moved, { 'if-match': '1' });
  assert.equal(read(problemReplySchema, late, 412).code, 'REVISION_DIFFERS');

  const used = read(problemReplySchema, await bench.call('DELETE', `/api/v1/databases/${from}`), 409);
  assert.equal(used.code, 'DATABASE_IN_USE');
  assert.match(used.detail, new RegExp(name));
  const other = bench.document(bench.channel('clash')).replaceAll(/c-\w+-clash-/g, `${owner}-`);
  const clash = await bench.call('POST', '/api/v1/apply', other);
  assert.equal(read(problemReplySchema, clash, 422).problems[0]?.code, 'DATABASE_DIFFERS');
  const exported = await bench.text(`/api/v1/export?filter=${name}`);
  assert.equal((await bench.call('DELETE', `/api/v1/channels/${name}`)).status, 204);
  for (const each of [from, to]) assert.equal((await bench.call('DELETE', `/api/v1/databases/${each}`)).status, 204);
  const gone = await bench.call('GET', `/api/v1/databases/${from}`);
  assert.equal(read(problemReplySchema, gone, 404).code, 'DATABASE_UNKNOWN');

  const again = read(applyReplySchema, await bench.call('POST', '/api/v1/apply', exported));
  assert.deepEqual(
    again.applied.map(({ outcome }) => outcome),
    ['created', 'created', 'created'],
  );
  assert.equal(await bench.text(`/api/v1/export?filter=${name}`), exported);
  assert.equal((await bench.call('DELETE', `/api/v1/channels/${name}`)).status, 204);
  for (const each of [from, to]) assert.equal((await bench.call('DELETE', `/api/v1/databases/${each}`)).status, 204);
});

test('databases of channels are listed, filtered and paged with those of their own', async () => {
  const name = bench.channel('listed');
  assert.equal((await bench.call('PUT', `/api/v1/channels/${name}`, bench.document(name))).status, 201);
  const path = `/api/v1/databases?filter=${name.toUpperCase()}&site=${bench.site}`;
  const all = read(databaseListSchema, await bench.call('GET', path));
  assert.deepEqual(
    all.items.map((each) => [each.name, each.kind, each.definedIn]),
    [
      [`${name}-a`, 'channel', [name]],
      [`${name}-b`, 'channel', [name]],
    ],
  );
  const page = read(databaseListSchema, await bench.call('GET', `${path}&limit=1`));
  assert.deepEqual([page.items.length, page.total, page.next], [1, 2, `${name}-a`]);
  const rest = read(databaseListSchema, await bench.call('GET', `${path}&limit=1&after=${page.next}`));
  assert.deepEqual([rest.items[0]?.name, rest.next], [`${name}-b`, undefined]);
  const refused = await bench.call('DELETE', `/api/v1/databases/${name}-a`);
  assert.equal(read(problemReplySchema, refused, 409).code, 'DATABASE_OF_CHANNEL');
});

test('a database is tested before it is stored: what is missing is named, also its secret', async () => {
  const document = { site: bench.site, hosts: '127.0.0.1:1', user: 'u', password: { env: 'NOT_SET_HERE' } };
  const reply = read(checkReplySchema, await post('/databases/check', { document, as: 'both' }));
  assert.deepEqual(
    reply.checks.map(({ side, problems }) => [side, problems[0]?.code]),
    [
      ['source', 'SECRET_MISSING'],
      ['target', 'SECRET_MISSING'],
    ],
  );
  process.env.LUTRA_BENCH_PASSWORD = 'x';
  const known = { ...document, password: { env: 'LUTRA_BENCH_PASSWORD' } };
  const away = read(checkReplySchema, await post('/databases/check', { document: known, as: 'target' }));
  assert.equal(away.checks[0]?.problems[0]?.code, 'TARGET_UNREACHABLE');
  assert.equal(away.ok, false);
});

test('every change of a channel is a revision; one can be read, compared and gone back to, which starts and stops nothing', async () => {
  const name = bench.channel('history');
  const path = `/api/v1/channels/${name}`;
  const first = bench.document(name);
  const second = first.replace('copy.*', 'other.*');
  assert.equal((await bench.call('PUT', path, first)).status, 201);
  const { items } = read(diffReplySchema, await bench.call('POST', '/api/v1/diff', second));
  assert.deepEqual([items[0]?.outcome, items[0]?.changed], ['configured', ['pipelines']]);
  assert.match(items[0]?.diff ?? '', /^-\s+to: copy\.\*\n\+\s+to: other\.\*$/m);
  assert.equal((await bench.call('PUT', path, second)).status, 200);
  assert.equal((await bench.call('POST', `${path}/pause`)).status, 200);
  const list = read(revisionListSchema, await bench.call('GET', `${path}/revisions`));
  assert.deepEqual(
    list.items.map(({ revision, changed }) => [revision, changed]),
    [
      [3, ['state']],
      [2, ['pipelines']],
      [1, []],
    ],
  );
  const page = read(revisionListSchema, await bench.call('GET', `${path}/revisions?limit=2`));
  const rest = read(revisionListSchema, await bench.call('GET', `${path}/revisions?limit=2&after=${page.next}`));
  assert.deepEqual(
    rest.items.map(({ revision }) => revision),
    [1],
  );
  const old = read(revisionDocumentSchema, await bench.call('GET', `${path}/revisions/1`));
  assert.match(old.yaml, /to: copy\.\*/);

  const dry = read(diffSchema, await bench.call('POST', `${path}/rollback?dryRun`, '{"revision": 1}', JSON_BODY));
  assert.match(dry.diff, /^\+\s+to: copy\.\*$/m);
  const back = read(diffSchema, await bench.call('POST', `${path}/rollback`, '{"revision": 1}', JSON_BODY));
  assert.deepEqual([back.revision, back.diff], [4, dry.diff]);
  const { items: after4 } = read(revisionListSchema, await bench.call('GET', `${path}/revisions?filter=rolled`));
  assert.deepEqual(
    after4.map(({ revision, note }) => [revision, note]),
    [[4, 'rolled back to revision 1']],
  );
  const { items: channels } = read(channelListSchema, await bench.call('GET', `/api/v1/channels?filter=${name}`));
  assert.equal(channels[0]?.state, 'paused');
  const unknown = await post(`/channels/${name}/rollback`, { revision: 99 });
  assert.equal(read(problemReplySchema, unknown, 404).code, 'REVISION_UNKNOWN');
});

test('C4: copying rows again is refused in clear words, for a paused channel and for a running one', async () => {
  const name = bench.channel('resync');
  assert.equal((await bench.call('PUT', `/api/v1/channels/${name}`, bench.document(name))).status, 201);
  const path = `/channels/${name}/pipelines/p/resync`;
  assert.equal(read(problemReplySchema, await post(path, { table: 'shop.t' }), 501).code, 'RESYNC_NOT_AVAILABLE');
  assert.equal((await bench.call('POST', `/api/v1/channels/${name}/pause`)).status, 200);
  const paused = read(problemReplySchema, await post(path, { table: 'shop.t' }), 409);
  assert.equal(paused.code, 'CHANNEL_NOT_RUNNING');
  assert.match(paused.remedy, /lutra start/);
});

test('the positions of a channel say what they know and why something is not known', async () => {
  const name = bench.channel('places');
  assert.equal((await bench.call('PUT', `/api/v1/channels/${name}`, bench.document(name))).status, 201);
  const { items } = read(positionListSchema, await bench.call('GET', `/api/v1/channels/${name}/positions`));
  assert.deepEqual([items[0]?.group, items[0]?.topic], [`lutra.${name}.p`, `lutra.rows.${bench.site}.${name}-a`]);
  assert.ok(items[0]?.problems.some(({ code }) => code === 'SECRET_MISSING'));
});
