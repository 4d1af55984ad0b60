import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { KINDS } from '../../services/admin-api/cli/kinds/all.ts';
import { AdminBench, eventually, runCli } from '../support/admin-bench.ts';
import { stackAddresses } from '../support/stack.ts';

const bench = await AdminBench.open(stackAddresses().kafka);
const folder = mkdtempSync(join(tmpdir(), 'lutra-cli-'));
after(async () => {
  rmSync(folder, { recursive: true });
  await bench[Symbol.asyncDispose]();
});
await eventually('the channels are read', async () => (await bench.call('GET', '/health')).status === 200);

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

test('apply says created, configured and unchanged; a file of several is stored whole or not at all', async () => {
  const [one, two] = [bench.channel('one'), bench.channel('two')];
  // The second document stands first and uses the databases of the first.
  const path = file('both.yaml', `${bench.document(two, { owner: one })}---\n${bench.document(one)}`);
  const dry = await bench.cli(['apply', '-f', path, '--dry-run']);
  assert.deepEqual([dry.code, dry.out], [0, `channel ${two} created (dry run)\nchannel ${one} created (dry run)\n`]);
  const created = await bench.cli(['apply', '-f', path]);
  assert.deepEqual([created.code, created.out], [0, `channel ${two} created\nchannel ${one} created\n`]);
  const again = await bench.cli(['apply', '-f', path]);
  assert.equal(again.out, `channel ${two} unchanged\nchannel ${one} unchanged\n`);
  const changed = await bench.cli(['apply', '-f', '-'], `${bench.document(one)}description: x\n`);
  assert.equal(changed.out, `channel ${one} configured: description\n`);
  const broken = await bench.cli(
    ['apply', '-f', '-'],
    `${bench.document(one)}---\n${bench.document(two, { owner: one }).replace('mappings', 'mapings')}`,
  );
  assert.equal(broken.code, 1);
  assert.match(broken.err, /^stdin:\d+:\d+: pipelines\[0\]\.mapings: unknown key; did you mean "mappings"\?\n$/);
});

test('two channels with one name in one file are refused, naming both lines', async () => {
  const name = bench.channel('twice');
  const { code, err } = await bench.cli(['apply', '-f', '-'], `${bench.document(name)}---\n${bench.document(name)}`);
  assert.equal(code, 1);
  assert.match(err, /stdin:16:7: name: the channel .* stands in this file twice, first at line 3/);
});

test('get shows a table, JSON, and YAML that can be applied again', async () => {
  const name = bench.channel('get');
  await bench.cli(['apply', '-f', '-'], bench.document(name));
  assert.match(
    (await bench.cli(['get'])).out,
    new RegExp(`NAME +DESIRED +REVISION[\\s\\S]*${name} +running +1 +p \\(`),
  );
  assert.equal(JSON.parse((await bench.cli(['get', name, '-o', 'json'])).out).name, name);
  const yaml = await bench.cli(['get', name, '-o', 'yaml']);
  assert.equal((await bench.cli(['apply', '-f', '-'], yaml.out)).out, `channel ${name} unchanged\n`);
  assert.match((await bench.cli(['describe', name])).out, /Pipelines[\s\S]*Document/);
  const missing = await bench.cli(['get', 'no-such-channel']);
  assert.deepEqual([missing.code, missing.out], [1, '']);
  assert.match(missing.err, /there is no channel no-such-channel/);
});

test('D2: start tells from where and what is not covered; pause, status and delete answer', async () => {
  const name = bench.channel('run');
  await bench.cli(['apply', '-f', '-'], `${bench.document(name)}state: paused\n`);
  const started = await bench.cli(['start', name]);
  assert.match(started.out, /started\n {2}p: at the end of the log[\s\S]*not covered: changes before that moment/);
  const status = await bench.cli(['status', name]);
  assert.match(
    status.out,
    /CHANNEL +PIPELINE +FROM -> TO +STATE +LAG[\s\S]*waiting[\s\S]*SELECTOR_ABSENT[\s\S]*remedy: start the selector/,
  );
  assert.ok(!status.out.includes('\u001b'));
  assert.equal(JSON.parse((await bench.cli(['status', '-o', 'json'])).out).items.length > 0, true);
  assert.match((await bench.cli(['pause', name])).out, /paused/);
  assert.match((await bench.cli(['delete', name])).out, /deleted/);
  assert.equal((await bench.cli(['delete', name])).code, 1);
});

test('wrong usage ends with 2, an admin API that is away with 3 and one sentence', async () => {
  assert.equal((await bench.cli(['aply'])).code, 2);
  assert.equal((await bench.cli(['apply'])).code, 2);
  assert.equal((await bench.cli(['check'])).code, 2);
  assert.equal((await bench.cli(['get', '-o', 'xml'])).code, 2);
  assert.equal((await runCli(['--server', 'nonsense', 'get'])).code, 2);
  const away = await runCli(['--server', 'http://127.0.0.1:9', 'get']);
  assert.equal(away.code, 3);
  assert.match(
    away.err,
    /^the admin API at http:\/\/127\.0\.0\.1:9 is not reachable .*--server URL or LUTRA_SERVER\n$/,
  );
  assert.equal((await bench.cli(['apply', '-f', join(folder, 'none.yaml')])).code, 1);
});

test('a command explains itself with an example (all of them: unit/admin-api/cli)', async () => {
  const helps = await Promise.all([['top'], ['get', 'nodes']].map((command) => bench.cli([...command, '--help'])));
  for (const { code, out } of helps) assert.match(`${code} ${out}`, /^0 Usage: lutra [\s\S]*Examples?:\n {2}lutra /);
});

test('get answers every kind in every form', async () => {
  const name = bench.channel('kinds');
  await bench.cli(['apply', '-f', '-'], bench.document(name));
  for (const kind of KINDS) {
    const forms = ['table', 'json', 'yaml', 'name'].map(async (form) => ({
      form,
      ...(await bench.cli(['get', kind.name, ...(kind.inChannel ? [name] : []), '-o', form])),
    }));
    for (const { form, code, out, err } of await Promise.all(forms)) {
      assert.equal(code, 0, `${kind.name} -o ${form}: ${err}`);
      if (form === 'json') assert.ok(Array.isArray(JSON.parse(out).items), kind.name);
      if (form === 'yaml') parseAllDocuments(out);
    }
  }
  assert.match((await bench.cli(['get', 'channels', '-o', 'name'])).out, new RegExp(`^${name}$`, 'm'));
  assert.match((await bench.cli(['describe', 'channel', name, '-o', 'json'])).out, /"pipelines"/);
});

test('diff ends with 6 and shows lines; rollback brings the earlier document back; export can be applied again', async () => {
  const name = bench.channel('back');
  await bench.cli(['apply', '-f', '-'], bench.document(name));
  const changed = `${bench.document(name)}description: changed\n`;
  const diff = await bench.cli(['diff', '-f', '-'], changed);
  assert.deepEqual([diff.code, /^\+description: changed$/m.test(diff.out)], [6, true], diff.out + diff.err);
  assert.equal((await bench.cli(['diff', '-f', '-'], bench.document(name))).code, 0);
  await bench.cli(['apply', '-f', '-'], changed);
  const back = await bench.cli(['rollback', name, '1']);
  assert.match(back.out, /^-description: changed$/m, back.err);
  assert.equal((await bench.cli(['rollback', name, 'x'])).code, 2);
  const exported = await bench.cli(['export', '--filter', name]);
  assert.equal((await bench.cli(['apply', '-f', '-'], exported.out)).out, `channel ${name} unchanged\n`);
});

test('apply --wait ends with 5 and the reason when a pipeline does not run in time', async () => {
  const name = bench.channel('wait');
  const { code, out, err } = await bench.cli(['apply', '-f', '-', '--wait', '--timeout', '1s'], bench.document(name));
  assert.equal(code, 5);
  assert.match(out, /created/);
  assert.match(err, new RegExp(`not within 1s:\n${name}/p is waiting: .*SELECTOR_ABSENT`));
});

test('users and tokens are made, changed and ended; a token that has ended is not let in: 4', async () => {
  const user = bench.channel('user');
  const made = await bench.cli(
    ['users', 'create', user, '--role', 'viewer', '--password-stdin'],
    'a password of a test\n',
  );
  assert.equal(made.code, 0, made.err);
  assert.match((await bench.cli(['users', 'set', user, '--disable'])).out, /changed/);
  assert.match((await bench.cli(['users', 'list'])).out, new RegExp(`${user} +viewer +disabled`));
  assert.equal((await bench.cli(['delete', 'user', user])).code, 0);
  const token = JSON.parse((await bench.cli(['tokens', 'create', 'a test', '--role', 'viewer', '-o', 'json'])).out);
  assert.match((await bench.cli(['tokens', 'list', '-o', 'name'])).out, new RegExp(`^${token.id}$`, 'm'));
  assert.equal((await bench.cli(['tokens', 'delete', token.id])).code, 0);
  assert.equal((await runCli(['--server', bench.url, 'get'], { token: token.token })).code, 4);
});

test('completion names the channels that exist; NO_COLOR and FORCE_COLOR are obeyed', async () => {
  const name = bench.channel('complete');
  await bench.cli(['apply', '-f', '-'], bench.document(name));
  assert.equal((await bench.cli(['__complete', '--', 'start', name.slice(0, -2)])).out, `${name}\n`);
  assert.match((await bench.cli(['completion', 'bash'])).out, /complete .* lutra/);
  const { token } = bench;
  const painted = await runCli(['--server', bench.url, 'get', name], { token, settings: { FORCE_COLOR: '1' } });
  assert.ok(painted.out.includes('\u001b['));
  const plain = await runCli(['--server', bench.url, 'get', name], { token, settings: { NO_COLOR: '1' } });
  assert.ok(!plain.out.includes('\u001b['));
});

test('check names a password that is not at hand and ends with 1', async () => {
  const name = bench.channel('check');
  const { code, out } = await bench.cli(['check', '-f', '-'], bench.document(name));
  assert.equal(code, 1);
  assert.match(out, /environment variable NOT_SET_HERE, which is not set[\s\S]*SECRET_MISSING/);
});
