import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fastify } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { answerError, answerUnknownRoute } from '../../../services/admin-api/problem-reply.ts';
import { consoleRoutes } from '../../../services/admin-api/routes/console.ts';
import { createLogger } from '../../../shared/runtime/log.ts';

const folder = mkdtempSync(join(tmpdir(), 'lutra-console-'));
after(() => rmSync(folder, { recursive: true }));
mkdirSync(join(folder, 'built', 'assets'), { recursive: true });
writeFileSync(join(folder, 'secret.txt'), 'not for anybody');
writeFileSync(join(folder, 'built', 'index.html'), '<!doctype html>the page');
writeFileSync(join(folder, 'built', 'theme.js'), 'theme()');
writeFileSync(join(folder, 'built', 'assets', 'index-1a2b.js'), 'start()');

async function serve(built: string) {
  const app = fastify({ https: null }).withTypeProvider<ZodTypeProvider>();
  app.setErrorHandler(answerError(createLogger('test', 'silent')));
  app.setNotFoundHandler(answerUnknownRoute);
  await consoleRoutes(app, join(folder, built));
  const get = (url: string, accept = 'text/html,*/*') => app.inject({ url, headers: { accept } });
  return Object.assign(app, { get, [Symbol.asyncDispose]: async () => app.close() });
}

test('an address of the console answers its page, asked for anew each time; hashed files are kept for a year', async () => {
  await using app = await serve('built');
  for (const url of ['/', '/channels/shop/quarantine', '/new']) {
    const page = await app.get(url);
    assert.equal(page.body, '<!doctype html>the page', url);
    assert.match(String(page.headers['content-type']), /^text\/html/);
    assert.equal(page.headers['cache-control'], 'no-cache');
  }
  const script = await app.get('/assets/index-1a2b.js', '*/*');
  assert.equal(script.body, 'start()');
  assert.match(String(script.headers['content-type']), /javascript/);
  assert.equal(script.headers['cache-control'], 'public, max-age=31536000, immutable');
  assert.equal((await app.get('/theme.js', '*/*')).headers['cache-control'], 'no-cache');
});

test('what is no page and no file of the console is an unknown route, and nothing outside of its folder is served', async () => {
  await using app = await serve('built');
  const refused = [
    ['/api/v1/nothing', 'text/html'],
    ['/channels/shop', 'application/json'],
    ['/assets/gone.js', '*/*'],
    ['/assets/../../secret.txt', '*/*'],
    ['/assets/%2e%2e/%2e%2e/secret.txt', '*/*'],
    ['/assets/..%2f..%2fsecret.txt', 'text/html'],
  ] as const;
  for (const [url, accept] of refused) {
    const answer = await app.get(url, accept);
    assert.ok([403, 404].includes(answer.statusCode), `${url}: ${answer.statusCode}`);
    assert.doesNotMatch(answer.body, /not for anybody/);
  }
});

test('a checkout without a built console says how to build it', async () => {
  await using app = await serve('nothing');
  const answer = await app.get('/');
  assert.deepEqual([answer.statusCode, answer.json().code], [404, 'CONSOLE_NOT_BUILT']);
  assert.match(answer.json().remedy, /npm run console -- build/);
});
