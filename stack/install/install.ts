/** Installs what a set of places needs, and nothing more. */
import type { StackConfig } from '../config.ts';
import type { Place } from '../layout.ts';
import type { Report } from '../report.ts';
import { withLock } from './cache.ts';
import { installJava } from './java.ts';
import { installKafka, installRegistry } from './maven.ts';
import { installMariadb, installMysql, installRedis } from './servers.ts';

/** The settings to go on with: MySQL databases become MariaDB when MySQL cannot be had. */
export async function install(config: StackConfig, places: readonly Place[], report: Report): Promise<StackConfig> {
  return withLock(config.cache, report, async () => {
    const jvms = installJvms(config, places, report);
    const [, servers] = await Promise.allSettled([jvms, installServers(config, places, report)]);
    await jvms;
    if (servers.status === 'rejected') throw servers.reason;
    return servers.value;
  });
}

async function installJvms(config: StackConfig, places: readonly Place[], report: Report): Promise<void> {
  const kafka = places.some(({ role }) => role === 'broker' || role === 'mirror');
  const registry = places.some(({ role }) => role === 'registry');
  if (kafka || registry) await installJava(config.cache, report);
  if (kafka) await installKafka(config.cache, config.kafkaVersion, report);
  if (registry) await installRegistry(config.cache, report);
}

async function installServers(config: StackConfig, places: readonly Place[], report: Report): Promise<StackConfig> {
  if (places.some(({ role }) => role === 'redis')) await installRedis(config.cache, report);
  const engines = new Set(places.flatMap(({ engine }) => engine ?? []));
  if (engines.has('mariadb')) await installMariadb(config.cache, report);
  if (!engines.has('mysql') || (await installMysql(config.cache, report))) return config;
  await installMariadb(config.cache, report);
  return { ...config, databases: config.databases.map((database) => ({ ...database, engine: 'mariadb' as const })) };
}
