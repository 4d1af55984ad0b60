import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ApiClient } from '../../services/admin-api/cli/api-client.ts';
import { type OpenSession, setUp, signIn } from '../../services/admin-api/cli/sign-in.ts';
import { tokenListSchema, userListSchema, userViewSchema } from '../../services/admin-api/schemas/access.ts';
import { openProducer } from '../../shared/kafka/record-producer.ts';
import { ensureTopic } from '../../shared/kafka/topic-admin.ts';
import { createLogger } from '../../shared/runtime/log.ts';
import { attachStack } from '../../stack/api.ts';
import { compactedTopicDefinition, USERS_TOPIC } from '../../topics/topics.ts';
import { type CliResult, eventually, runCli } from '../support/admin-bench.ts';
import { FurtherProcess } from '../support/further-process.ts';

/** Users are kept at the control site; Kafka us has none, so an admin API there is at its first start. */
const stack = attachStack();
const folder = mkdtempSync(join(tmpdir(), 'lutra-access-'));
after(() => rmSync(folder, { recursive: true }));

const PASSWORD = 'the first password';
const GIVEN = 'given by an admin';
const CHOSEN = 'chosen by the user';

async function forgetUsers(): Promise<void> {
  const address = {
    brokers: [stack.address('kafka-us')],
    clientId: 'access-test',
    log: createLogger('test', 'silent'),
  };
  await ensureTopic(address, compactedTopicDefinition(USERS_TOPIC));
  const producer = openProducer(address);
  try {
    const keys = ['user/root', 'user/ann'];
    await producer.put(
      USERS_TOPIC,
      keys.map((key) => ({ key, value: null })),
    );
  } finally {
    await producer.close();
  }
}

/** An admin API with settings of its own; resolves to its address when it knows its users. */
async function start(env: Record<string, string> = {}): Promise<FurtherProcess & { url: string }> {
  const process = new FurtherProcess(stack, {
    role: 'admin-api',
    site: 'us',
    env: {
      LUTRA_SITES: JSON.stringify({ us: { kafka: stack.address('kafka-us') } }),
      LUTRA_HTTP_PORT: '0',
      LUTRA_SECRET_KEY: 'the key that several admin APIs share',
      ...env,
    },
  });
  let url = '';
  await eventually('it knows its users', async () => {
    const port = /"port":(\d+),"msg":"listening"/.exec(readFileSync(process.log, 'utf8'))?.[1];
    url = `http://127.0.0.1:${port}`;
    return port !== undefined && (await fetch(`${url}/health`)).status === 200;
  });
  return Object.assign(process, { url });
}

function json(body: object): { body: string; headers: Record<string, string> } {
  return { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
}

function as({ headers }: OpenSession, request: { method?: string; body?: string; headers?: object } = {}) {
  return { ...request, headers: { ...request.headers, ...headers } };
}

test('A9, regression 24: the first start prints a set-up token on standard output alone, not into the log that goes to Kafka; it makes one admin, who lets others in; nothing of it is kept in clear', async () => {
  await forgetUsers();
  await using first = await start();
  await using second = await start();
  const client = new ApiClient(first.url, null);
  const log = (): string => readFileSync(first.log, 'utf8');
  const token = /set-up token (\S{32}) /.exec(log())?.[1] ?? assert.fail(log());
  await assert.rejects(client.json(userListSchema, '/users'), { exitCode: 4, message: /there is no user yet/ });
  const root = await setUp(client, { token, name: 'root', password: PASSWORD });
  assert.deepEqual([root.view.user, root.view.mustChangePassword], [{ name: 'root', role: 'admin' }, false]);
  await eventually('the log record of it has come to Kafka', async () => {
    const records = await client.text(`/logs?node=${first.instance}`, as(root));
    assert.ok(!records.includes(token), records);
    return records.includes('there is no user yet');
  });
  const lines = log().split('\n');
  assert.deepEqual(
    lines.filter((line) => line.includes(token)).map((line) => line.startsWith('set-up token ')),
    [true],
  );
  await assert.rejects(setUp(client, { token, name: 'mallory', password: PASSWORD }), /users already/);

  const elsewhere = new ApiClient(second.url, null);
  await eventually('the other admin API knows the session', async () =>
    elsewhere.json(userListSchema, '/users', as(root)).then(
      ({ total }) => total === 1,
      () => false,
    ),
  );
  const ann = { name: 'ann', role: 'operator', password: GIVEN };
  const made = await elsewhere.json(userViewSchema, '/users', as(root, { method: 'POST', ...json(ann) }));
  assert.deepEqual([made.role, made.mustChangePassword], ['operator', true]);
  await eventually('the first one knows the new user', async () =>
    signIn(client, { name: 'ann', password: GIVEN }).then(
      ({ view }) => view.mustChangePassword,
      () => false,
    ),
  );
  await assert.rejects(client.text('/users/root', as(root, { method: 'DELETE' })), /is the last admin/);

  const lutra = (url: string, args: string[], input = ''): Promise<CliResult> =>
    runCli(['--server', url, ...args], { input, configFolder: folder });
  assert.equal((await lutra(first.url, ['get'])).code, 4);
  const wrong = await lutra(first.url, ['login', '--name', 'ann', '--password-stdin'], 'wrong');
  assert.equal(wrong.code, 1);
  assert.match(wrong.err, /name or the password is wrong/);
  const entered = await lutra(first.url, ['login', '--name', 'ann', '--password-stdin'], `${GIVEN}\n${CHOSEN}\n`);
  assert.equal(entered.code, 0, entered.err);
  assert.equal(statSync(join(folder, 'lutra', 'credentials.json')).mode & 0o777, 0o600);
  assert.match((await lutra(first.url, ['whoami'])).out, /^ann, operator, at /);
  assert.equal((await lutra(first.url, ['get'])).code, 0);
  const refused = await lutra(first.url, ['delete', 'nothing', '--yes']);
  assert.equal(refused.code, 1);
  assert.match(refused.err, /needs the role admin, and you are operator/);
  const { items } = await client.json(tokenListSchema, '/tokens', as(root));
  assert.deepEqual(
    items.map(({ owner, role }) => [owner, role]),
    [['ann', 'operator']],
  );
  const kept = JSON.parse(readFileSync(join(folder, 'lutra', 'credentials.json'), 'utf8')).tokens[first.url];
  assert.equal((await lutra(first.url, ['logout'])).code, 0);
  assert.equal((await lutra(first.url, ['whoami'])).code, 4);
  await assert.rejects(new ApiClient(first.url, kept).text('/channels'), { exitCode: 4 });

  const session = await signIn(client, { name: 'ann', password: CHOSEN });
  await client.text('/channels', as(session));
  await client.json(userViewSchema, '/users/ann', as(root, { method: 'PATCH', ...json({ disabled: true }) }));
  await assert.rejects(client.text('/channels', as(session)), { exitCode: 4 });
  await assert.rejects(signIn(client, { name: 'ann', password: CHOSEN }), /or the user is disabled/);

  await using third = await start({ LUTRA_LOG_LEVEL: 'trace' });
  assert.doesNotMatch(readFileSync(third.log, 'utf8'), /set-up token/);
  const written = [log(), readFileSync(second.log, 'utf8'), readFileSync(third.log, 'utf8')].join();
  for (const secret of [PASSWORD, GIVEN, CHOSEN, kept]) assert.ok(!written.includes(secret));
  await forgetUsers();
});
