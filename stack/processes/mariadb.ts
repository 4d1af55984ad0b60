/** MariaDB 10.11: its arguments and its initialisation. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { StackError } from '../errors.ts';
import { serverRoot } from '../install/servers.ts';
import type { DatabaseServer } from './database-server.ts';
import { userStatements } from './database-users.ts';
import type { CommandLine } from './spec.ts';

/** What `mariadb-install-db` feeds to the server; without the test database and its anonymous users. */
const SYSTEM_TABLES = [
  'mysql_system_tables.sql',
  'mysql_performance_tables.sql',
  'mysql_system_tables_data.sql',
  'fill_help_tables.sql',
  'maria_add_gis_sp_bootstrap.sql',
  'mysql_sys_schema.sql',
] as const;

export function mariadbServer(cache: string): DatabaseServer {
  const root = serverRoot(cache, 'mariadb');
  return {
    root,
    program: 'usr/sbin/mariadbd',
    base: [
      `--basedir=${join(root, 'usr')}`,
      `--lc-messages-dir=${join(root, 'usr/share/mysql')}`,
      `--plugin-dir=${join(root, 'usr/lib/mysql/plugin')}`,
      `--character-sets-dir=${join(root, 'usr/share/mysql/charsets')}`,
    ],
    running: (serverId) => [`--gtid-domain-id=${serverId}`, '--gtid-strict-mode=ON'],
  };
}

/** Makes system tables and logins with a server that reads SQL from its input and writes no binlog. */
export async function initialiseMariadb(program: CommandLine, root: string, part: string): Promise<void> {
  const share = join(root, 'usr/share/mysql');
  const sql = [
    'CREATE DATABASE IF NOT EXISTS mysql;\nUSE mysql;\n',
    ...SYSTEM_TABLES.map((file) => readFileSync(join(share, file), 'utf8')),
    "\nDELETE FROM global_priv WHERE User = 'root' AND Host NOT IN ('localhost', '127.0.0.1');\n",
    '\nFLUSH PRIVILEGES;\n',
    ...userStatements().map((statement) => `${statement};\n`),
  ].join('\n');
  const args = [...program.args, '--bootstrap', `--datadir=${part}`, '--skip-log-bin', '--silent-startup'];
  const said = await feed({ command: program.command, args }, sql);
  if (said.code === 0 && !/\bERROR\b/.test(said.text)) return;
  throw new StackError(
    `MariaDB could not initialise ${part}; "stack reset" starts anew. It said: ${said.text.trim().slice(-1000)}`,
  );
}

async function feed(program: CommandLine, input: string): Promise<{ code: number | null; text: string }> {
  const child = spawn(program.command, program.args, { stdio: ['pipe', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  child.stdin.on('error', () => {}); // the exit code tells more than a broken pipe
  child.stdin.end(input);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return { code, text };
}
