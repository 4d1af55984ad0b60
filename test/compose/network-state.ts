/** What a Docker engine changes in the machine's network and leaves behind when it ends: filter rules, forwarding, bridges. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { runCommand } from './command.ts';

const FORWARDING = '/proc/sys/net/ipv4/ip_forward';

/** The part of the machine's network settings that an engine changes. */
export type NetworkState = {
  /** True when rules of another engine are there: then they are left alone. */
  readonly hasEngineRules: boolean;
  readonly forwardPolicy: string;
  readonly forwarding: string;
  readonly bridges: readonly string[];
};

/** Reads the settings, before the engine starts. */
export async function readNetworkState(): Promise<NetworkState> {
  const rules = await runCommand(['iptables-save']);
  return {
    hasEngineRules: rules.includes('DOCKER'),
    forwardPolicy: /^:FORWARD (\w+)/m.exec(rules)?.[1] ?? 'ACCEPT',
    forwarding: readFileSync(FORWARDING, 'utf8'),
    bridges: bridges(),
  };
}

/** Takes the engine's rules out again, after it ended; rules of others stay. */
export async function restoreNetworkState(before: NetworkState): Promise<void> {
  if (before.hasEngineRules) return;
  const rules = await runCommand(['iptables-save']);
  const kept = withoutEngineRules(rules, before.forwardPolicy);
  await runCommand(['iptables-restore'], { from: ['printf', '%s', kept] });
  writeFileSync(FORWARDING, before.forwarding);
  const added = bridges().filter((name) => !before.bridges.includes(name));
  for (const name of added) await runCommand(['ip', 'link', 'delete', name]);
}

/** Bridges of compose networks; one stays when the engine ends before its network was taken away. */
function bridges(): readonly string[] {
  return readdirSync('/sys/class/net').filter((name) => /^br-[0-9a-f]{12}$/.test(name));
}

/** Lines of `iptables-save` without those that name an engine's chains or the bridges of its networks. */
function withoutEngineRules(rules: string, forwardPolicy: string): string {
  const lines = rules.split('\n').filter((line) => !/\bDOCKER\b|\bDOCKER-|\bbr-[0-9a-f]{12}\b|\bdocker0\b/.test(line));
  return lines.map((line) => line.replace(/^:FORWARD (?=\w+ \[)\w+/, `:FORWARD ${forwardPolicy}`)).join('\n');
}
