/** MySQL, MariaDB and Redis in the cache. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../errors.ts';
import type { Report } from '../report.ts';
import { MYSQL_SUITE, STABLE_SUITE } from '../versions.ts';
import { ensureFolder } from './cache.ts';
import { unpackPackages } from './debian.ts';

/** Folder of an unpacked server: `<cache>/mysql`, `<cache>/mariadb`, `<cache>/redis`. */
export function serverRoot(cache: string, server: 'mysql' | 'mariadb' | 'redis'): string {
  return join(cache, server);
}

/** Installs MySQL; false, with a line that says so, when Debian's unstable suite does not have it any more. */
export async function installMysql(cache: string, report: Report): Promise<boolean> {
  const root = serverRoot(cache, 'mysql');
  const packages = { suite: MYSQL_SUITE, install: ['mysql-server-core', 'mysql-client-core'] };
  try {
    await ensureFolder(root, report, (part) => unpackPackages(part, packages, 'MySQL'));
  } catch (error) {
    if (!/Unable to locate package|no installation candidate|unmet dependencies/i.test(messageOf(error))) throw error;
    report.line(`MySQL is not in Debian ${MYSQL_SUITE} at present, so MariaDB takes its place in this stack.`);
  }
  return existsSync(root);
}

/** Installs MariaDB with its binlog tools. */
export async function installMariadb(cache: string, report: Report): Promise<void> {
  const install = ['mariadb-server-core', 'mariadb-client-core'];
  const packages = { suite: STABLE_SUITE, install, alone: ['mariadb-client'] };
  await ensureFolder(serverRoot(cache, 'mariadb'), report, (part) => unpackPackages(part, packages, 'MariaDB'));
}

/** Installs Redis with its command-line client. */
export async function installRedis(cache: string, report: Report): Promise<void> {
  const packages = { suite: STABLE_SUITE, install: ['redis-server', 'redis-tools'] };
  await ensureFolder(serverRoot(cache, 'redis'), report, (part) => unpackPackages(part, packages, 'Redis'));
}
