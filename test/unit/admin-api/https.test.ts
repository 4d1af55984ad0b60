import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { AdminApp, PASSWORD } from '../../support/admin-app.ts';
import { Certificates } from '../../support/certificates.ts';

type Reply = {
  readonly status: number | undefined;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: string;
};

function ask(url: string, ca: string, method = 'GET', body = '', headers: object = {}): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { method, ca, headers: { ...headers, 'content-type': 'application/json' } }, (answer) =>
      text(answer).then((got) => resolve({ status: answer.statusCode, headers: answer.headers, body: got }), reject),
    );
    asked.on('error', reject).end(body);
  });
}

test('A9: over HTTPS a session comes by a secure cookie, browsers are told to stay with HTTPS, and log-out ends it', async () => {
  using files = new Certificates();
  const ca = readFileSync(files.ca, 'utf8');
  await using admin = await AdminApp.open({ env: { LUTRA_TLS_CERT: files.cert, LUTRA_TLS_KEY: files.key } });
  const address = await admin.app.listen({ host: '127.0.0.1', port: 0 });
  const url = `https://localhost:${new URL(address).port}/api/v1/session`;
  const login = await ask(url, ca, 'POST', JSON.stringify({ name: 'operator', password: PASSWORD }));
  assert.equal(login.status, 200, login.body);
  const [cookie = ''] = login.headers['set-cookie'] ?? [];
  assert.match(cookie, /^lutra_session=.*; HttpOnly; Secure; SameSite=Strict$/);
  assert.match(String(login.headers['strict-transport-security']), /^max-age=\d{7,}$/);
  const session = { cookie: cookie.split(';')[0] };
  assert.equal((await ask(url, ca, 'GET', '', session)).status, 200);
  const { csrfToken } = JSON.parse((await ask(url, ca, 'GET', '', session)).body);
  const bye = await ask(url, ca, 'DELETE', '', { ...session, 'x-lutra-csrf': csrfToken });
  assert.equal(bye.status, 204);
  assert.match(String(bye.headers['set-cookie']), /lutra_session=;.*(Max-Age=0|Expires=Thu, 01 Jan 1970)/);
  await assert.rejects(ask(url, ''), /self-signed certificate|unable to/);
});

test('A9: without TLS browsers are told nothing of it, and only a trusted proxy is believed about addresses', async () => {
  for (const [trusted, isLimited] of [
    ['', true],
    ['127.0.0.1', false],
  ] as const) {
    await using admin = await AdminApp.open({ env: { LUTRA_TRUST_PROXY: trusted } });
    const guess = (n: number) =>
      admin.call({
        method: 'POST',
        url: '/api/v1/session',
        payload: JSON.stringify({ name: 'admin', password: 'a wrong password' }),
        headers: { 'content-type': 'application/json', 'x-forwarded-for': `10.0.0.${n}` },
      });
    const answers = [];
    for (let n = 1; n <= 11; n++) answers.push(await guess(n));
    assert.equal(answers.at(-1)?.statusCode, isLimited ? 429 : 401);
    assert.equal(answers[0]?.headers['strict-transport-security'], undefined);
  }
});

test('/ready tells whether users, channels and databases are known, without telling more to nobody', async () => {
  await using admin = await AdminApp.open();
  const ready = await admin.call({ url: '/ready' });
  assert.equal(ready.statusCode, 503);
  assert.deepEqual(ready.json(), { status: 'waiting', code: 'KAFKA_UNREACHABLE' });
});
