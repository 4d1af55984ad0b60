import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import kafkajs, { type AclEntry } from 'kafkajs';
import { query, run, serverAt } from '../../demo/servers.ts';
import { diagnosticsSchema } from '../../services/admin-api/schemas/nodes.ts';
import { askBrokers } from '../../shared/kafka/ask-brokers.ts';
import type { KafkaAddress } from '../../shared/kafka/cluster.ts';
import { ensureTopic, kafkaClient } from '../../shared/kafka/topic-admin.ts';
import { asReplicationError } from '../../shared/runtime/errors.ts';
import type { KafkaSecurity } from '../../shared/runtime/kafka-settings.ts';
import type { StackHandle } from '../../stack/api.ts';
import { AdminBench } from '../support/admin-bench.ts';
import { Certificates } from '../support/certificates.ts';
import { eventually } from '../support/eventually.ts';
import { databaseAt } from '../support/flow.ts';
import { FurtherProcess } from '../support/further-process.ts';
import { SecureBroker } from '../support/secure-broker.ts';
import { testStack } from '../support/stack.ts';

const PASSWORDS = { root: 'S3cret-of-root', lutra: 'S3cret-of-lutra' };
const SCRAM = 'scram-sha-256';
const own = new Certificates();
const strange = new Certificates();
const ca = readFileSync(own.ca, 'utf8');
let stack: StackHandle;
let broker: SecureBroker;

before(async () => {
  Object.assign(process.env, { LUTRA_DB_PASSWORD: 'lutra', LUTRA_LOAD_PASSWORD: 'lutra_load' });
  stack = await testStack();
  broker = await SecureBroker.open(stack, own, PASSWORDS);
  await allow();
});
after(async () => {
  await broker?.[Symbol.asyncDispose]();
  for (const each of [own, strange]) each[Symbol.dispose]();
});

const sasl = (
  username: string,
  password: string,
  mechanism: 'plain' | typeof SCRAM = SCRAM,
): NonNullable<KafkaSecurity['sasl']> => ({
  mechanism,
  username,
  password,
});
/** Settings of a process that reaches the broker as it should. */
const settings = (): Record<string, string> => ({
  LUTRA_KAFKA: `localhost:${broker.ports.sasl}`,
  LUTRA_KAFKA_TLS: own.ca,
  LUTRA_KAFKA_SASL: SCRAM,
  LUTRA_KAFKA_USER: 'lutra',
  LUTRA_KAFKA_PASSWORD: PASSWORDS.lutra,
});

/** The rights of docs/security.md, and no other. */
async function allow(): Promise<void> {
  const { AclOperationTypes: may, AclResourceTypes: on, AclPermissionTypes, ResourcePatternTypes } = kafkajs;
  const rights = [
    ...[may.CREATE, may.READ, may.WRITE, may.DESCRIBE, may.DESCRIBE_CONFIGS].map((operation) => [on.TOPIC, operation]),
    ...[may.READ, may.DESCRIBE].map((operation) => [on.GROUP, operation]),
    ...[may.WRITE, may.DESCRIBE].map((operation) => [on.TRANSACTIONAL_ID, operation]),
  ] as const;
  const acl = rights.map(
    ([resourceType, operation]): AclEntry => ({
      resourceType: resourceType as kafkajs.AclResourceTypes,
      operation: operation as kafkajs.AclOperationTypes,
      resourceName: 'lutra.',
      resourcePatternType: ResourcePatternTypes.PREFIXED,
      principal: 'User:lutra',
      host: '*',
      permissionType: AclPermissionTypes.ALLOW,
    }),
  );
  const admin = kafkaClient(broker.address({ ssl: { ca }, sasl: sasl('root', PASSWORDS.root) })).admin();
  await admin.connect();
  await admin.createAcls({ acl });
  await admin.disconnect();
}

async function failure(address: KafkaAddress, ask: (to: KafkaAddress) => Promise<void> = askBrokers): Promise<string> {
  const began = performance.now();
  try {
    await ask(address);
    return 'no error';
  } catch (error) {
    const { code, message, remedy } = asReplicationError(error);
    assert.ok(performance.now() - began < 10_000, `told after ${performance.now() - began} ms`);
    return `${code}: ${message} -> ${remedy}`;
  }
}

test('A9: certificates of the client and PLAIN are taken, and whatever a broker refuses is told with what to do, soon and without secrets', async () => {
  const { mutual, plain, sasl: port } = broker.ports;
  const ssl = { ca };
  const right = sasl('lutra', PASSWORDS.lutra);
  const taken = [
    broker.address({ ssl: { ca, ...own.material } }, mutual),
    broker.address({ ssl, sasl: sasl('plain', PASSWORDS.lutra, 'plain') }),
  ];
  for (const address of taken)
    await eventually('the broker takes the client', () => askBrokers(address).then(() => true));
  const topic = { name: 'lutra.of-a-stranger', partitions: 1, config: {} };
  const make = (to: KafkaAddress): Promise<void> => ensureTopic(to, topic);
  const refused: [RegExp, Promise<string>][] = [
    [
      /does not take the user.*LUTRA_KAFKA_PASSWORD/,
      failure(broker.address({ ssl, sasl: sasl('lutra', 'S3cret-wrong') })),
    ],
    [
      /does not take the user.*LUTRA_KAFKA_USER/,
      failure(broker.address({ ssl, sasl: sasl('nobody', PASSWORDS.lutra) })),
    ],
    [
      /does not take the user.*LUTRA_KAFKA_SASL/,
      failure(broker.address({ ssl, sasl: { ...right, mechanism: 'scram-sha-512' } })),
    ],
    [
      /ACLs do not allow.*docs\/security/,
      failure(broker.address({ ssl, sasl: sasl('plain', PASSWORDS.lutra, 'plain') }), make),
    ],
    [
      /not of an authority.*LUTRA_KAFKA_TLS/,
      failure(broker.address({ ssl: { ca: readFileSync(strange.ca, 'utf8') }, sasl: right })),
    ],
    [
      /certificate is of another host.*address the server by a name that its certificate bears, or give it another certificate$/,
      failure(broker.address({ ssl, sasl: right }, port, '127.0.0.1')),
    ],
    [/closes the connection.*want TLS or a user.*LUTRA_KAFKA_TLS/, failure(broker.address({}))],
    [/closes the connection.*want TLS or a user.*LUTRA_KAFKA_TLS/, failure(broker.address({ sasl: right }))],
    [/closes the connection.*a user.*LUTRA_KAFKA_SASL/, failure(broker.address({ ssl }))],
    [/TLS handshake fails.*certificate of the client/, failure(broker.address({ ssl }, mutual))],
    [/TLS.*speak no TLS at this port/, failure(broker.address({ ssl, sasl: right }, plain))],
    [/does not take the user.*LUTRA_KAFKA_SASL/, failure(broker.address({ sasl: right }, plain))],
  ];
  for (const [at, [expected, told]] of refused.entries()) {
    const text = await told;
    assert.match(text, new RegExp(`^KAFKA_UNREACHABLE: .*${expected.source}`), `case ${at}: ${text}`);
    assert.ok(!text.includes('S3cret'), text);
  }
});

test('A9: a process that a broker refuses says why and what to do, and waits', async () => {
  const wrong = { LUTRA_KAFKA_PASSWORD: 'S3cret-wrong' };
  const cases = [
    { role: 'loader', change: wrong, says: /does not take the user/ },
    { role: 'selector', change: { LUTRA_KAFKA_TLS: strange.ca }, says: /not of an authority/ },
    { role: 'admin-api', change: wrong, says: /does not take the user/ },
    { role: 'loader', change: { LUTRA_KAFKA_TLS: '', LUTRA_KAFKA_SASL: '' }, says: /closes the connection/ },
  ] as const;
  const sites = JSON.stringify({ sh: { kafka: `localhost:${broker.ports.sasl}` } });
  await using started = new AsyncDisposableStack();
  const told = cases.map(async ({ role, change, says }) => {
    const env = { ...settings(), LUTRA_HTTP_PORT: '0', LUTRA_SITES: sites, ...change };
    const process = started.use(new FurtherProcess(stack, { role, site: 'sh', env }));
    const text = (): string => readFileSync(process.log, 'utf8');
    const lines = (): string[] =>
      text()
        .split('\n')
        .filter((line) => says.test(line));
    await eventually(`the ${role} says why`, () => lines().length > 0, { limitMs: 90_000, describe: text });
    const [line = ''] = lines();
    assert.match(line, /"code":"KAFKA_UNREACHABLE"/);
    assert.match(line, /"remedy":".*LUTRA_KAFKA/);
    assert.ok(!/S3cret|\\n +at /.test(text()), text());
  });
  await Promise.all(told);
});

test('A9: rows flow over a Kafka with TLS, SCRAM and the rights that the manual lists; checks, positions and moves work', async () => {
  await using bench = await AdminBench.open(`localhost:${broker.ports.sasl}`, settings());
  const { site, word } = bench;
  const schema = `k_${word}`;
  const source = serverAt(stack.address('order'));
  const target = serverAt(stack.address('otter'));
  for (const server of [source, target])
    await run(server, [`CREATE DATABASE ${schema}`, `CREATE TABLE ${schema}.t (id INT PRIMARY KEY)`]);
  const env = { LUTRA_SITE: site, ...settings() };
  await using selector = new FurtherProcess(stack, { role: 'selector', site: 'sh', env });
  await using loader = new FurtherProcess(stack, { role: 'loader', site: 'us', env });
  const channel = bench.channel('secure');
  const document = {
    apiVersion: 'lutra/v1',
    kind: 'Channel',
    name: channel,
    databases: {
      [`a-${word}`]: { ...databaseAt(source, 'sh'), site },
      [`b-${word}`]: { ...databaseAt(target, 'us'), site },
    },
    pipelines: [
      {
        name: 'p',
        from: `a-${word}`,
        to: `b-${word}`,
        start: 'end',
        mappings: [{ from: `${schema}.*`, to: `${schema}.*` }],
      },
    ],
  };
  const ok = async (method: string, path: string, body?: object): Promise<string> => {
    const { status, body: found } = await bench.call(method, `/api/v1${path}`, body && JSON.stringify(body));
    assert.equal(status, 200, JSON.stringify(found));
    return JSON.stringify(found);
  };
  const describe = (): Promise<string> => ok('GET', `/channels/${channel}/status`);
  const isAt = async (state: string): Promise<boolean> =>
    JSON.parse(await describe()).pipelines[0]?.loader?.state === state;
  const reaches = async (from: string): Promise<boolean> => {
    const { links } = diagnosticsSchema.parse(JSON.parse(await ok('GET', '/diagnostics')));
    return links.some((link) => link.from === from && link.to === `kafka:${site}` && link.ok);
  };
  const rows = async (count: number): Promise<boolean> => {
    const [found] = await query(target, `SELECT COUNT(*) AS n FROM ${schema}.t`);
    return Number(found?.n) === count;
  };
  try {
    await ok('POST', '/apply', document);
    await eventually('the channel runs', () => isAt('running'), { limitMs: 60_000, describe });
    await run(source, [`INSERT INTO ${schema}.t VALUES (1), (2), (3)`]);
    await eventually('the rows are there', () => rows(3), { describe });
    const positions = await ok('GET', `/channels/${channel}/positions`);
    assert.match(positions, /"committed":"\d+".*"problems":\[\]/);
    assert.match(await ok('POST', `/channels/${channel}/check`, {}), /"ok":true/);
    for (const { instance } of [selector, loader])
      await eventually(`${instance} reaches Kafka, as diagnostics says`, () => reaches(instance));
    await ok('POST', `/channels/${channel}/pause`, {});
    await eventually('the loader is paused', () => isAt('paused'), { describe });
    await run(target, [`DELETE FROM ${schema}.t WHERE id = 3`]);
    const moved = await ok('POST', `/channels/${channel}/pipelines/p/position`, { to: { transactions: -1 } });
    assert.match(moved, /"inserts":3.*"moved":true/);
    await ok('POST', `/channels/${channel}/start`, {});
    await eventually('the moved position is taken up', () => rows(3), { limitMs: 60_000, describe });
    assert.ok(!readFileSync(loader.log, 'utf8').includes('S3cret'));
  } finally {
    for (const server of [source, target]) await run(server, [`DROP DATABASE ${schema}`]);
  }
});
