import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fastify } from 'fastify';
import { idempotency } from '../../../services/admin-api/idempotency.ts';
import { answerError } from '../../../services/admin-api/problem-reply.ts';
import type { App } from '../../../services/admin-api/server.ts';
import { createLogger } from '../../../shared/runtime/log.ts';

test('a request with an idempotency key is carried out once, also when both come at once; a refusal is judged anew', async () => {
  const app = fastify() as unknown as App;
  app.setErrorHandler(answerError(createLogger('test', 'silent')));
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('text/plain', { parseAs: 'string' }, (_request, body, done) => done(null, body));
  idempotency(app);
  let count = 0;
  app.post('/count', { config: { role: 'public' } }, async ({ body }, reply) => {
    count++;
    await new Promise(setImmediate);
    return body === 'refuse' ? reply.code(409).send({ count }) : reply.code(202).send({ count });
  });
  const post = (key: string, payload = 'x') =>
    app.inject({
      method: 'POST',
      url: '/count',
      payload,
      headers: { 'content-type': 'text/plain', 'idempotency-key': key },
    });

  const [first, second] = await Promise.all([post('a'), post('a')]);
  const third = await post('a');
  assert.deepEqual([first.json(), second.json(), third.json()], [{ count: 1 }, { count: 1 }, { count: 1 }]);
  assert.deepEqual([third.statusCode, third.headers['idempotency-replayed']], [202, 'true']);
  assert.equal((await post('b')).json().count, 2);
  const other = await post('a', 'y');
  assert.deepEqual([other.statusCode, other.json().code], [422, 'IDEMPOTENCY_KEY_REUSED']);
  const refusals = await Promise.all([post('c', 'refuse'), post('c', 'refuse')]);
  assert.deepEqual(
    refusals.map((answer) => answer.statusCode),
    [409, 409],
  );
  assert.equal(count, 4);
  await app.close();
});
