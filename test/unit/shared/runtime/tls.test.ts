import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer as createHttp } from 'node:http';
import { createServer } from 'node:https';
import { type AddressInfo, createServer as createTcp, type Server as NetServer } from 'node:net';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { readConfig } from '../../../../services/admin-api/config.ts';
import { askRegistry } from '../../../../shared/codec/schema-registry.ts';
import { redisProbe } from '../../../../shared/control/probes.ts';
import { askBrokers } from '../../../../shared/kafka/ask-brokers.ts';
import { kafkaClient } from '../../../../shared/kafka/topic-admin.ts';
import { openConnection } from '../../../../shared/mysql/connection.ts';
import { mysqlTls } from '../../../../shared/mysql/mysql-tls.ts';
import { openLeases } from '../../../../shared/redis/leases.ts';
import { asReplicationError } from '../../../../shared/runtime/errors.ts';
import type { KafkaSecurity } from '../../../../shared/runtime/kafka-settings.ts';
import { createLogger } from '../../../../shared/runtime/log.ts';
import { readServiceSettings } from '../../../../shared/runtime/settings.ts';
import { trustCa } from '../../../../shared/runtime/tls.ts';
import { Certificates } from '../../../support/certificates.ts';
import { eventually } from '../../../support/eventually.ts';

const log = createLogger('test', 'silent');
const good = new Certificates();
const other = new Certificates();
const usual = getCACertificates('default');
const server = createServer(good.material, (_request, response) => response.end('{}'));
const plain = createHttp((_request, response) => response.end('{}'));
const ports = new Map<unknown, number>();
for (const each of [server, plain]) ports.set(each, await listening(each));
after(() => {
  setDefaultCACertificates(usual);
  for (const each of [server, plain]) each.close();
  for (const each of [server, plain]) each.closeAllConnections();
  for (const each of [good, other]) each[Symbol.dispose]();
});

function listening(each: NetServer): Promise<number> {
  return new Promise((resolve) => each.listen(0, '127.0.0.1', () => resolve((each.address() as AddressInfo).port)));
}

async function failure(work: () => Promise<unknown>): Promise<string> {
  try {
    await work();
    return 'no error';
  } catch (error) {
    const { code, message, remedy, treatment } = asReplicationError(error);
    return `${code} (${treatment}): ${message} -> ${remedy}`;
  }
}

function kafka(port: number | undefined, security: KafkaSecurity, host = 'localhost') {
  return { brokers: [`${host}:${port}`], clientId: 'tls-test', log, security };
}

test('a certificate that is not trusted is named by registry, Redis, Kafka and database, with what to do, and is waited for', async () => {
  const port = ports.get(server);
  const registry = await failure(() => askRegistry(`https://localhost:${port}/apis`));
  assert.match(registry, /^REGISTRY_UNREACHABLE \(wait\).*localhost:\d+.*not of an authority.*LUTRA_CA/);
  const url = `rediss://localhost:${port}`;
  const leases = openLeases(url, log);
  await eventually('Redis is tried', () => leases.trouble, { limitMs: 5_000 });
  const redis = await failure(() => redisProbe(url, leases).ask());
  leases.close();
  assert.match(redis, /^REDIS_UNREACHABLE.*localhost:\d+.*not of an authority.*LUTRA_CA/);
  const ca = readFileSync(other.ca, 'utf8');
  for (const ssl of [{}, { ca }]) {
    const refused = await failure(() => askBrokers(kafka(port, { ssl })));
    assert.match(refused, /^KAFKA_UNREACHABLE \(wait\).*localhost:\d+.*not of an authority.*LUTRA_KAFKA_TLS/);
  }
});

test('TLS with a server that speaks none, and a certificate of another host, are told as such', async () => {
  assert.match(
    await failure(() => askBrokers(kafka(ports.get(plain), { ssl: {} }))),
    /^KAFKA_UNREACHABLE.*speak TLS.*turn TLS on/,
  );
  const ssl = { ca: readFileSync(good.ca, 'utf8') };
  assert.match(
    await failure(() => askBrokers(kafka(ports.get(server), { ssl }, '127.0.0.1'))),
    /^KAFKA_UNREACHABLE.*another host/,
  );
});

test('LUTRA_CA is trusted by every connection that names no authority of its own', async () => {
  trustCa(readConfig({ ...ADMIN, LUTRA_CA: good.ca }).ca);
  await askRegistry(`https://localhost:${ports.get(server)}/apis`);
  setDefaultCACertificates(usual);
});

test('Kafka is given certificates and user by both of its clients', () => {
  const settings = readServiceSettings({
    ...SERVICE,
    LUTRA_KAFKA_TLS: good.ca,
    LUTRA_KAFKA_TLS_CERT: good.cert,
    LUTRA_KAFKA_TLS_KEY: good.key,
    LUTRA_KAFKA_SASL: 'SCRAM-SHA-512',
    LUTRA_KAFKA_USER: 'lutra',
    LUTRA_KAFKA_PASSWORD: 'hunter2',
  });
  const ca = readFileSync(good.ca, 'utf8');
  assert.deepEqual(settings.kafkaSecurity, {
    ssl: { ca, ...good.material },
    sasl: { mechanism: 'scram-sha-512', username: 'lutra', password: 'hunter2' },
  });
  assert.doesNotThrow(() => kafkaClient(kafka(1, settings.kafkaSecurity)).admin());
  assert.deepEqual(readServiceSettings(SERVICE).kafkaSecurity, {});
  assert.deepEqual(readConfig({ ...ADMIN, LUTRA_KAFKA_TLS: 'true' }).kafkaSecurity.ssl?.ca, undefined);
});

const SERVICE = { LUTRA_SITE: 'sh', LUTRA_KAFKA: 'a:9092', LUTRA_REGISTRY: 'http://a' };
const ADMIN = { LUTRA_SITE: 'sh', LUTRA_KAFKA: 'a:9092', LUTRA_SITES: '{"sh":{"kafka":"a:9092"}}' };

test('files that are missing or do not fit, and networks that are none, are named with their settings', () => {
  const garbage = join(good.folder, 'garbage.pem');
  writeFileSync(garbage, 'hunter2');
  const wrong: [Record<string, string>, RegExp][] = [
    [{ LUTRA_CA: '/nowhere' }, /LUTRA_CA names \/nowhere/],
    [{ LUTRA_CA: garbage }, /LUTRA_CA names .*not a certificate/],
    [{ LUTRA_KAFKA_TLS: '/nowhere' }, /LUTRA_KAFKA_TLS names \/nowhere/],
    [{ LUTRA_KAFKA_TLS: 'true', LUTRA_KAFKA_TLS_CERT: good.cert }, /LUTRA_KAFKA_TLS_KEY: .*together/],
    [{ LUTRA_KAFKA_TLS_CERT: good.cert }, /need LUTRA_KAFKA_TLS/],
    [{ LUTRA_KAFKA_SASL: 'gssapi' }, /LUTRA_KAFKA_SASL is "gssapi": write one of plain.*LUTRA_KAFKA_USER/],
    [{ LUTRA_SECRET_KEY: 'short' }, /LUTRA_SECRET_KEY is too short/],
  ];
  for (const [env, expected] of wrong) {
    for (const read of [() => readServiceSettings({ ...SERVICE, ...env }), () => readConfig({ ...ADMIN, ...env })])
      assert.throws(read, ({ code, message }) => code === 'SETTING_INVALID' && expected.test(message));
  }
  const registry = { ...SERVICE, LUTRA_REGISTRY: 'https://u:hunter2@a/apis' };
  assert.throws(
    () => readServiceSettings(registry),
    ({ message }) => /LUTRA_REGISTRY holds a user/.test(message) && !message.includes('hunter2'),
  );
  const ofApi: [Record<string, string>, RegExp][] = [
    [{ LUTRA_TLS_CERT: good.cert }, /LUTRA_TLS_CERT and LUTRA_TLS_KEY come only together/],
    [{ LUTRA_TLS_CERT: '/nowhere', LUTRA_TLS_KEY: good.key }, /LUTRA_TLS_CERT names \/nowhere/],
    [{ LUTRA_TLS_CERT: good.cert, LUTRA_TLS_KEY: other.key }, /LUTRA_TLS_KEY: the key is not/],
    [{ LUTRA_TRUST_PROXY: 'yes' }, /LUTRA_TRUST_PROXY holds "yes"/],
    [{ LUTRA_TRUST_PROXY: '10.0.0.0/33' }, /LUTRA_TRUST_PROXY holds "10.0.0.0\/33"/],
  ];
  for (const [env, expected] of ofApi) assert.throws(() => readConfig({ ...ADMIN, ...env }), expected);
});

test('tls of a database says how it is verified, and files that cannot be used are named', async () => {
  assert.deepEqual(mysqlTls('order', undefined), {});
  assert.deepEqual(mysqlTls('order', true), { ssl: { rejectUnauthorized: true, verifyIdentity: true } });
  const ca = readFileSync(good.ca, 'utf8').trimEnd();
  for (const [verify, rejectUnauthorized, verifyIdentity] of [
    [true, true, true],
    ['ca', true, false],
    [false, false, false],
  ] as const)
    assert.deepEqual(mysqlTls('order', { ca: { file: good.ca }, verify }), {
      ssl: { ca, rejectUnauthorized, verifyIdentity },
    });
  assert.match(
    await failure(async () => mysqlTls('order', { ca: { file: '/nowhere' }, verify: true })),
    /^SECRET_MISSING \(block\): tls.ca of database order is expected in the file \/nowhere/,
  );
  assert.match(
    await failure(async () => mysqlTls('order', { ca: { file: good.key }, verify: true })),
    /^SECRET_UNREADABLE \(block\): tls of database order cannot be used: the CA/,
  );
});

test('a database server that goes away in the middle of a login is unreachable, not unexpected', async () => {
  const rude = createTcp((socket) => socket.end());
  const port = await listening(rude);
  const address = { name: 'order', host: '127.0.0.1', port, user: 'u', password: 'p', ...mysqlTls('order', true) };
  assert.match(await failure(() => openConnection(address, 'SOURCE')), /^SOURCE_UNREACHABLE \(wait\)/);
  rude.close();
});
