import { isIP } from 'node:net';
import * as z from 'zod';
import { splitHosts } from '../../shared/model/host-list.ts';
import { readSecretKey } from '../../shared/runtime/secret-key.ts';
import {
  type CommonSettings,
  type Environment,
  expectNone,
  readBrokers,
  readCommonSettings,
} from '../../shared/runtime/settings.ts';
import { readSettingFile, tlsMaterialFault } from '../../shared/runtime/tls.ts';
import { type OidcSettings, readOidcSettings } from './access/oidc-settings.ts';

/** Settings of the admin API, read from the environment once. */
export type AdminConfig = CommonSettings & {
  /** Undefined: sessions end with the process. */
  readonly secretKey: string | undefined;
  /** Every site, with its Kafka brokers. */
  readonly sites: ReadonlyMap<string, { readonly brokers: readonly string[] }>;
  /** Undefined: one is made up and printed when there is no user. */
  readonly setupToken: string | undefined;
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

const sitesSchema = z.record(z.string().min(1), z.looseObject({ kafka: z.union([z.string(), z.array(z.string())]) }));

const DEFAULT_PORT = '21080';

/** Reads the settings. Errors: SETTING_INVALID, which names every setting that is wrong and what it should be. */
export function readConfig(env: Environment): AdminConfig {
  const faults: string[] = [];
  const common = readCommonSettings(env, DEFAULT_PORT, faults);
  const { site } = common;
  const sites = readSites(env.LUTRA_SITES, faults);
  if (site !== '' && sites.size > 0 && !sites.has(site)) {
    faults.push(`LUTRA_SITES does not hold this site ${site}: it knows ${[...sites.keys()].join(', ')}`);
  }
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
  expectNone(faults);
  const isMetricsOpen = metricsOpen === 'true';
  const cacheFolder = env.LUTRA_CACHE_DIR?.trim() || undefined;
  return { ...common, sites, cacheFolder, mail, secretKey, setupToken, isMetricsOpen, oidc, ...connections };
}

function readConnections(env: Environment, faults: string[]): Pick<AdminConfig, 'tls' | 'trustProxy'> {
  const trustProxy = splitHosts(env.LUTRA_TRUST_PROXY ?? '');
  for (const each of trustProxy) {
    if (!isNetwork(each))
      faults.push(`LUTRA_TRUST_PROXY holds "${each}": write addresses and networks of proxies, 10.0.0.5,10.1.0.0/16`);
  }
  return { tls: readServerTls(env, faults), trustProxy };
}

function isNetwork(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/');
  const most = isIP(address) === 4 ? 32 : 128;
  return isIP(address) > 0 && more.length === 0 && (bits === undefined || (/^\d+$/.test(bits) && Number(bits) <= most));
}

function readServerTls(env: Environment, faults: string[]): AdminConfig['tls'] {
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
