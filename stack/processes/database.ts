/** A database process: settings of a source that Lutra can read, users, initialisation. */
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { portOf, type StackConfig } from '../config.ts';
import { checkDatabase } from '../health.ts';
import { underOwnLoader } from '../install/debian.ts';
import type { Place } from '../layout.ts';
import type { DatabaseServer } from './database-server.ts';
import { DATABASE_USERS } from './database-users.ts';
import { foldersOf, logFile, socketPath } from './folders.ts';
import { initialiseMariadb, mariadbServer } from './mariadb.ts';
import { initialiseMysql, mysqlServer } from './mysql.ts';
import { alwaysAvailable, type CommandLine, type ProcessSpec } from './spec.ts';

export function databaseSpec(config: StackConfig, place: Place): ProcessSpec {
  const port = portOf(config, place.name);
  const serverId = place.offsets[0] ?? 1;
  const { data, run } = foldersOf(config.dir);
  const folder = join(data, place.name);
  const temporary = join(run, `${place.name}.tmp`);
  const socket = socketPath(config.dir, place.name);
  const server = place.engine === 'mariadb' ? mariadbServer(config.cache) : mysqlServer(config.cache);
  return {
    name: place.name,
    role: place.role,
    site: place.site,
    commandLine() {
      const { command, args } = programOf(server);
      const own = [
        `--datadir=${folder}`,
        `--port=${port}`,
        `--socket=${socket}`,
        `--pid-file=${join(run, `${place.name}.server-pid`)}`,
        `--server-id=${serverId}`,
      ];
      const settings = [...SOURCE_SETTINGS, ...server.running(serverId), ...config.databaseArguments];
      return { command, args: [...args, ...own, ...settings] };
    },
    env: { TMPDIR: temporary }, // MariaDB removes the temporary files of other servers when it starts
    addresses: { client: `127.0.0.1:${port}`, socket },
    credentials: DATABASE_USERS.map(({ user, password }) => ({
      user,
      password,
      url: `mysql://${user}:${password}@127.0.0.1:${port}`,
    })),
    log: logFile(config.dir, place.name),
    data: folder,
    after: [],
    unavailable: alwaysAvailable,
    async prepare() {
      mkdirSync(temporary, { recursive: true });
      await initialise(folder, (part) => initialiseEngine(place, server, part));
    },
    check: () => checkDatabase(port),
    stopLimitMs: 60_000,
  };
}

/** Settings that a source needs (full rows, their metadata) and those that make a server of a test machine quick. */
const SOURCE_SETTINGS: readonly string[] = [
  '--bind-address=127.0.0.1',
  '--skip-name-resolve',
  '--character-set-server=utf8mb4',
  '--log-bin=binlog',
  '--binlog-format=ROW',
  '--binlog-row-image=FULL',
  '--binlog-row-metadata=FULL',
  '--innodb-buffer-pool-size=256M',
  '--innodb-flush-log-at-trx-commit=2',
  '--sync-binlog=0',
  '--local-infile=ON',
  '--max-allowed-packet=1G',
];

function programOf(server: DatabaseServer): CommandLine {
  const { command, args } = underOwnLoader(server.root, server.program);
  const asRoot = process.getuid?.() === 0 ? ['--user=root'] : [];
  return { command, args: [...args, '--no-defaults', ...asRoot, ...server.base] };
}

function initialiseEngine(place: Place, server: DatabaseServer, part: string): Promise<void> {
  const program = programOf(server);
  return place.engine === 'mariadb' ? initialiseMariadb(program, server.root, part) : initialiseMysql(program, part);
}

/** Initialises beside the real folder and renames it, so that a run that was cut short leaves nothing. */
async function initialise(folder: string, fill: (part: string) => Promise<void>): Promise<void> {
  if (existsSync(folder)) return;
  const part = `${folder}.part`;
  rmSync(part, { recursive: true, force: true });
  mkdirSync(part, { recursive: true });
  await fill(part);
  renameSync(part, folder);
}
