import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type * as z from 'zod';
import { auditListSchema } from '../../services/admin-api/schemas/audit.ts';
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
import { tableListSchema } from '../../services/admin-api/schemas/tables.ts';
import { AdminBench, type Answer, eventually } from '../support/admin-bench.ts';
import { CheckBench } from '../support/check-bench.ts';
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

test('the tables that a pattern means at present are listed with where they go and whether they fit there, also of documents that are not stored, with the statements that the loader makes for them', async () => {
  const { host, port } = stackAddresses().mysql;
  await using server = await CheckBench.open(`${host}:${port}`);
  const { schema: from, sql } = server;
  const to = `${from}_to`;
  const create = ['a', 'b', 'c', 'left_out'].map((table) => `CREATE TABLE ${table} (id INT PRIMARY KEY, v INT)`);
  await sql.query([...create, 'CREATE VIEW w AS SELECT * FROM a', `CREATE DATABASE ${to}`].join(';'));
  await sql.query(`CREATE TABLE ${to}.x_a LIKE a; CREATE TABLE ${to}.x_b (id INT PRIMARY KEY)`);
  try {
    process.env.LUTRA_BENCH_LUTRA = 'lutra';
    const name = bench.channel('tables');
    const mapping = `{from: "${from}.*", to: "${to}.x_*", exclude: ["${from}.left_*"]}`;
    const document = bench
      .document(name)
      .replaceAll('127.0.0.1:1;', `${host}:${port}`)
      .replaceAll('user: u', 'user: lutra')
      .replaceAll('NOT_SET_HERE', 'LUTRA_BENCH_LUTRA')
      .replace('{from: "shop.*", to: "copy.*"}', mapping);
    const preview = read(tableListSchema, await bench.call('POST', '/api/v1/preview', document));
    assert.deepEqual(
      preview.items.map((each) => [each.mapping, each.from, each.to, each.state, each.problems[0]?.code]),
      [
        [0, { schema: from, table: 'a' }, { schema: to, table: 'x_a' }, 'ok', undefined],
        [0, { schema: from, table: 'b' }, { schema: to, table: 'x_b' }, 'not-fit', 'TARGET_COLUMN_MISSING'],
        [0, { schema: from, table: 'c' }, { schema: to, table: 'x_c' }, 'missing-at-target', 'TARGET_TABLE_MISSING'],
      ],
    );
    const keyed = (table: string): string => `\`${to}\`.\`x_${table}\``;
    const set = `INSERT INTO ${keyed('a')} (\`id\`,\`v\`) VALUES (:id,:v) AS n ON DUPLICATE KEY UPDATE \`v\`=n.\`v\``;
    assert.deepEqual(
      preview.items.map(({ statements }) => statements),
      [
        {
          kind: 'load',
          insert: [set],
          update: [set],
          delete: [`DELETE FROM ${keyed('a')} WHERE \`id\` IN (:id)`],
          load: `LOAD DATA LOCAL INFILE 'rows' REPLACE INTO TABLE ${keyed('a')} CHARACTER SET utf8mb4 (\`id\`,\`v\`)`,
        },
        undefined,
        undefined,
      ],
    );
    const told = await bench.cli(['preview', '-f', '-'], document);
    assert.equal(told.code, 1, 'two of the tables are not fit');
    assert.ok(
      told.out.includes(`p: ${from}.a -> ${to}.x_a  ok, load\n  insert  ${set}\n  update  as insert\n`),
      told.out,
    );
    assert.match(
      told.out,
      /x_b {2}not-fit\n {2}error .* lacks columns .*\[TARGET_COLUMN_MISSING\]\n {4}remedy: ALTER TABLE/,
    );
    const path = `/api/v1/channels/${name}/tables`;
    assert.equal((await bench.call('GET', path)).status, 404);
    assert.equal((await bench.call('PUT', `/api/v1/channels/${name}`, document)).status, 201);
    const first = read(tableListSchema, await bench.call('GET', `${path}?limit=2`));
    const rest = read(
      tableListSchema,
      await bench.call('GET', `${path}?limit=2&after=${encodeURIComponent(first.next ?? '')}`),
    );
    const bare = preview.items.map(({ statements: _, ...each }) => each);
    assert.deepEqual([[...first.items, ...rest.items], first.total, rest.next], [bare, 3, undefined]);
    const again = await bench.cli(['preview', name, '-o', 'json']);
    assert.deepEqual(JSON.parse(again.out), { items: preview.items, problems: [] });
    await sql.query(`CREATE UNIQUE INDEX v ON ${to}.x_a (v); ALTER TABLE ${to}.x_a ALTER id SET DEFAULT 0`);
    const other = read(tableListSchema, await bench.call('POST', '/api/v1/preview?filter=x_a', document));
    assert.equal(other.items[0]?.statements?.kind, 'reinsert');
    const keyLost = document.replace(mapping, mapping.replace('}', ', columns: {exclude: [id]}}'));
    const [lost] = read(tableListSchema, await bench.call('POST', '/api/v1/preview?filter=x_a', keyLost)).items;
    assert.deepEqual(
      [lost?.state, lost?.statements, lost?.problems.map(({ code }) => code)],
      ['not-fit', undefined, ['DOCUMENT_INVALID']],
    );
    const one = read(tableListSchema, await bench.call('GET', `${path}?filter=X_B`));
    assert.deepEqual(
      one.items.map(({ to }) => to.table),
      ['x_b'],
    );

    const none = document.replace(`from: "${from}.*"`, `from: "${from}.none"`).replace('x_*', 'none');
    const nothing = read(tableListSchema, await bench.call('POST', '/api/v1/preview', none));
    assert.deepEqual(
      [nothing.items, nothing.problems.map(({ pipeline, problem }) => [pipeline, problem.code])],
      [[], [['p', 'TABLE_UNKNOWN']]],
    );
    const away = none.replace(`${host}:${port}`, '127.0.0.1:1;');
    const unread = read(tableListSchema, await bench.call('POST', '/api/v1/preview', away));
    assert.deepEqual(
      [unread.items[0]?.state, unread.problems.map(({ database, problem }) => [database, problem.code])],
      ['missing-at-target', [[`${name}-a`, 'SOURCE_UNREACHABLE']]],
    );
  } finally {
    await sql.query(`DROP DATABASE ${to}`);
  }
});

test('every change is in the audit with who, what, before and after, without secrets; it is filtered and read in pages; users and rules are for admins', async () => {
  const name = bench.channel('audited');
  const path = `/api/v1/channels/${name}`;
  const first = bench.document(name);
  assert.equal((await bench.call('PUT', path, first)).status, 201);
  assert.equal((await bench.call('PUT', path, first)).status, 200);
  assert.equal((await bench.call('PUT', `${path}?dryRun`, `${first}description: x\n`)).status, 200);
  assert.equal((await bench.call('PUT', path, `${first}description: x\n`)).status, 200);
  assert.equal((await post(`/channels/${name}/pause`, {})).status, 200);
  assert.equal((await post(`/channels/${name}/rollback`, { revision: 1 })).status, 200);
  assert.equal((await bench.call('DELETE', path)).status, 204);
  const audit = async (query: string) => read(auditListSchema, await bench.call('GET', `/api/v1/audit?${query}`));
  const { items, total } = await audit(`channel=${name}`);
  assert.deepEqual(
    items.toReversed().map(({ action, what, outcome }) => `${action} ${what} ${outcome}`),
    [
      `document channel ${name} created done`,
      `document channel ${name} changed: description done`,
      `state channel ${name} paused done`,
      `document channel ${name} changed: description (rolled back to revision 1) done`,
      `document channel ${name} deleted done`,
    ],
  );
  const [deleted, , paused, described, created] = items;
  assert.match(created?.after.document ?? '', /to: copy\.\*/);
  assert.deepEqual([described?.before, described?.after], [{}, { description: 'x' }]);
  assert.deepEqual([paused?.before, paused?.after], [{ state: 'running' }, { state: 'paused' }]);
  assert.match(deleted?.before.document ?? '', /env: NOT_SET_HERE/);
  const page = await audit(`channel=${name}&limit=2`);
  const rest = await audit(`channel=${name}&limit=10&after=${encodeURIComponent(page.next ?? '')}`);
  assert.deepEqual([[...page.items, ...rest.items], total], [items, 5]);
  assert.equal((await audit(`channel=${name}&action=state&by=adm`)).total, 1);
  assert.equal((await audit(`channel=${name}&by=nobody`)).total, 0);
  assert.equal((await audit(`channel=${name}&from=${(deleted?.at ?? 0) + 1}`)).total, 0);

  const user = `u-${bench.word}`;
  const began = Date.now();
  const secret = 'a password that is never told';
  assert.equal((await post('/users', { name: user, role: 'viewer', password: secret })).status, 201);
  const change = JSON.stringify({ role: 'operator' });
  assert.equal((await bench.call('PATCH', `/api/v1/users/${user}`, change, JSON_BODY)).status, 200);
  const made = await post('/tokens', { name: user, role: 'viewer' });
  const { id, token } = made.body as { id: string; token: string };
  const webhook = `http://127.0.0.1:1/${secret.replaceAll(' ', '-')}`;
  const rule = JSON.stringify({ kind: 'delay', channel: name, notify: [{ webhook }] });
  assert.equal((await bench.call('PUT', `/api/v1/alarm-rules/${name}`, rule, JSON_BODY)).status, 200);
  assert.equal((await bench.call('DELETE', `/api/v1/alarm-rules/${name}`)).status, 204);
  assert.equal((await bench.call('DELETE', `/api/v1/users/${user}`)).status, 204);
  const viewer = { authorization: `Bearer ${token}` };
  const seen = read(auditListSchema, await bench.call('GET', `/api/v1/audit?from=${began}`, undefined, viewer));
  assert.ok(seen.items.every(({ action }) => !['user', 'token', 'alarm-rule'].includes(action)));
  assert.equal((await bench.call('DELETE', `/api/v1/tokens/${id}`)).status, 204);
  const since = await audit(`from=${began}&limit=1000`);
  const mine = since.items.filter(({ subject }) =>
    [`user ${user}`, `token ${id}`, `alarm rule ${name}`].includes(subject ?? ''),
  );
  assert.deepEqual(
    mine.toReversed().map(({ what, before, after }) => [what, before.role, after.role]),
    [
      [`user ${user} made`, undefined, 'viewer'],
      [`user ${user} changed`, 'viewer', 'operator'],
      [`token ${id} made: ${user}`, undefined, 'viewer'],
      [`alarm rule ${name} made`, undefined, undefined],
      [`alarm rule ${name} deleted`, undefined, undefined],
      [`user ${user} deleted`, 'operator', undefined],
      [`token ${id} of admin ended: ${user}`, undefined, undefined],
    ],
  );
  assert.ok(![secret, secret.replaceAll(' ', '-'), token].some((each) => JSON.stringify(since).includes(each)));
});
