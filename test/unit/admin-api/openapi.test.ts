import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Validator } from '@seriousme/openapi-schema-validator';
import { AuditLog } from '../../../services/admin-api/audit-log.ts';
import { ChannelStore } from '../../../services/admin-api/channel-store.ts';
import { readConfig } from '../../../services/admin-api/config.ts';
import { DdlDesk } from '../../../services/admin-api/ddl-desk.ts';
import { Observatory } from '../../../services/admin-api/observe/observatory.ts';
import { QuarantineDesk } from '../../../services/admin-api/quarantine-desk.ts';
import { type App, createServer } from '../../../services/admin-api/server.ts';
import { StatusView } from '../../../services/admin-api/status-view.ts';
import { createLogger } from '../../../shared/runtime/log.ts';

const ENV = { LUTRA_SITE: 'sh', LUTRA_KAFKA: '127.0.0.1:1', LUTRA_SITES: '{"sh":{"kafka":"127.0.0.1:1"}}' };

/** An application whose Kafka was never reached. */
async function openApp(): Promise<App & AsyncDisposable> {
  const config = readConfig(ENV);
  const log = createLogger('test', 'silent');
  const options = { brokers: config.brokers, clientId: 'test', log };
  const channels = new ChannelStore(options);
  const app = await createServer({
    config,
    channels,
    statuses: new StatusView(options, []),
    ddl: new DdlDesk(options, []),
    audit: new AuditLog(options),
    quarantine: new QuarantineDesk(options, []),
    observatory: new Observatory(options, config),
    log,
  });
  return Object.assign(app, { [Symbol.asyncDispose]: async () => app.close() });
}

test('the OpenAPI document is valid and names every route', async () => {
  await using app = await openApp();
  const answer = await app.inject('/api/v1/openapi.json');
  const document: Record<string, unknown> = answer.json();
  const { valid, errors } = await new Validator().validate(document);
  assert.ok(valid, JSON.stringify(errors));
  assert.equal(document.openapi, '3.1.0');
  assert.deepEqual(Object.keys(document.paths as object).toSorted(), [
    '/api/v1/apply',
    '/api/v1/audit',
    '/api/v1/channels',
    '/api/v1/channels/{name}',
    '/api/v1/channels/{name}/batches',
    '/api/v1/channels/{name}/check',
    '/api/v1/channels/{name}/counters',
    '/api/v1/channels/{name}/ddl',
    '/api/v1/channels/{name}/history',
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
    '/api/v1/diagnostics',
    '/api/v1/logs',
    '/api/v1/nodes',
    '/api/v1/status',
    '/health',
  ]);
});

test('the schema of the document is JSON Schema and describes keys', async () => {
  await using app = await openApp();
  const schema = (await app.inject('/api/v1/schemas/channel')).json();
  assert.equal(schema.$schema, 'https://json-schema.org/draft/2020-12/schema');
  assert.ok(schema.properties.pipelines);
});

test('every refusal is problem+json with code, detail and remedy', async () => {
  await using app = await openApp();
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
    const answer = await app.inject(request);
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
  await using app = await openApp();
  const health = await app.inject('/health');
  assert.equal(health.statusCode, 503);
  assert.equal(health.json().reason.code, 'KAFKA_UNREACHABLE');
  const metrics = await app.inject('/metrics');
  assert.match(metrics.body, /lutra_admin_kafka_up 0/);
});
