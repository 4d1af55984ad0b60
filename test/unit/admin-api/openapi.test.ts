import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Validator } from '@seriousme/openapi-schema-validator';
import { AdminApp } from '../../support/admin-app.ts';

test('the OpenAPI document is valid and names every route', async () => {
  await using admin = await AdminApp.open();
  const answer = await admin.call({ url: '/api/v1/openapi.json' }, admin.tokens.viewer);
  const document: Record<string, unknown> = answer.json();
  const { valid, errors } = await new Validator().validate(document);
  assert.ok(valid, JSON.stringify(errors));
  assert.equal(document.openapi, '3.1.0');
  assert.deepEqual(Object.keys(document.paths as object).toSorted(), [
    '/api/v1/apply',
    '/api/v1/audit',
    '/api/v1/channels',
    '/api/v1/channels/{name}',
    '/api/v1/channels/{name}/check',
    '/api/v1/channels/{name}/ddl',
    '/api/v1/channels/{name}/pause',
    '/api/v1/channels/{name}/pipelines/{pipeline}/ddl/{id}/decision',
    '/api/v1/channels/{name}/pipelines/{pipeline}/position',
    '/api/v1/channels/{name}/pipelines/{pipeline}/quarantine/decision',
    '/api/v1/channels/{name}/pipelines/{pipeline}/quarantine/{id}',
    '/api/v1/channels/{name}/pipelines/{pipeline}/quarantine/{id}/decision',
    '/api/v1/channels/{name}/quarantine',
    '/api/v1/channels/{name}/start',
    '/api/v1/channels/{name}/status',
    '/api/v1/check',
    '/api/v1/session',
    '/api/v1/session/password',
    '/api/v1/setup',
    '/api/v1/status',
    '/api/v1/tokens',
    '/api/v1/tokens/{id}',
    '/api/v1/users',
    '/api/v1/users/{name}',
    '/health',
  ]);
});

test('the schema of the document is JSON Schema and describes keys', async () => {
  await using admin = await AdminApp.open();
  const schema = (await admin.call({ url: '/api/v1/schemas/channel' }, admin.tokens.viewer)).json();
  assert.equal(schema.$schema, 'https://json-schema.org/draft/2020-12/schema');
  assert.ok(schema.properties.pipelines);
});

test('every refusal is problem+json with code, detail and remedy', async () => {
  await using admin = await AdminApp.open();
  const yaml = { 'content-type': 'application/yaml' };
  const cases = [
    [{ method: 'GET', url: '/nowhere' }, 404, 'ROUTE_UNKNOWN'],
    [{ method: 'GET', url: '/api/v1/channels?limit=0' }, 400, 'REQUEST_INVALID'],
    [{ method: 'GET', url: '/api/v1/channels/%' }, 400, 'REQUEST_INVALID'],
    [{ method: 'GET', url: '/api/v1/channels' }, 503, 'KAFKA_UNREACHABLE'],
    [
      { method: 'PUT', url: '/api/v1/channels/a', headers: { 'content-type': 'application/xml' }, payload: '<a/>' },
      415,
      'CONTENT_TYPE_UNKNOWN',
    ],
    [{ method: 'PUT', url: '/api/v1/channels/a', headers: yaml, payload: '' }, 400, 'BODY_MISSING'],
    [{ method: 'PUT', url: '/api/v1/channels/a' }, 400, 'BODY_MISSING'],
    [
      { method: 'PUT', url: '/api/v1/channels/a', headers: yaml, payload: 'x'.repeat(1_100_000) },
      413,
      'BODY_TOO_LARGE',
    ],
    [{ method: 'POST', url: '/api/v1/channels/a/start' }, 503, 'KAFKA_UNREACHABLE'],
    [{ method: 'GET', url: `/api/v1/channels/${'a'.repeat(100)}` }, 400, 'REQUEST_INVALID'],
  ] as const;
  for (const [request, status, code] of cases) {
    const answer = await admin.call(request, admin.tokens.admin);
    assert.equal(answer.statusCode, status, `${request.method} ${request.url.slice(0, 40)}: ${answer.body}`);
    assert.match(String(answer.headers['content-type']), /^application\/problem\+json/);
    const body = answer.json();
    assert.equal(body.code, code);
    assert.equal(body.status, status);
    assert.ok(
      body.title &&
        body.detail &&
        body.remedy &&
        body.type.startsWith('urn:lutra:problem:') &&
        Array.isArray(body.problems),
    );
  }
});

test('health says what is waited for while Kafka is away, and metrics answer', async () => {
  await using admin = await AdminApp.open();
  const health = await admin.call({ url: '/health' }, admin.tokens.viewer);
  assert.equal(health.statusCode, 503);
  assert.equal(health.json().reason.code, 'KAFKA_UNREACHABLE');
  const metrics = await admin.call({ url: '/metrics' }, admin.tokens.viewer);
  assert.match(metrics.body, /lutra_admin_kafka_up 0/);
});
