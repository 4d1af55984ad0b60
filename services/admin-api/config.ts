import * as z from 'zod';
import { isHostPort, splitHosts } from '../../shared/model/host-list.ts';
import { ReplicationError } from '../../shared/runtime/errors.ts';

/** Settings of the admin API, read from the environment once. */
export type AdminConfig = {
  readonly site: string;
  readonly brokers: readonly string[];
  /** Every site, with its Kafka brokers. */
  readonly sites: ReadonlyMap<string, { readonly brokers: readonly string[] }>;
  readonly host: string;
  readonly port: number;
  readonly logLevel: string;
  readonly instance: string;
  /** Where the cache of the history stays over restarts; undefined: it goes with the process. */
  readonly cacheFolder: string | undefined;
};

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];
const sitesSchema = z.record(z.string().min(1), z.looseObject({ kafka: z.union([z.string(), z.array(z.string())]) }));

/** Reads the settings. Errors: SETTING_INVALID, which names every setting that is wrong and what it should be. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): AdminConfig {
  const faults: string[] = [];
  const site = env.LUTRA_SITE?.trim() ?? '';
  if (site === '') faults.push('LUTRA_SITE is not set: write the name of the site this process runs at');
  const brokers = readBrokers('LUTRA_KAFKA', env.LUTRA_KAFKA ?? '', faults);
  const sites = readSites(env.LUTRA_SITES, faults);
  if (site !== '' && sites.size > 0 && !sites.has(site)) {
    faults.push(`LUTRA_SITES does not hold this site ${site}: it knows ${[...sites.keys()].join(', ')}`);
  }
  const portText = env.LUTRA_HTTP_PORT ?? '21080';
  const port = /^\d{1,5}$/.test(portText) ? Number(portText) : -1;
  if (port < 0 || port > 65_535) faults.push(`LUTRA_HTTP_PORT is "${portText}": write a port of 0 to 65535`);
  const logLevel = env.LUTRA_LOG_LEVEL ?? 'info';
  if (!LEVELS.includes(logLevel)) faults.push(`LUTRA_LOG_LEVEL is "${logLevel}": write one of ${LEVELS.join(', ')}`);
  if (faults.length > 0) {
    throw new ReplicationError(
      'SETTING_INVALID',
      `the settings are not right: ${faults.join('; ')}`,
      'mend the environment of this process and start it again',
    );
  }
  const host = env.LUTRA_HTTP_HOST ?? '127.0.0.1';
  const cacheFolder = env.LUTRA_CACHE_DIR?.trim() || undefined;
  const instance = env.LUTRA_INSTANCE ?? `admin-api:${process.pid}`;
  return { site, brokers, sites, host, port, logLevel, instance, cacheFolder };
}

function readBrokers(name: string, text: string | readonly string[], faults: string[]): string[] {
  const brokers = splitHosts(text);
  if (brokers.length === 0) faults.push(`${name} is not set: write the brokers as host:port,host:port`);
  for (const broker of brokers) {
    if (!isHostPort(broker)) faults.push(`${name} holds "${broker}": write host:port`);
  }
  return brokers;
}

function readSites(text: string | undefined, faults: string[]): AdminConfig['sites'] {
  const example = 'write JSON, for example {"sh":{"kafka":"kafka-sh:9092"},"us":{"kafka":"kafka-us:9092"}}';
  if (text === undefined || text.trim() === '') {
    faults.push(`LUTRA_SITES is not set: ${example}`);
    return new Map();
  }
  const parsed = sitesSchema.safeParse(jsonOrNothing(text));
  if (!parsed.success) {
    faults.push(`LUTRA_SITES cannot be read: ${example}`);
    return new Map();
  }
  const sites = Object.entries(parsed.data);
  return new Map(
    sites.map(([site, { kafka }]) => [site, { brokers: readBrokers(`LUTRA_SITES of ${site}`, kafka, faults) }]),
  );
}

function jsonOrNothing(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
