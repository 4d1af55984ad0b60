import { hostname } from 'node:os';
import { isHostPort, splitHosts } from '../model/host-list.ts';
import { ReplicationError } from './errors.ts';
import { type KafkaSecurity, readKafkaSecurity } from './kafka-settings.ts';
import { readSecretKey } from './secret-key.ts';
import { readTrustedCa } from './tls.ts';
import { readTraceSettings, type TraceSettings } from './trace-settings.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The settings that every service has; see docs/architecture.md, "Settings of every service". */
export type CommonSettings = {
  readonly site: string;
  readonly brokers: readonly string[];
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

/** What selector and loader have beside them. */
export type ServiceSettings = CommonSettings & {
  readonly registry: string;
  /** Undefined: no traces. */
  readonly traces: TraceSettings | undefined;
};

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

/** Reads the settings. Errors: SETTING_INVALID, which names every setting that is wrong and what it should be. */
export function readServiceSettings(env: Environment): ServiceSettings {
  const faults: string[] = [];
  const common = readCommonSettings(env, '0', faults);
  const registry = env.LUTRA_REGISTRY ?? '';
  if (!URL.canParse(registry)) {
    faults.push(
      `LUTRA_REGISTRY is "${registry}": write the registry's address, for example http://registry:8080/apis/ccompat/v7`,
    );
  }
  if (hasUser(registry))
    faults.push('LUTRA_REGISTRY holds a user, and none is sent to the registry: write its address without one');
  readSecretKey(env, faults);
  const traces = readTraceSettings(env, faults);
  expectNone(faults);
  return { ...common, registry, traces };
}

/** What is wrong is added to `faults`; the settings are of use only when there are none (`expectNone`). */
export function readCommonSettings(env: Environment, defaultPort: string, faults: string[]): CommonSettings {
  const site = env.LUTRA_SITE?.trim() ?? '';
  if (site === '') faults.push('LUTRA_SITE is not set: write the name of the site this process runs at');
  const redis = env.LUTRA_REDIS?.trim() || undefined;
  if (redis !== undefined && !/^rediss?:\/\/./.test(redis))
    faults.push('LUTRA_REDIS is not an address: write redis://host:port, or leave it out');
  return {
    site,
    brokers: readBrokers('LUTRA_KAFKA', env.LUTRA_KAFKA ?? '', faults),
    redis,
    httpHost: env.LUTRA_HTTP_HOST ?? '127.0.0.1',
    httpPort: readPort(env.LUTRA_HTTP_PORT ?? defaultPort, faults),
    logLevel: readLevel(env.LUTRA_LOG_LEVEL ?? 'info', faults),
    instance: env.LUTRA_INSTANCE ?? `${hostname()}:${process.pid}`,
    kafkaSecurity: readKafkaSecurity(env, faults),
    ca: readTrustedCa(env, faults),
  };
}

/** `name`: of the setting, for what is wrong. */
export function readBrokers(name: string, text: string | readonly string[], faults: string[]): string[] {
  const brokers = splitHosts(text);
  if (brokers.length === 0) faults.push(`${name} is not set: write the brokers as host:port,host:port`);
  for (const broker of brokers) {
    if (!isHostPort(broker)) faults.push(`${name} holds "${broker}": write host:port`);
  }
  return brokers;
}

function readPort(text: string, faults: string[]): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : -1;
  if (port < 0 || port > 65_535) faults.push(`LUTRA_HTTP_PORT is "${text}": write a port of 0 to 65535`);
  return port;
}

function readLevel(text: string, faults: string[]): string {
  if (!LEVELS.includes(text)) faults.push(`LUTRA_LOG_LEVEL is "${text}": write one of ${LEVELS.join(', ')}`);
  return text;
}

/** Errors: SETTING_INVALID naming all faults. */
export function expectNone(faults: readonly string[]): void {
  if (faults.length === 0) return;
  throw new ReplicationError(
    'SETTING_INVALID',
    `the settings are not right: ${faults.join('; ')}`,
    'mend the environment of this process and start it again',
  );
}

function hasUser(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { username, password } = new URL(address);
  return username !== '' || password !== '';
}
