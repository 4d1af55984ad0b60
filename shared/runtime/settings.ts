import { hostname } from 'node:os';
import { isHostPort, splitHosts } from '../model/host-list.ts';
import { ReplicationError } from './errors.ts';
import { type KafkaSecurity, readKafkaSecurity } from './kafka-settings.ts';
import { readSecretKey } from './secret-key.ts';
import { readTrustedCa } from './tls.ts';

/** The settings that selector and loader share; see docs/architecture.md, "Settings of every service". */
export type ServiceSettings = {
  readonly site: string;
  readonly brokers: readonly string[];
  readonly registry: string;
  /** Undefined: no Redis. */
  readonly redis: string | undefined;
  readonly httpHost: string;
  /** 0: no health and metrics endpoint. */
  readonly httpPort: number;
  readonly logLevel: string;
  readonly instance: string;
  readonly kafkaSecurity: KafkaSecurity;
  /** Authorities that this process trusts beside the usual ones, PEM; undefined: none. */
  readonly ca: string | undefined;
};

function hasUser(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { username, password } = new URL(address);
  return username !== '' || password !== '';
}

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

/** Reads the settings. Errors: SETTING_INVALID, which names every setting that is wrong and what it should be. */
export function readServiceSettings(env: Readonly<Record<string, string | undefined>>): ServiceSettings {
  const faults: string[] = [];
  const site = env.LUTRA_SITE?.trim() ?? '';
  if (site === '') faults.push('LUTRA_SITE is not set: write the name of the site this process runs at');
  const brokers = splitHosts(env.LUTRA_KAFKA ?? '');
  if (brokers.length === 0) faults.push("LUTRA_KAFKA is not set: write this site's brokers as host:port,host:port");
  for (const broker of brokers) {
    if (!isHostPort(broker)) faults.push(`LUTRA_KAFKA holds "${broker}": write host:port`);
  }
  const registry = env.LUTRA_REGISTRY ?? '';
  if (!URL.canParse(registry)) {
    faults.push(
      `LUTRA_REGISTRY is "${registry}": write the registry's address, for example http://registry:8080/apis/ccompat/v7`,
    );
  }
  if (hasUser(registry))
    faults.push('LUTRA_REGISTRY holds a user, and none is sent to the registry: write its address without one');
  const redis = env.LUTRA_REDIS?.trim() || undefined;
  if (redis !== undefined && !/^rediss?:\/\/./.test(redis))
    faults.push('LUTRA_REDIS is not an address: write redis://host:port, or leave it out');
  readSecretKey(env, faults);
  const kafkaSecurity = readKafkaSecurity(env, faults);
  const ca = readTrustedCa(env, faults);
  const portText = env.LUTRA_HTTP_PORT ?? '0';
  const httpPort = /^\d{1,5}$/.test(portText) ? Number(portText) : -1;
  if (httpPort < 0 || httpPort > 65_535) faults.push(`LUTRA_HTTP_PORT is "${portText}": write a port of 0 to 65535`);
  const logLevel = env.LUTRA_LOG_LEVEL ?? 'info';
  if (!LEVELS.includes(logLevel)) faults.push(`LUTRA_LOG_LEVEL is "${logLevel}": write one of ${LEVELS.join(', ')}`);
  if (faults.length > 0) {
    throw new ReplicationError(
      'SETTING_INVALID',
      `the settings are not right: ${faults.join('; ')}`,
      'mend the environment of this process and start it again',
    );
  }
  return {
    site,
    brokers,
    registry,
    redis,
    httpHost: env.LUTRA_HTTP_HOST ?? '127.0.0.1',
    httpPort,
    logLevel,
    kafkaSecurity,
    ca,
    instance: env.LUTRA_INSTANCE ?? `${hostname()}:${process.pid}`,
  };
}
