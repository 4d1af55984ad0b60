/** Lutra's own services. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_ROOT, portOf, type StackConfig } from '../config.ts';
import { checkHttp } from '../health.ts';
import { type Place, SITES, type Site } from '../layout.ts';
import { kafkaPort } from '../relayed.ts';
import { DATABASE_USERS } from './database-users.ts';
import { logFile } from './folders.ts';
import { registryUrl } from './registry.ts';
import type { ProcessSpec } from './spec.ts';

/** A small young generation keeps a busy process small; the warning comes from kafkajs's clock and means nothing. */
const NODE_FLAGS = ['--max-old-space-size=256', '--max-semi-space-size=8', '--disable-warning=TimeoutNegativeWarning'];

export function serviceSpec(config: StackConfig, place: Place): ProcessSpec {
  const port = portOf(config, place.name);
  const entry = `services/${place.role}/main.ts`;
  const file = join(PROJECT_ROOT, entry);
  const url = `http://127.0.0.1:${port}`;
  return {
    name: place.name,
    role: place.role,
    site: place.site,
    commandLine: () => ({ command: process.execPath, args: [...NODE_FLAGS, file] }),
    env: serviceEnvironment(config, place),
    addresses: { http: url },
    credentials: place.role === 'admin-api' ? [{ ...loginOf(config), url }] : [],
    log: logFile(config.dir, place.name),
    after: [`kafka-${place.site}`, 'registry', 'redis'],
    unavailable: () => (existsSync(file) ? undefined : `${entry} does not exist yet`),
    prepare: async () => {},
    check: () => checkHttp(`${url}/health`),
    stopLimitMs: 20_000,
  };
}

/** Environment of a service, as `docs/architecture.md` lists it, with the passwords that channel documents refer to. */
export function serviceEnvironment(config: StackConfig, place: Place): Record<string, string> {
  const kafka = (site: Site): string => `127.0.0.1:${kafkaPort(config, site, 'near')}`;
  const [, source, load] = DATABASE_USERS;
  const environment = {
    MALLOC_ARENA_MAX: '2',
    LUTRA_SITE: place.site,
    LUTRA_KAFKA: kafka(place.site),
    LUTRA_REGISTRY: registryUrl(config, config.relayed === true),
    LUTRA_REDIS: `redis://127.0.0.1:${portOf(config, 'redis')}`,
    LUTRA_HTTP_PORT: String(portOf(config, place.name)),
    LUTRA_INSTANCE: place.name,
    LUTRA_SECRET_KEY: config.access.secretKey,
    LUTRA_DB_PASSWORD: source?.password ?? '',
    LUTRA_LOAD_PASSWORD: load?.password ?? '',
  };
  if (place.role !== 'admin-api') return environment;
  const sites = Object.fromEntries(SITES.map((site) => [site, { kafka: kafka(site) }]));
  return { ...environment, LUTRA_SITES: JSON.stringify(sites), LUTRA_SETUP_TOKEN: config.access.setupToken };
}

function loginOf({ access: { user, password } }: StackConfig): { user: string; password: string } {
  return { user, password };
}
