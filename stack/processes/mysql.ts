/** MySQL 9: its arguments and its initialisation. */
import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { StackError } from '../errors.ts';
import { serverRoot } from '../install/servers.ts';
import { type DatabaseServer, writeStatements } from './database-server.ts';
import { userStatements } from './database-users.ts';
import type { CommandLine } from './spec.ts';

export function mysqlServer(cache: string): DatabaseServer {
  const root = serverRoot(cache, 'mysql');
  return {
    root,
    program: 'usr/sbin/mysqld',
    base: [
      `--basedir=${join(root, 'usr')}`,
      `--lc-messages-dir=${join(root, 'usr/share/mysql')}`,
      `--plugin-dir=${join(root, 'usr/lib/mysql/plugin')}`,
      `--character-sets-dir=${join(root, 'usr/share/mysql/charsets')}`,
      '--secure-file-priv=NULL',
      '--mysqlx=OFF',
    ],
    running: () => ['--gtid-mode=ON', '--enforce-gtid-consistency=ON'],
  };
}

/** Makes system tables and logins; neither reaches the binlog, so a source begins with an empty GTID set. */
export async function initialiseMysql(program: CommandLine, part: string): Promise<void> {
  const file = writeStatements(part, userStatements());
  const args = [...program.args, '--initialize-insecure', `--init-file=${file}`, `--datadir=${part}`];
  await promisify(execFile)(program.command, args, { maxBuffer: 16 << 20 }).catch((cause: unknown) => {
    throw new StackError(`MySQL could not initialise ${part}; see the cause, then "stack reset".`, { cause });
  });
  rmSync(file);
}
