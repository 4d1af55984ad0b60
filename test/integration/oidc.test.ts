import assert from 'node:assert/strict';
import { test } from 'node:test';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { readTrustedCa, trustCa } from '../../shared/runtime/tls.ts';
import { readConfig } from '../../stack/config.ts';
import { AdminBench } from '../support/admin-bench.ts';
import { TestBrowser } from '../support/browser.ts';
import { Certificates } from '../support/certificates.ts';
import { CLIENT, LoginProvider } from '../support/login-provider.ts';
import { testStack } from '../support/stack.ts';

/** Of the stack's own block of ports, where no place stands. */
const PORT = 95;

test('A9: people enter by a provider in a browser, in both languages; users, roles and audit follow its groups, and log-out ends the session', async (t) => {
  const stack = await testStack();
  const port = (readConfig(stack.dir)?.basePort ?? 0) + PORT;
  using certificates = new Certificates();
  const usual = getCACertificates('default');
  t.after(() => setDefaultCACertificates(usual));
  trustCa(readTrustedCa({ LUTRA_CA: certificates.ca }, []));
  const publicUrl = `http://127.0.0.1:${port}`;
  await using provider = await LoginProvider.open(certificates, publicUrl);
  await using bench = await AdminBench.open(stack.address('kafka-sh'), {
    LUTRA_HTTP_PORT: String(port),
    LUTRA_PUBLIC_URL: publicUrl,
    LUTRA_OIDC_ISSUER: provider.issuer,
    LUTRA_OIDC_CLIENT_ID: CLIENT.id,
    LUTRA_OIDC_CLIENT_SECRET: CLIENT.secret,
    LUTRA_OIDC_ROLES: '{"viewer":["staff"],"admin":["dba"]}',
    LUTRA_OIDC_LABEL: 'the company',
  });
  const [name, subject] = [`ann-${bench.word}`, `subject-${bench.word}`];
  provider.accounts.set(subject, { preferred_username: name, groups: ['staff'] });
  const ask = async (method: string, path: string): Promise<string> =>
    JSON.stringify((await bench.call(method, `/api/v1${path}`)).body);
  try {
    await using browser = await TestBrowser.open(bench.url, { anyCertificate: true });
    const page = await browser.page();
    await page.goto('/channels');
    const button = page.getByRole('link', { name: 'Sign in with the company' });
    await button.waitFor();
    assert.deepEqual(await browser.accessibilityFaults(page), []);
    await browser.picture(page, 'login-provider');
    await button.click();
    await page.fill('input[name=login]', subject);
    await page.fill('input[name=password]', 'any');
    await page.click('button[type=submit]');
    await page.waitForURL(`${publicUrl}/channels`);
    await page.getByText(name).first().waitFor();
    assert.match(await ask('GET', `/users?filter=${name}`), /"role":"viewer".*"provider":"https:\/\/localhost/);
    const audit = await ask('GET', `/audit?by=${name}`);
    assert.match(audit, new RegExp(`"what":"user ${name} made by a log-in at ${provider.issuer}"`));
    assert.match(audit, new RegExp(`"subject":"${subject}"`));

    const chinese = await browser.page({ theme: 'dark', language: 'zh' });
    await chinese.goto('/');
    await chinese.getByRole('link', { name: '使用 the company 登录' }).waitFor();
    assert.deepEqual(await browser.accessibilityFaults(chinese), []);
    await browser.picture(chinese, 'login-provider-zh-dark');
    provider.accounts.set('stranger', { preferred_username: 'stranger', groups: [] });
    await chinese.getByRole('link', { name: 'the company' }).click();
    await chinese.fill('input[name=login]', 'stranger');
    await chinese.fill('input[name=password]', 'any');
    await chinese.click('button[type=submit]');
    await chinese.getByText('OIDC_ROLE_MISSING').waitFor();
    await browser.picture(chinese, 'login-provider-refused');

    provider.accounts.set(subject, { preferred_username: `${name}-renamed`, groups: ['dba'] });
    const again = await enter(bench.url, provider, subject);
    assert.deepEqual(again.user, { name, role: 'admin' }, 'another name there is the same user, with the new role');
    assert.match(await ask('GET', `/audit?by=${name}`), new RegExp(`"what":"user ${name} changed by a log-in at`));
    const headers = { cookie: again.cookie, 'x-lutra-csrf': again.csrfToken };
    assert.equal((await fetch(`${bench.url}/api/v1/users`, { headers })).status, 200);
    const bye = await fetch(`${bench.url}/api/v1/session`, { method: 'DELETE', headers });
    assert.equal(bye.status, 204);
    assert.match(bye.headers.getSetCookie().join(), /lutra_session=;/);
    await bench.call('PATCH', `/api/v1/users/${name}`, '{"disabled":true}', { 'content-type': 'application/json' });
    assert.equal((await fetch(`${bench.url}/api/v1/users`, { headers })).status, 401);
  } finally {
    await bench.call('DELETE', `/api/v1/users/${name}`);
  }
});

type Entered = { readonly user: object; readonly csrfToken: string; readonly cookie: string };

async function enter(url: string, provider: LoginProvider, subject: string): Promise<Entered> {
  const begun = await fetch(`${url}/api/v1/oidc/login`, { redirect: 'manual' });
  const back = await provider.walk(begun.headers.get('location') ?? '', subject);
  const cookies = (answer: Response): string =>
    answer.headers
      .getSetCookie()
      .map((line) => line.split(';')[0])
      .join('; ');
  const entered = await fetch(back, { redirect: 'manual', headers: { cookie: cookies(begun) } });
  assert.equal(entered.status, 302, await entered.text());
  const cookie = cookies(entered);
  const session = await fetch(`${url}/api/v1/session`, { headers: { cookie } });
  return { ...((await session.json()) as Omit<Entered, 'cookie'>), cookie };
}
