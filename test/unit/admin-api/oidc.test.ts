import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { after, test } from 'node:test';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import type { LightMyRequestResponse } from 'fastify';
import type { Role } from '../../../services/admin-api/access/role.ts';
import { readConfig } from '../../../services/admin-api/config.ts';
import { trustCa } from '../../../shared/runtime/tls.ts';
import { ADMIN_ENV, AdminApp, PASSWORD } from '../../support/admin-app.ts';
import { Certificates } from '../../support/certificates.ts';
import { type Account, CLIENT, LoginProvider } from '../../support/login-provider.ts';

const PUBLIC_URL = 'https://lutra.test';
const HTML = { accept: 'text/html,*/*' };
const certificates = new Certificates();
const provider = await LoginProvider.open(certificates, PUBLIC_URL);
const usual = getCACertificates('default');
after(async () => {
  setDefaultCACertificates(usual);
  await provider[Symbol.asyncDispose]();
  certificates[Symbol.dispose]();
});

const SETTINGS = {
  LUTRA_PUBLIC_URL: `${PUBLIC_URL}/`,
  LUTRA_OIDC_ISSUER: provider.issuer,
  LUTRA_OIDC_CLIENT_ID: CLIENT.id,
  LUTRA_OIDC_CLIENT_SECRET: CLIENT.secret,
  LUTRA_OIDC_ROLES: '{"viewer":["staff"],"operator":["on-call"],"admin":["dba"]}',
  LUTRA_OIDC_LABEL: 'the company',
};

const open = (change: object = {}): Promise<AdminApp> => AdminApp.open({ env: { ...SETTINGS, ...change } });
const cookieOf = (answer: LightMyRequestResponse, name: string): string =>
  [answer.headers['set-cookie'] ?? []]
    .flat()
    .find((line) => line.startsWith(`${name}=`))
    ?.split(';')[0] ?? '';
const codeOf = (answer: LightMyRequestResponse): string => `${answer.statusCode} ${answer.json().code}`;

function account(subject: string, claims: Account): void {
  provider.accounts.set(subject, claims);
}

/** Where nobody listens. */
async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A user whom the provider has brought before. */
function known(admin: AdminApp, name: string, role: Role, more: object = {}): void {
  const from = { issuer: provider.issuer, subject: `subject-of-${name}` };
  admin.putUser({ name, role, passwordHash: '', provider: from, ...more });
}

type Return = { readonly url: string; readonly cookie: string };

/** Up to the return from the provider, in a browser of its own. */
async function returned(admin: AdminApp, subject: string, to = '/channels/shop?tab=history'): Promise<Return> {
  const begun = await admin.call({ url: '/api/v1/oidc/login', query: { to } });
  assert.equal(begun.statusCode, 302, begun.body);
  const back = await provider.walk(String(begun.headers.location), subject);
  assert.equal(back.origin, PUBLIC_URL);
  return { url: `${back.pathname}${back.search}`, cookie: cookieOf(begun, 'lutra_oidc') };
}

const finish = (admin: AdminApp, { url, cookie }: Return, headers: object = {}): Promise<LightMyRequestResponse> =>
  admin.call({ url, headers: { cookie, ...headers } });
const enter = async (admin: AdminApp, subject: string): Promise<LightMyRequestResponse> =>
  finish(admin, await returned(admin, subject));
const logIn = (admin: AdminApp, name: string): Promise<LightMyRequestResponse> =>
  admin.call({ method: 'POST', url: '/api/v1/session', payload: { name, password: PASSWORD } });

test('A9: a provider that is not trusted, not there or no provider is told with what to do, and local users log in meanwhile', async () => {
  await using strange = await open();
  const refused = await strange.call({ url: '/api/v1/oidc/login' });
  assert.equal(codeOf(refused), '503 OIDC_UNREACHABLE');
  assert.match(refused.json().detail, new RegExp(`^the log-in provider ${provider.issuer} .*not of an authority`));
  assert.match(refused.json().remedy, /LUTRA_CA.*local users can log in/);
  trustCa(readConfig({ ...ADMIN_ENV, ...SETTINGS, LUTRA_CA: certificates.ca }).ca);
  assert.equal((await strange.call({ url: '/api/v1/oidc/login' })).statusCode, 302, 'it is asked again');
  for (const [issuer, why] of [
    [`https://localhost:${await closedPort()}`, /ECONNREFUSED/],
    [`${provider.issuer}/elsewhere`, /unexpected HTTP response/],
  ] as const) {
    await using away = await open({ LUTRA_OIDC_ISSUER: issuer });
    const answer = await away.call({ url: '/api/v1/oidc/login', headers: HTML });
    assert.equal(answer.statusCode, 503);
    assert.match(answer.body, why);
    assert.equal((await logIn(away, 'viewer')).statusCode, 200);
  }
});

test('A9: an account of the provider enters with the role of its groups, by a session like any other, and comes back to its page', async () => {
  await using admin = await open();
  known(admin, 'ann', 'operator');
  account('subject-of-ann', { preferred_username: 'Ann', groups: ['staff', 'on-call', 'others'] });
  const entered = await enter(admin, 'subject-of-ann');
  assert.equal(entered.statusCode, 302, entered.body);
  assert.equal(entered.headers.location, '/channels/shop?tab=history');
  assert.match(String(entered.headers['set-cookie']), /lutra_oidc=;/, 'what was brought back is spent');
  const cookie = cookieOf(entered, 'lutra_session');
  const session = await admin.call({ url: '/api/v1/session', headers: { cookie } });
  assert.deepEqual(session.json().user, { name: 'ann', role: 'operator' });
  const start = { method: 'POST', url: '/api/v1/channels/x/start' } as const;
  assert.equal(codeOf(await admin.call({ ...start, headers: { cookie } })), '403 CSRF_TOKEN_WRONG');
  const headers = { cookie, 'x-lutra-csrf': session.json().csrfToken };
  assert.equal((await admin.call({ ...start, headers })).statusCode, 503);
  assert.equal((await admin.call({ url: '/api/v1/users', headers })).statusCode, 403);
  const change = { method: 'PUT', url: '/api/v1/session/password', headers } as const;
  const payload = { current: PASSWORD, next: `${PASSWORD} 2` };
  assert.equal(codeOf(await admin.call({ ...change, payload })), '409 USER_OF_PROVIDER');
  known(admin, 'ann', 'operator', { epoch: 2 });
  assert.equal((await admin.call({ url: '/api/v1/session', headers })).statusCode, 401, 'an admin can end it');
});

test('A9: nobody is sent elsewhere, a local log-in does not take users of the provider, and admins cannot change what it owns', async () => {
  await using admin = await open();
  known(admin, 'ann', 'viewer');
  account('subject-of-ann', { preferred_username: 'ann', groups: 'staff' });
  for (const to of ['//evil.test', 'https://evil.test', '/\\evil.test', '/a\r\nset-cookie: a=b']) {
    const answer = await finish(admin, await returned(admin, 'subject-of-ann', to));
    assert.equal(answer.headers.location, '/', to);
  }
  assert.equal(codeOf(await logIn(admin, 'ann')), '401 LOGIN_FAILED');
  const patch = { method: 'PATCH', url: '/api/v1/users/ann' } as const;
  for (const payload of [{ role: 'admin' }, { password: PASSWORD }])
    assert.equal(codeOf(await admin.call({ ...patch, payload }, admin.tokens.admin)), '409 USER_OF_PROVIDER');
  const { items } = (await admin.call({ url: '/api/v1/users' }, admin.tokens.admin)).json();
  assert.equal(items.find(({ name }: { name: string }) => name === 'ann').provider, provider.issuer);
});

test('A9: without a role, a name, or as somebody else nobody enters: a page for browsers, a problem for programs, and no session', async () => {
  await using admin = await open();
  known(admin, 'off', 'viewer', { isDisabled: true });
  account('no-groups', { preferred_username: 'bob' });
  account('other-groups', { preferred_username: 'bob', groups: ['visitors', 7, null] });
  account('no-name', { groups: ['dba'] });
  account('odd-name', { preferred_username: '<b>Bob</b>', groups: ['dba'] });
  account('not-admin', { preferred_username: 'admin', groups: ['dba'] });
  account('subject-of-off', { preferred_username: 'off', groups: ['staff'] });
  const expected: readonly [subject: string, code: string][] = [
    ['no-groups', '403 OIDC_ROLE_MISSING'],
    ['other-groups', '403 OIDC_ROLE_MISSING'],
    ['no-name', '403 OIDC_CLAIM_MISSING'],
    ['odd-name', '403 OIDC_CLAIM_MISSING'],
    ['not-admin', '409 OIDC_NAME_TAKEN'],
    ['subject-of-off', '403 USER_DISABLED'],
  ];
  for (const [subject, code] of expected) {
    const answer = await enter(admin, subject);
    assert.equal(codeOf(answer), code, subject);
    assert.equal(cookieOf(answer, 'lutra_session'), '');
  }
  const page = await finish(admin, await returned(admin, 'other-groups'), HTML);
  assert.equal(page.statusCode, 403);
  assert.match(String(page.headers['content-type']), /^text\/html/);
  assert.match(String(page.headers['content-security-policy']), /^default-src 'none'; style-src 'sha256-/);
  assert.match(page.body, /bob is known to .*, but has no role.*LUTRA_OIDC_ROLES.*<a href="\/">/s);
});

test('A9: a forged, foreign, repeated or ended answer is no log-in, and guessing ends', async () => {
  await using admin = await open();
  known(admin, 'ann', 'viewer');
  account('subject-of-ann', { preferred_username: 'ann', groups: ['staff'] });
  const good = await returned(admin, 'subject-of-ann');
  const other = await returned(admin, 'subject-of-ann');
  const failed = '401 OIDC_LOGIN_FAILED';
  const tampered = good.url.replace(/state=[^&]+/, 'state=tampered');
  assert.equal(codeOf(await finish(admin, { ...good, url: tampered })), failed, 'another state');
  assert.equal(codeOf(await finish(admin, { ...good, cookie: other.cookie })), failed, 'begun in another browser');
  assert.equal(codeOf(await finish(admin, { ...good, cookie: '' })), failed, 'not begun at all');
  const session = cookieOf(await logIn(admin, 'viewer'), 'lutra_session').replace('lutra_session', 'lutra_oidc');
  assert.equal(codeOf(await finish(admin, { ...good, cookie: session })), failed, 'a cookie sealed for something else');
  const foreign = good.url.replace(/iss=[^&]+/, 'iss=https%3A%2F%2Fevil.test');
  assert.equal(codeOf(await finish(admin, { ...good, url: foreign })), failed, 'of another provider');
  assert.equal((await finish(admin, good)).statusCode, 302, 'the answer itself is good');
  assert.equal(codeOf(await finish(admin, good)), failed, 'used before');
  const ended = other.url.replace(/code=[^&]+/, 'error=access_denied');
  const denied = await finish(admin, { ...other, url: ended });
  assert.match(
    `${codeOf(denied)}: ${denied.json().detail}`,
    /^401 OIDC_LOGIN_FAILED: .*ended the log-in: access_denied/,
  );
  for (let n = 0; n < 6; n++) await finish(admin, good);
  assert.equal(codeOf(await finish(admin, good)), '429 TOO_MANY_LOGINS');
  assert.equal((await logIn(admin, 'viewer')).statusCode, 200, 'local users go on');
});

test('A9: a provider that does not take the client secret is told as such, and never the secret', async () => {
  await using admin = await open({ LUTRA_OIDC_CLIENT_SECRET: 'S3cret-wrong' });
  account('subject-of-ann', { preferred_username: 'ann', groups: ['staff'] });
  const answer = await enter(admin, 'subject-of-ann');
  assert.equal(codeOf(answer), '502 OIDC_CLIENT_REFUSED');
  assert.match(answer.json().remedy, /LUTRA_OIDC_CLIENT_SECRET/);
  assert.ok(!answer.body.includes('S3cret'));
});

test('without settings there is no provider, before the set-up nobody enters by it, and the public route tells its name alone', async () => {
  await using none = await AdminApp.open();
  assert.deepEqual((await none.call({ url: '/api/v1/oidc' })).json(), {});
  for (const url of ['/api/v1/oidc/login', '/api/v1/oidc/callback?code=a&state=b'])
    assert.equal(codeOf(await none.call({ url })), '404 OIDC_OFF');
  await using admin = await open();
  assert.deepEqual((await admin.call({ url: '/api/v1/oidc' })).json(), { label: 'the company' });
  for (const { name } of admin.book.users) admin.book.accept(`user/${name}`, null);
  assert.equal(codeOf(await admin.call({ url: '/api/v1/oidc/login' })), '401 SETUP_NEEDED');
  await using unread = await AdminApp.open({ isKnown: false, env: SETTINGS });
  assert.equal(codeOf(await unread.call({ url: '/api/v1/oidc/login' })), '503 KAFKA_UNREACHABLE');
});

test('settings of the provider that are missing or wrong are named, and never the secret', () => {
  const wrong: [change: Record<string, string>, expected: RegExp][] = [
    [{ LUTRA_OIDC_ISSUER: '' }, /LUTRA_OIDC_\w+ needs LUTRA_OIDC_ISSUER/],
    [{ LUTRA_OIDC_ISSUER: 'http://login.test' }, /LUTRA_OIDC_ISSUER is not an address of HTTPS/],
    [{ LUTRA_OIDC_ISSUER: 'login.test' }, /LUTRA_OIDC_ISSUER is not an address of HTTPS/],
    [{ LUTRA_OIDC_CLIENT_ID: '' }, /LUTRA_OIDC_CLIENT_ID is not set/],
    [{ LUTRA_PUBLIC_URL: '' }, /LUTRA_PUBLIC_URL is not an address/],
    [{ LUTRA_PUBLIC_URL: 'ftp://lutra.test' }, /LUTRA_PUBLIC_URL is not an address/],
    [{ LUTRA_OIDC_ROLES: '' }, /LUTRA_OIDC_ROLES gives nobody a role: write JSON/],
    [{ LUTRA_OIDC_ROLES: '{"root":["dba"]}' }, /LUTRA_OIDC_ROLES gives nobody a role/],
    [{ LUTRA_OIDC_CLIENT_SECRET: '', LUTRA_OIDC_CLIENT_SECRET_FILE: '/nowhere' }, /_SECRET_FILE names \/nowhere/],
  ];
  for (const [change, expected] of wrong)
    assert.throws(
      () => readConfig({ ...ADMIN_ENV, ...SETTINGS, ...change }),
      ({ code, message }) => code === 'SETTING_INVALID' && expected.test(message) && !message.includes(CLIENT.secret),
      JSON.stringify(change),
    );
  const file = { LUTRA_OIDC_CLIENT_SECRET: '', LUTRA_OIDC_CLIENT_SECRET_FILE: certificates.key };
  const { oidc } = readConfig({ ...ADMIN_ENV, ...SETTINGS, ...file, LUTRA_OIDC_LABEL: '' });
  assert.equal(oidc?.clientSecret, readFileSync(certificates.key, 'utf8').trim());
  assert.equal(oidc.label, new URL(provider.issuer).host);
  assert.equal(readConfig(ADMIN_ENV).oidc, undefined);
});
