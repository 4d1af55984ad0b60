/** Redis for what may be lost: nothing is written to disk. */
import { portOf, type StackConfig } from '../config.ts';
import { checkRedis } from '../health.ts';
import { underOwnLoader } from '../install/debian.ts';
import { serverRoot } from '../install/servers.ts';
import type { Place } from '../layout.ts';
import { foldersOf, logFile } from './folders.ts';
import { alwaysAvailable, type ProcessSpec } from './spec.ts';

export function redisSpec(config: StackConfig, place: Place): ProcessSpec {
  const port = portOf(config, place.name);
  const settings = ['--bind', '127.0.0.1', '--port', String(port), '--save', '', '--appendonly', 'no'];
  return {
    name: place.name,
    role: place.role,
    site: place.site,
    commandLine() {
      const { command, args } = underOwnLoader(serverRoot(config.cache, 'redis'), 'usr/bin/redis-server');
      return { command, args: [...args, ...settings, '--dir', foldersOf(config.dir).run, '--daemonize', 'no'] };
    },
    env: {},
    addresses: { client: `redis://127.0.0.1:${port}` },
    credentials: [],
    log: logFile(config.dir, place.name),
    after: [],
    unavailable: alwaysAvailable,
    prepare: async () => {},
    check: () => checkRedis(port),
    stopLimitMs: 10_000,
  };
}
