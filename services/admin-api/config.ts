import { isIP } from 'node:net';
import * as z from 'zod';
import { isHostPort, splitHosts } from '../../shared/model/host-list.ts';
import { ReplicationError } from '../../shared/runtime/errors.ts';
import { type KafkaSecurity, readKafkaSecurity } from '../../shared/runtime/kafka-settings.ts';
import { readSecretKey } from '../../shared/runtime/secret-key.ts';
import { readSettingFile, readTrustedCa, tlsMaterialFault } from '../../shared/runtime/tls.ts';
import { type OidcSettings, readOidcSettings } from './access/oidc-settings.ts';

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
  /** Undefined: sessions end with the process. */
  readonly secretKey: string | undefined;
  /** Undefined: one is made up and logged when there is no user. */
  readonly setupToken: string | undefined;
  /** How the Kafka of every site is spoken to. */
  readonly kafkaSecurity: KafkaSecurity;
  /** Authorities that this process trusts beside the usual ones, PEM; undefined: none. */
  readonly ca: string | undefined;
  /** Whose users may log in beside those of Lutra; undefined: nobody's. */
  readonly oidc: OidcSettings | undefined;
  /** Certificate and key of the API, PEM; undefined: plain HTTP. */
  readonly tls: { readonly cert: string; readonly key: string } | undefined;
  /** Addresses and networks of proxies whose x-forwarded-… is believed. */
  readonly trustProxy: readonly string[];
  /** Whether anybody may read /metrics. */
  readonly isMetricsOpen: boolean;
  /** Where the cache of the history stays over restarts; undefined: it goes with the process. */
  readonly cacheFolder: string | undefined;
  /** Where alarms leave by e-mail; undefined: they do not. */
  readonly mail: { readonly url: string; readonly from: string } | undefined;
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
  const secretKey = readSecretKey(env, faults);
  const setupToken = env.LUTRA_SETUP_TOKEN || undefined;
  if (setupToken !== undefined && setupToken.length < 12)
    faults.push('LUTRA_SETUP_TOKEN is too short: give at least 12 characters, or leave it out');
  const metricsOpen = env.LUTRA_METRICS_OPEN || 'false';
  if (metricsOpen !== 'true' && metricsOpen !== 'false')
    faults.push(`LUTRA_METRICS_OPEN is "${metricsOpen}": write true or false`);
  const connections = readConnections(env, faults);
  const oidc = readOidcSettings(env, faults);
  const mail = readMail(env.LUTRA_SMTP_URL?.trim() ?? '', env.LUTRA_MAIL_FROM?.trim() ?? '', faults);
  if (faults.length > 0) {
    throw new ReplicationError(
      'SETTING_INVALID',
      `the settings are not right: ${faults.join('; ')}`,
      'mend the environment of this process and start it again',
    );
  }
  const host = env.LUTRA_HTTP_HOST ?? '127.0.0.1';
  const instance = env.LUTRA_INSTANCE ?? `admin-api:${process.pid}`;
  const isMetricsOpen = metricsOpen === 'true';
  const cacheFolder = env.LUTRA_CACHE_DIR?.trim() || undefined;
  const access = { secretKey, setupToken, isMetricsOpen, oidc };
  return { site, brokers, sites, host, port, logLevel, instance, cacheFolder, mail, ...access, ...connections };
}

function readConnections(
  env: Readonly<Record<string, string | undefined>>,
  faults: string[],
): Pick<AdminConfig, 'kafkaSecurity' | 'ca' | 'tls' | 'trustProxy'> {
  const trustProxy = splitHosts(env.LUTRA_TRUST_PROXY ?? '');
  for (const each of trustProxy) {
    if (!isNetwork(each))
      faults.push(`LUTRA_TRUST_PROXY holds "${each}": write addresses and networks of proxies, 10.0.0.5,10.1.0.0/16`);
  }
  const kafkaSecurity = readKafkaSecurity(env, faults);
  return { kafkaSecurity, ca: readTrustedCa(env, faults), tls: readServerTls(env, faults), trustProxy };
}

function isNetwork(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/');
  const most = isIP(address) === 4 ? 32 : 128;
  return isIP(address) > 0 && more.length === 0 && (bits === undefined || (/^\d+$/.test(bits) && Number(bits) <= most));
}

function readServerTls(env: Readonly<Record<string, string | undefined>>, faults: string[]): AdminConfig['tls'] {
  const { LUTRA_TLS_CERT: certFile = '', LUTRA_TLS_KEY: keyFile = '' } = env;
  if (certFile === '' && keyFile === '') return undefined;
  if (certFile === '' || keyFile === '') {
    faults.push('LUTRA_TLS_CERT and LUTRA_TLS_KEY come only together: write the files of the certificate and its key');
    return undefined;
  }
  const cert = readSettingFile('LUTRA_TLS_CERT', certFile, faults);
  const key = readSettingFile('LUTRA_TLS_KEY', keyFile, faults);
  if (cert === undefined || key === undefined) return undefined;
  const fault = tlsMaterialFault({ cert, key });
  if (fault !== undefined) faults.push(`LUTRA_TLS_CERT, LUTRA_TLS_KEY: ${fault}`);
  return { cert, key };
}

function readMail(url: string, from: string, faults: string[]): AdminConfig['mail'] {
  if (url === '') return undefined;
  // NOTE the address holds a password, so it is not repeated.
  if (!URL.canParse(url) || !/^smtps?:$/.test(new URL(url).protocol))
    faults.push('LUTRA_SMTP_URL is not an address: write smtp://user:password@host:587 or smtps://…');
  if (!from.includes('@')) faults.push(`LUTRA_MAIL_FROM is "${from}": write the sender of alarms, lutra@example.com`);
  return { url, from };
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
