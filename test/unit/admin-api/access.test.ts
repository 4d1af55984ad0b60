import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fastify, type LightMyRequestResponse } from 'fastify';
import { AccessStore } from '../../../services/admin-api/access/access-store.ts';
import { guard } from '../../../services/admin-api/access/gate.ts';
import { hashPassword } from '../../../services/admin-api/access/password.ts';
import { hasRole, type Role, type RouteRole, roleSchema } from '../../../services/admin-api/access/role.ts';
import { readConfig } from '../../../services/admin-api/config.ts';
import type { App } from '../../../services/admin-api/server.ts';
import { createLogger } from '../../../shared/runtime/log.ts';
import { ADMIN_ENV, AdminApp, PASSWORD } from '../../support/admin-app.ts';
import { runCli } from '../../support/admin-bench.ts';

const NOWHERE = { brokers: ['127.0.0.1:1'], clientId: 'test', log: createLogger('test', 'silent') };

type Route = { readonly method: string; readonly url: string; readonly role: RouteRole };

/** What each route must ask for, told apart from the routes themselves: the first that fits counts. */
const EXPECTED: readonly [method: RegExp, path: RegExp, role: RouteRole][] = [
  [/POST|GET/, /^\/api\/v1\/(session|setup)$/, 'public'],
  [/GET/, /^\/api\/v1\/oidc(\/login|\/callback)?$/, 'public'],
  [/GET/, /^\/(health|ready)$/, 'public'],
  [/GET/, /^\/(?!api\/|metrics)/, 'public'],
  [/DELETE|PUT/, /^\/api\/v1\/session(\/password)?$/, 'viewer'],
  [/./, /^\/api\/v1\/tokens(\/|$)/, 'viewer'],
  [/./, /^\/api\/v1\/users(\/|$)/, 'admin'],
  [/GET/, /^\/api\/v1\/export$/, 'admin'],
  [/./, /^\/api\/v1\/alarm-rules(\/|$)/, 'admin'],
  [/GET/, /./, 'viewer'],
  [/POST/, /\/(start|pause|stop|position|check|decision|resync)$/, 'operator'],
  [/./, /./, 'admin'],
];
const ENDLESS = '/api/v1/events';
/** Documents of a request are not stored, but the servers that they name are connected to, with passwords of the process. */
const ADMINS_ONLY = /^\/api\/v1\/(check|diff|preview|databases\/check)$/;

function expectedRole(method: string, url: string): RouteRole {
  if (method === 'POST' && ADMINS_ONLY.test(url)) return 'admin';
  const [, , role] = EXPECTED.find(([methods, paths]) => methods.test(method) && paths.test(url)) ?? [];
  assert.ok(role);
  return role;
}

/** Every route as the router has it. */
function routesOf({ app }: AdminApp): Route[] {
  return app.routesWithRoles.filter(({ method }) => method !== 'HEAD');
}

const code = (answer: LightMyRequestResponse): unknown => JSON.parse(answer.body).code;
const login = (admin: AdminApp, name: string, password: string, remoteAddress = '10.0.0.1') =>
  admin.call({ method: 'POST', url: '/api/v1/session', payload: { name, password }, remoteAddress });
const cookieOf = (answer: LightMyRequestResponse): string => String(answer.headers['set-cookie']).split(';')[0] ?? '';

test('regression 24: every route refuses who has not its role: nobody with 401, the lower roles with 403', async () => {
  await using admin = await AdminApp.open();
  const routes = routesOf(admin);
  assert.ok(routes.length >= 25, `${routes.length} routes`);
  const text = admin.app.printRoutes({ commonPrefix: false });
  assert.equal(text.match(/\((?:GET|POST|PUT|PATCH|DELETE)/g)?.length, new Set(routes.map(({ url }) => url)).size);
  for (const { method, url, role } of routes) {
    assert.equal(role, expectedRole(method, url), `${method} ${url}`);
    const request = { method, url: url.replaceAll(/:\w+/g, '1-1-1'), payload: '{}', headers: JSON_TYPE } as const;
    const callers: readonly (Role | undefined)[] = [undefined, ...roleSchema.options];
    for (const caller of callers) {
      if (url === ENDLESS && caller !== undefined) continue; // the answer to who may listen does not end
      const { statusCode } = await admin.call(
        request as never,
        caller === undefined ? undefined : admin.tokens[caller],
      );
      const who = `${caller ?? 'nobody'} at ${method} ${url}: ${statusCode}`;
      if (role === 'public') continue;
      if (caller === undefined) assert.equal(statusCode, 401, who);
      else if (hasRole(caller, role)) assert.ok(statusCode !== 401 && statusCode !== 403, who);
      else assert.equal(statusCode, 403, who);
    }
  }
});

test('A9: nobody learns anything: health says only whether it is well, and unknown tokens and cookies are nobody', async () => {
  await using admin = await AdminApp.open();
  assert.deepEqual((await admin.call({ url: '/health' })).json(), { status: 'waiting', code: 'KAFKA_UNREACHABLE' });
  const strangers = [
    `lutra_${'0'.repeat(12)}_${'A'.repeat(43)}`,
    `${admin.tokens.admin.slice(0, -1)}${admin.tokens.admin.endsWith('A') ? 'B' : 'A'}`,
    'root',
    admin.putToken('viewer', 'viewer', { expiresAt: Date.now() - 1 }),
    admin.putToken('gone', 'admin'),
  ];
  for (const token of strangers) {
    const answer = await admin.call({ url: '/api/v1/channels' }, token);
    assert.deepEqual([answer.statusCode, code(answer)], [401, 'NOT_LOGGED_IN'], token);
  }
  const forged = await admin.call({ url: '/api/v1/session', headers: { cookie: 'lutra_session=YWJj%3BYWJj' } });
  assert.equal(forged.statusCode, 401);
  await using unread = await AdminApp.open({ isKnown: false });
  const early = await unread.call({ url: '/api/v1/channels' }, admin.tokens.admin);
  assert.deepEqual([early.statusCode, code(early)], [503, 'KAFKA_UNREACHABLE']);
});

test('a token does no more than its owner may: lowered, disabled and deleted owners count at once', async () => {
  await using admin = await AdminApp.open();
  const passwordHash = '';
  const create = { method: 'POST', url: '/api/v1/channels/x/start' } as const;
  admin.putUser({ name: 'ann', role: 'operator', passwordHash });
  const token = admin.putToken('ann', 'admin');
  assert.equal((await admin.call(create, token)).statusCode, 503);
  admin.putUser({ name: 'ann', role: 'viewer', passwordHash });
  assert.equal((await admin.call(create, token)).statusCode, 403);
  admin.putUser({ name: 'ann', role: 'admin', passwordHash, isDisabled: true });
  assert.equal((await admin.call(create, token)).statusCode, 401);
  admin.putUser({ name: 'ann', role: 'admin', passwordHash, createdAt: 3 });
  assert.equal((await admin.call(create, token)).statusCode, 401, 'a user who was made anew under the name');
  const weak = { method: 'POST', url: '/api/v1/tokens', payload: { name: 'more', role: 'admin' } } as const;
  assert.equal((await admin.call(weak, admin.tokens.operator)).statusCode, 403);
});

test('A9: a session reads; it changes nothing without its token against forged requests; another password ends it', async () => {
  await using admin = await AdminApp.open();
  const entered = await login(admin, 'Operator', PASSWORD);
  assert.equal(entered.statusCode, 200, entered.body);
  const setCookie = String(entered.headers['set-cookie']);
  assert.match(setCookie, /HttpOnly/);
  assert.match(setCookie, /SameSite=Strict/);
  const cookie = cookieOf(entered);
  const { csrfToken } = entered.json();
  const start = { method: 'POST', url: '/api/v1/channels/x/start' } as const;
  assert.deepEqual((await admin.call({ url: '/api/v1/session', headers: { cookie } })).json().user, {
    name: 'operator',
    role: 'operator',
  });
  for (const headers of [{ cookie }, { cookie, 'x-lutra-csrf': 'wrong' }]) {
    const forged = await admin.call({ ...start, headers });
    assert.deepEqual([forged.statusCode, code(forged)], [403, 'CSRF_TOKEN_WRONG']);
  }
  assert.equal((await admin.call({ ...start, headers: { cookie, 'x-lutra-csrf': csrfToken } })).statusCode, 503);
  const form = { 'content-type': 'text/plain' };
  const foreign = { name: 'admin', password: PASSWORD };
  assert.equal(
    (await admin.call({ method: 'POST', url: '/api/v1/session', payload: JSON.stringify(foreign), headers: form }))
      .statusCode,
    415,
    'a form of another site cannot log its visitor in',
  );
  admin.putUser({ name: 'operator', role: 'operator', passwordHash: await hashPassword('another'), epoch: 2 });
  assert.equal((await admin.call({ url: '/api/v1/session', headers: { cookie } })).statusCode, 401);
});

test('A9: who has a password of somebody else can do nothing before changing it', async () => {
  await using admin = await AdminApp.open();
  const passwordHash = await hashPassword(PASSWORD);
  admin.putUser({ name: 'new', role: 'admin', passwordHash, mustChangePassword: true });
  const entered = await login(admin, 'new', PASSWORD);
  assert.equal(entered.json().mustChangePassword, true);
  const headers = { cookie: cookieOf(entered), 'x-lutra-csrf': entered.json().csrfToken };
  for (const { method, url, role } of routesOf(admin)) {
    if (role === 'public' || url.startsWith('/api/v1/session')) continue;
    const answer = await admin.call({ method: method as 'GET', url: url.replaceAll(/:\w+/g, '1-1-1'), headers });
    assert.deepEqual([answer.statusCode, code(answer)], [403, 'PASSWORD_CHANGE_NEEDED'], `${method} ${url}`);
  }
  const change = { method: 'PUT', url: '/api/v1/session/password', headers } as const;
  const short = await admin.call({ ...change, payload: { current: PASSWORD, next: 'short' } });
  assert.equal(short.statusCode, 422);
  assert.ok(!short.body.includes(PASSWORD));
  const same = await admin.call({ ...change, payload: { current: PASSWORD, next: PASSWORD } });
  assert.deepEqual([same.statusCode, code(same)], [422, 'PASSWORD_SAME']);
});

test('guessing ends after ten attempts, by name and address; unknown names answer as known ones do', async () => {
  await using admin = await AdminApp.open();
  for (const name of ['viewer', 'nobody-of-this-name']) {
    for (let attempt = 0; attempt < 10; attempt++) {
      const wrong = await login(admin, name, 'not the password');
      assert.deepEqual([wrong.statusCode, code(wrong)], [401, 'LOGIN_FAILED']);
    }
    const late = await login(admin, name, PASSWORD);
    assert.deepEqual([late.statusCode, code(late)], [429, 'TOO_MANY_LOGINS']);
    assert.ok(Number(late.headers['retry-after']) > 0);
  }
  assert.equal((await login(admin, 'viewer', PASSWORD, '10.0.0.2')).statusCode, 200, 'from elsewhere it goes on');
  assert.equal((await login(admin, 'operator', PASSWORD)).statusCode, 200, 'and so does another name');
});

test('without users everything says that the set-up is needed; a wrong set-up token makes none', async () => {
  await using admin = await AdminApp.open();
  for (const { name } of admin.book.users) admin.book.accept(`user/${name}`, null);
  const answer = await admin.call({ url: '/api/v1/session' });
  assert.deepEqual([answer.statusCode, code(answer)], [401, 'SETUP_NEEDED']);
  const payload = { token: 'a wrong set-up token', name: 'root', password: PASSWORD };
  const refused = await admin.call({ method: 'POST', url: '/api/v1/setup', payload });
  assert.deepEqual([refused.statusCode, code(refused)], [401, 'SETUP_TOKEN_WRONG']);
  assert.equal(admin.book.users.length, 0);
});

test('answers bear security headers and tell nothing of the server', async () => {
  await using admin = await AdminApp.open();
  const { headers } = await admin.call({ url: '/api/v1/session' });
  assert.match(String(headers['content-security-policy']), /^default-src 'self'/);
  assert.equal(headers['x-content-type-options'], 'nosniff');
  assert.equal(headers['x-frame-options'], 'DENY');
  assert.equal(headers['cache-control'], 'no-store');
  assert.equal(headers.server, undefined);
  assert.equal(headers['x-powered-by'], undefined);
});

test('metrics are for viewers, or for all where LUTRA_METRICS_OPEN says so', async () => {
  await using closed = await AdminApp.open();
  assert.equal((await closed.call({ url: '/metrics' })).statusCode, 401);
  assert.equal((await closed.call({ url: '/metrics' }, closed.tokens.viewer)).statusCode, 200);
  await using open = await AdminApp.open({ env: { LUTRA_METRICS_OPEN: 'true' } });
  assert.equal((await open.call({ url: '/metrics' })).statusCode, 200);
});

test('a route that declares no role does not boot', async () => {
  const app = fastify() as unknown as App;
  await guard(app, readConfig(ADMIN_ENV), new AccessStore(NOWHERE));
  assert.throws(() => app.get('/open', async () => 'secret'), /GET \/open declares no role/);
  await app.close();
});

test('the command line says who one is, and ends with 4 when it is nobody', async () => {
  await using admin = await AdminApp.open();
  const server = await admin.app.listen({ port: 0 });
  const known = await runCli(['--server', server, 'whoami'], { token: admin.tokens.operator });
  assert.equal(known.out, `operator, operator, at ${server}\n`);
  const unknown = await runCli(['--server', server, 'whoami']);
  assert.equal(unknown.code, 4);
  assert.match(unknown.err, /^not logged in at http:\S+: .*lutra login/);
});

const JSON_TYPE = { 'content-type': 'application/json' };
