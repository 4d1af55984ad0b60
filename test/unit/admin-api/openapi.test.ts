import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Validator } from '@seriousme/openapi-schema-validator';
import { AdminApp } from '../../support/admin-app.ts';

test('the OpenAPI document is valid', async () => {
  await using admin = await AdminApp.open();
  const answer = await admin.call({ url: '/api/v1/openapi.json' }, admin.tokens.viewer);
  const document: Record<string, unknown> = answer.json();
  const { valid, errors } = await new Validator().validate(document);
  assert.ok(valid, JSON.stringify(errors));
  assert.equal(document.openapi, '3.1.0');
  const paths = new Set(Object.keys(document.paths as object));
  for (const path of ['/health', '/api/v1/channels/{name}', '/api/v1/databases', '/api/v1/diff', '/api/v1/export'])
    assert.ok(paths.has(path), path);
});

test('the page of the API comes whole from here', async () => {
  await using admin = await AdminApp.open();
  const page = await admin.call({ url: '/api/v1/docs' }, admin.tokens.viewer);
  assert.match(String(page.headers['content-type']), /^text\/html/);
  const links = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link = '']) => link);
  assert.ok(links.length >= 3);
  for (const link of links.filter((each) => !each.startsWith('data:'))) {
    assert.doesNotMatch(link, /^(https?:)?\/\//, 'a foreign host');
    assert.equal((await admin.call({ url: `/api/v1/${link}` }, admin.tokens.viewer)).statusCode, 200, link);
  }
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
