/** The schema registry: Apicurio with an H2 file, so that schema ids survive a restart. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { portOf, type StackConfig } from '../config.ts';
import { checkHttp } from '../health.ts';
import { javaCommand } from '../install/java.ts';
import { registryFolder } from '../install/maven.ts';
import type { Place } from '../layout.ts';
import { registryRelay } from '../relayed.ts';
import { foldersOf, logFile } from './folders.ts';
import { alwaysAvailable, type ProcessSpec } from './spec.ts';

const API_PATH = '/apis/ccompat/v7';

/** The registry's Confluent-compatible address, its own or that of its relay. */
export function registryUrl(config: StackConfig, isRelayed = false): string {
  const port = portOf(config, 'registry');
  return `http://127.0.0.1:${isRelayed ? registryRelay(port).relay : port}${API_PATH}`;
}

export function registrySpec(config: StackConfig, place: Place): ProcessSpec {
  const port = portOf(config, place.name);
  const folder = join(foldersOf(config.dir).data, place.name);
  const settings = {
    'quarkus.http.host': '127.0.0.1',
    'quarkus.http.port': port,
    'quarkus.management.host': '127.0.0.1', // its second interface, by default 0.0.0.0:9000: two stacks would meet there
    'quarkus.management.port': config.basePort + (place.offsets[1] ?? 0),
    'quarkus.log.level': 'WARN',
    'quarkus.http.access-log.enabled': false,
    // WRITE_DELAY: without it a kill takes away the schemas of the last half second, whose ids are in records already.
    'apicurio.datasource.url': `jdbc:h2:file:${join(folder, 'registry')};DB_CLOSE_ON_EXIT=FALSE;WRITE_DELAY=0`,
  };
  const url = registryUrl(config);
  return {
    name: place.name,
    role: place.role,
    site: place.site,
    commandLine: () => ({
      command: javaCommand(config.cache),
      args: [
        '-Xmx384m',
        '-XX:+ExitOnOutOfMemoryError',
        ...Object.entries(settings).map(([name, value]) => `-D${name}=${value}`),
        '-jar',
        join(registryFolder(config.cache), 'quarkus-run.jar'),
      ],
    }),
    env: {},
    addresses: { http: url },
    credentials: [],
    log: logFile(config.dir, place.name),
    data: folder,
    after: [],
    unavailable: alwaysAvailable,
    async prepare() {
      mkdirSync(folder, { recursive: true });
    },
    check: () => checkHttp(`${url}/subjects`),
    stopLimitMs: 15_000,
  };
}
