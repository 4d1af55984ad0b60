import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { openProducer } from '../../shared/kafka/record-producer.ts';
import { createLogger } from '../../shared/runtime/log.ts';
import { USERS_TOPIC } from '../../topics/topics.ts';
import { TestBrowser } from '../support/browser.ts';
import { eventually } from '../support/eventually.ts';
import { FurtherProcess } from '../support/further-process.ts';
import { testStack } from '../support/stack.ts';

/** Kafka us keeps no users of its own, so an admin API there is at its first start. The names are those of the access test, which forgets them too. */
const stack = await testStack();
const FIRST = 'the first password';
const GIVEN = 'given by an admin';
const CHOSEN = 'chosen by the user';
after(forgetUsers);

async function forgetUsers(): Promise<void> {
  const log = createLogger('test', 'silent');
  const producer = openProducer({ brokers: [stack.address('kafka-us')], clientId: 'console-test', log });
  const none = ['user/root', 'user/ann'].map((key) => ({ key, value: null }));
  await producer.put(USERS_TOPIC, none).catch(() => {});
  await producer.close();
}

test('console: the set-up token of the log makes the first admin, who lets in a user that has to change the password first', async () => {
  await forgetUsers();
  await using api = new FurtherProcess(stack, {
    role: 'admin-api',
    site: 'us',
    env: { LUTRA_SITES: JSON.stringify({ us: { kafka: stack.address('kafka-us') } }), LUTRA_HTTP_PORT: '0' },
  });
  const log = (): string => readFileSync(api.log, 'utf8');
  const port = await eventually('it listens', () => /"port":(\d+),"msg":"listening"/.exec(log())?.[1]);
  const token = await eventually('the log shows a token', () => /set-up token (\S{32}) /.exec(log())?.[1]);
  const url = `http://127.0.0.1:${port}`;
  await using browser = await TestBrowser.open(url);
  const page = await browser.page();

  await page.goto('/');
  await page.getByLabel('Set-up token').fill('not the token at all, but as long');
  await page.getByLabel('Name').fill('root');
  await page.getByLabel('New password', { exact: true }).fill(FIRST);
  await page.getByLabel('The new password again').fill(FIRST);
  await page.getByRole('button', { name: 'Create the administrator' }).click();
  await page.getByRole('alert').waitFor();
  await browser.picture(page, 'set-up');
  await page.getByLabel('Set-up token').fill(token);
  await page.getByRole('button', { name: 'Create the administrator' }).click();
  await page.getByRole('heading', { name: 'Channels' }).waitFor();

  await page.getByRole('link', { name: 'Users and tokens' }).click();
  await page.getByRole('button', { name: 'Add user' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill('ann');
  await dialog.getByLabel('Role').selectOption('operator');
  await dialog.getByLabel('First password').fill(GIVEN);
  await dialog.getByRole('button', { name: 'Add user' }).click();
  await page.getByText('Has to change the password').waitFor();
  await browser.picture(page, 'users');

  const other = await browser.page({ theme: 'dark', language: 'zh' });
  await other.goto('/users');
  await other.getByLabel('用户名').fill('ann');
  await other.getByLabel('密码').fill(GIVEN);
  await other.getByRole('button', { name: '登录' }).click();
  await other.getByLabel('当前密码').fill(GIVEN);
  await browser.picture(other, 'change-password-dark-zh');
  await other.getByLabel('新密码', { exact: true }).fill(CHOSEN);
  await other.getByLabel('再次输入新密码').fill(CHOSEN);
  await other.getByRole('button', { name: '修改密码' }).click();
  await other.getByRole('heading', { name: '用户与令牌' }).waitFor();
  assert.equal(await other.getByRole('button', { name: '添加用户' }).isDisabled(), true, 'an operator adds no users');
  await other.getByRole('button', { name: '退出登录' }).click();
  await other.getByRole('button', { name: '登录' }).waitFor();
  assert.deepEqual(browser.faults, []);
});
