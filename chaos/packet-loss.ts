import { execFileSync, spawn } from 'node:child_process';

const OWN = 'LUTRA_CHAOS_OWN_NETWORK';

/** True when this process runs in a network namespace that was made for it. */
export const hasOwnNetwork = process.env[OWN] === '1';

/** Runs this command once more in a network namespace of its own, where nothing is but the loopback interface; resolves to its exit code. */
export async function runInOwnNetwork(): Promise<number> {
  const begin = 'ip link set lo up && exec "$0" "$@"';
  const args = ['--net', '--', 'sh', '-c', begin, process.execPath, ...process.argv.slice(1)];
  const child = spawn('unshare', args, { stdio: 'inherit', env: { ...process.env, [OWN]: '1' } });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.on('error', reject).on('exit', (code) => resolve(code ?? 1));
  });
}

/** From now on so many percent of the packets from and to these ports get lost; TCP sends them again. Only in an own network. */
export function losePackets(ports: readonly number[], percent: number): void {
  if (!hasOwnNetwork) throw new Error('packets are lost only in a network namespace of the run');
  const match = ['-i', 'lo', '-p', 'tcp', '-m', 'multiport', '--ports', ports.join(',')];
  const share = ['-m', 'statistic', '--mode', 'random', '--probability', String(percent / 100)];
  execFileSync('iptables', ['-A', 'INPUT', ...match, ...share, '-j', 'DROP']);
}
