/** docker-compose.yml and the native stack describe one and the same stack: each promise here compares the two. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { parse } from 'yaml';
import { mergeConfig, PROJECT_ROOT, placesOf, portOf, type StackConfig } from '../../stack/config.ts';
import { DEFAULT_BASE_PORT, DEFAULT_DATABASES, isService, type Place, type Site } from '../../stack/layout.ts';
import { brokerProperties } from '../../stack/processes/broker.ts';
import { ROOT, userStatements } from '../../stack/processes/database-users.ts';
import { mirrorProperties } from '../../stack/processes/mirror.ts';
import { registryUrl } from '../../stack/processes/registry.ts';
import { serviceEnvironment } from '../../stack/processes/service.ts';
import type { ProcessSpec } from '../../stack/processes/spec.ts';
import { specOf } from '../../stack/processes/specs.ts';
import { KAFKA_VERSIONS, REGISTRY_VERSION } from '../../stack/versions.ts';
import { type ComposeService, composeText, readComposeFile } from '../compose/file.ts';

const scratch = mkdtempSync(join(tmpdir(), 'lutra-compose-test-'));
after(() => rmSync(scratch, { recursive: true }));

const config = nativeConfig(scratch);
const places = placesOf(config);
const compose = readComposeFile();
const specs = new Map(places.map((place) => [place.name, specOf(config, place)]));

describe('docker-compose.yml', () => {
  test('has the services of the native stack and no other', () => {
    assert.deepEqual(Object.keys(compose.services).sort(), places.map(({ name }) => name).sort());
  });

  for (const place of places) {
    test(`${place.name} publishes the native stack's port on the loopback address, as a variable`, () => {
      const variable = `LUTRA_PORT_${place.name.toUpperCase().replaceAll('-', '_')}`;
      const published = place.offsets.slice(0, 1).map((offset) => `${variable}:-${DEFAULT_BASE_PORT + offset}`);
      const raw = rawService(place.name).ports ?? [];
      assert.deepEqual(
        raw.map((text) => /^127\.0\.0\.1:\$\{(.+)\}:\d+$/.exec(text)?.[1]),
        published,
      );
    });

    test(`${place.name} is asked for its health, comes back by itself and has the native time to stop`, () => {
      const service = serviceOf(place.name);
      assert.equal(service.restart, 'unless-stopped');
      assert.ok(service.healthcheck.test.length > 1);
      assert.equal(service.stop_grace_period, `${specFor(place.name).stopLimitMs / 1000}s`);
    });

    test(`${place.name} waits for what it waits for natively`, () => {
      const waits = Object.entries(serviceOf(place.name).depends_on);
      assert.deepEqual(waits.map(([name]) => name).sort(), [...specFor(place.name).after].sort());
      assert.deepEqual(
        waits.filter(([, { condition }]) => condition !== 'service_healthy'),
        [],
      );
    });

    test(`${place.name} has an image that is a variable and stands still`, () => {
      const [, image = ''] = /^\$\{LUTRA_\w*IMAGE:-(.+)\}$/.exec(rawService(place.name).image) ?? [];
      assert.match(image, /^[a-z/-]+:(?!latest$).+$/);
    });
  }

  test('names no container, so that it can be brought up twice and beside another', () => {
    assert.deepEqual(
      Object.values(compose.services).filter(({ container_name }) => container_name !== undefined),
      [],
    );
  });

  test('takes the versions of the native stack', () => {
    assert.equal(serviceOf('kafka-sh').image, `apache/kafka:${KAFKA_VERSIONS[0]}`);
    assert.equal(serviceOf('registry').image, `apicurio/apicurio-registry:${REGISTRY_VERSION}`);
    assert.match(serviceOf('admin-api').build?.args.NODE_IMAGE ?? '', /^node:24-/);
    const images = { mysql: 'mysql:9.7', mariadb: 'mariadb:10.11' };
    for (const { name, engine } of places) if (engine) assert.equal(serviceOf(name).image, images[engine]);
  });

  test('mounts only volumes that it declares and files that exist', () => {
    for (const { volumes } of Object.values(compose.services)) {
      for (const [source = ''] of volumes.map((text) => text.split(':'))) {
        assert.ok(source.startsWith('./') ? existsSync(join(PROJECT_ROOT, source)) : source in compose.volumes, source);
      }
    }
  });
});

describe('databases in docker-compose.yml', () => {
  const ofMachine =
    /^--(datadir|port|socket|pid-file|bind-address|basedir|lc-messages-dir|plugin-dir|character-sets-dir|no-defaults|user|library-path)(=|$)/;

  for (const { name, engine } of places.filter(({ role }) => role === 'database')) {
    test(`${name} has the native server's settings`, () => {
      const [program, ...settings] = serviceOf(name).command;
      const native = specFor(name)
        .commandLine()
        .args.filter((arg) => arg.startsWith('--') && !ofMachine.test(arg));
      assert.equal(program, engine === 'mariadb' ? 'mariadbd' : 'mysqld');
      assert.deepEqual(settings.sort(), native.sort());
    });

    test(`${name} has the native logins and grants, kept out of its binlog`, () => {
      const [file = ''] = serviceOf(name).volumes.filter((text) => text.includes('/docker-entrypoint-initdb.d/'));
      const statements = readDeployed(file.split(':')[0] ?? '')
        .split(';\n')
        .filter((text) => text.trim() !== '');
      const native = userStatements().filter((statement) => !statement.includes(`'${ROOT.user}'@`));
      const [first, ...rest] = statements.map((text) => text.replaceAll(/^--.*\n/gm, ''));
      assert.equal(first, 'SET SESSION sql_log_bin = 0');
      assert.deepEqual(rest, native);
      assert.equal(serviceOf(name).environment.MYSQL_ROOT_PASSWORD, ROOT.password);
    });
  }
});

describe('Kafka in docker-compose.yml', () => {
  const ofContainers = [
    'listeners',
    'advertised.listeners',
    'listener.security.protocol.map',
    'inter.broker.listener.name',
    'controller.quorum.voters',
    'log.dirs',
  ];

  test('brokers have the native settings, save where they listen and keep their data', () => {
    const deployed = new Map(Object.entries(readProperties('deploy/compose/broker.properties')));
    const native = new Map(Object.entries(asText(brokerProperties(1, 2, 'data'))));
    for (const name of ofContainers) for (const settings of [deployed, native]) settings.delete(name);
    assert.deepEqual(deployed, native);
  });

  for (const { name } of places.filter(({ role }) => role === 'broker')) {
    test(`${name} tells containers its name and the machine its published port`, () => {
      const advertised = rawService(name).entrypoint?.at(-1);
      const [published] = rawService(name).ports ?? [];
      const variable = /\$\{.+\}/.exec(published ?? '')?.[0];
      assert.equal(advertised, `INSIDE://${name}:9092,OUTSIDE://127.0.0.1:${variable}`);
    });
  }

  test('brokers have a cluster id each', () => {
    assert.notEqual(serviceOf('kafka-sh').entrypoint[2], serviceOf('kafka-us').entrypoint[2]);
  });

  test("a broker's Java has the native options", () => {
    const script = readDeployed('deploy/compose/start-broker.sh');
    for (const option of javaOptions(specFor('kafka-sh').commandLine().args))
      assert.ok(script.includes(option), option);
  });

  for (const { name, site } of places.filter(({ role }) => role === 'mirror')) {
    const origin: Site = site === 'sh' ? 'us' : 'sh';

    test(`${name} copies the same topics with the native settings`, () => {
      const brokers = { origin: `kafka-${origin}:9092`, target: `kafka-${site}:9092` };
      const native = asText(mirrorProperties(origin, site, brokers));
      assert.deepEqual(readProperties(`deploy/compose/${name}.properties`), native);
    });

    test(`${name} runs the native command`, () => {
      const { entrypoint } = serviceOf(name);
      const { args } = specFor(name).commandLine();
      assert.deepEqual(javaOptions(entrypoint), javaOptions(args));
      assert.deepEqual(withoutFolders(entrypoint.slice(-4)), withoutFolders(args.slice(-4)));
    });

    test(`${name} is healthy by the line that the native check looks for`, () => {
      const line = serviceOf(name).healthcheck.test[3] ?? '';
      assert.ok(line.length > 10);
      assert.ok(readDeployed('stack/health.ts').includes(`'${line}'`));
      assert.ok(readDeployed('deploy/compose/log4j2.properties').includes(`.*${line}.*`));
    });
  }
});

describe('registry and Redis in docker-compose.yml', () => {
  test('the registry has the native options and its data in a file', () => {
    const ofMachine = /^-Dquarkus\.(http|management)\.|^\/|^-jar$|quarkus-run\.jar$/;
    const options = (args: readonly string[]): string[] =>
      args.filter((arg) => !ofMachine.test(arg)).map((arg) => arg.replace(/(?<=h2:file:)[^;]+/, 'FILE'));
    const [program, ...args] = serviceOf('registry').entrypoint;
    assert.equal(program, 'java');
    assert.deepEqual(options(args), options(specFor('registry').commandLine().args));
  });

  test('the registry is asked where the services ask it', () => {
    const path = new URL(serviceOf('selector-sh').environment.LUTRA_REGISTRY ?? '').pathname;
    assert.equal(path, new URL(registryUrl(config)).pathname);
    assert.equal(serviceOf('registry').healthcheck.test.at(-1), `${path}/subjects`);
  });

  test('Redis writes nothing to disk', () => {
    const saving = (args: readonly string[]): string[] =>
      args.slice(args.indexOf('--save'), args.indexOf('--save') + 4);
    assert.deepEqual(saving(serviceOf('redis').command), saving(specFor('redis').commandLine().args));
  });
});

describe('services in docker-compose.yml', () => {
  for (const place of places.filter(isService)) {
    test(`${place.name} runs the native command`, () => {
      const [program, ...args] = serviceOf(place.name).command;
      const native = specFor(place.name)
        .commandLine()
        .args.map((arg) => arg.replace(`${PROJECT_ROOT}/`, ''));
      assert.equal(program, 'node');
      assert.deepEqual(args, native);
    });

    test(`${place.name} has the native environment, with the addresses of containers`, () => {
      const { LUTRA_HTTP_HOST, LUTRA_SERVER: _forTheCommandLine, ...environment } = serviceOf(place.name).environment;
      const native = inContainers(serviceEnvironment(config, place), place);
      for (const secret of ['LUTRA_SECRET_KEY', 'LUTRA_SETUP_TOKEN']) {
        assert.equal(secret in environment, secret in native, secret);
        if (secret in environment) native[secret] = environment[secret] ?? '';
      }
      assert.deepEqual(environment, native);
      assert.equal(LUTRA_HTTP_HOST, '0.0.0.0');
    });
  }
});

/** Settings of a native stack at the default ports; nothing is installed, loaders are empty files. */
function nativeConfig(folder: string): StackConfig {
  for (const server of ['mysql', 'mariadb', 'redis']) {
    mkdirSync(join(folder, server, 'usr', 'lib64'), { recursive: true });
    writeFileSync(join(folder, server, 'usr', 'lib64', 'ld-linux-x86-64.so.2'), '');
  }
  const [kafka] = KAFKA_VERSIONS;
  return mergeConfig(
    { dir: join(folder, 'stack'), cache: folder, port: DEFAULT_BASE_PORT, databases: DEFAULT_DATABASES, kafka },
    undefined,
  );
}

function serviceOf(name: string): ComposeService {
  const service = compose.services[name];
  assert.ok(service, name);
  return service;
}

function specFor(name: string): ProcessSpec {
  const spec = specs.get(name);
  assert.ok(spec, name);
  return spec;
}

/** A service as it is written, with its variables. */
function rawService(name: string): { image: string; ports?: string[]; entrypoint?: string[] } {
  return parse(composeText(), { merge: true }).services[name];
}

function readDeployed(path: string): string {
  return readFileSync(join(PROJECT_ROOT, path), 'utf8');
}

function readProperties(path: string): Record<string, string> {
  const lines = readDeployed(path)
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  return Object.fromEntries(
    lines.map((line) => {
      const [, name = '', value = ''] = /^([^=]+)=(.*)$/.exec(line) ?? [];
      return [name, value.replaceAll('\\\\', '\\')];
    }),
  );
}

function asText(settings: Readonly<Record<string, string | number | boolean>>): Record<string, string> {
  return Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, String(value)]));
}

function javaOptions(args: readonly string[]): string[] {
  return args.filter((arg) => arg.startsWith('-X'));
}

function withoutFolders(args: readonly string[]): string[] {
  return args.map((arg) => arg.replace(/^.*\//, ''));
}

/** The addresses of the native stack, as containers know them. */
function inContainers(environment: Record<string, string>, place: Place): Record<string, string> {
  const at = (name: string): string => `127.0.0.1:${portOf(config, name)}`;
  const names: [string, string][] = [
    [at('kafka-sh'), 'kafka-sh:9092'],
    [at('kafka-us'), 'kafka-us:9092'],
    [at('registry'), 'registry:8080'],
    [at('redis'), 'redis:6379'],
  ];
  const translate = (text: string): string =>
    names.reduce((done, [native, inside]) => done.replaceAll(native, inside), text);
  const entries = Object.entries(environment).map(([name, value]) => [name, translate(value)]);
  assert.equal(environment.LUTRA_HTTP_PORT, String(portOf(config, place.name)));
  return { ...Object.fromEntries(entries), LUTRA_HTTP_PORT: '8080' };
}
