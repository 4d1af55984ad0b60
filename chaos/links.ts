import { portOf, type StackConfig } from '../stack/config.ts';
import type { Site } from '../stack/layout.ts';
import { brokerRelay, type RelayPorts, registryRelay, type Way } from '../stack/relayed.ts';
import { losePackets } from './packet-loss.ts';
import { Relay } from './relay.ts';

/** Relays by name: `us>kafka-sh` carries what processes of site us ask of the broker of sh, `loader-us>otter` what one process asks of a database. */
export type Links = ReadonlyMap<string, Relay>;

const BROKER_LINKS: readonly { readonly name: string; readonly site: Site; readonly way: Way }[] = [
  { name: 'sh>kafka-sh', site: 'sh', way: 'near' },
  { name: 'us>kafka-us', site: 'us', way: 'near' },
  { name: 'us>kafka-sh', site: 'sh', way: 'far' },
  { name: 'sh>kafka-us', site: 'us', way: 'far' },
];

const REGISTRY_LINK = 'all>registry';

/** Names of the links that do not lead to a database. */
export const SERVER_LINKS: readonly string[] = [...BROKER_LINKS.map(({ name }) => name), REGISTRY_LINK];

/** Opens the relays that a relayed stack expects, and those of `databases`: link name -> process of the stack. */
export async function openLinks(config: StackConfig, databases: Readonly<Record<string, string>>): Promise<Links> {
  const links = new Map<string, Relay>();
  const open = async (name: string, { relay, server }: RelayPorts): Promise<void> => {
    links.set(name, await Relay.open(server, relay));
  };
  for (const { name, site, way } of BROKER_LINKS) await open(name, brokerRelay(portOf(config, `kafka-${site}`), way));
  await open(REGISTRY_LINK, registryRelay(portOf(config, 'registry')));
  for (const [name, process] of Object.entries(databases))
    await open(name, { relay: 0, server: portOf(config, process) });
  return links;
}

/** What the way between the sites is like, besides what faults do. */
export function setClimate(links: Links, { rttMs, lossPercent }: { rttMs: number; lossPercent: number }): void {
  const far = BROKER_LINKS.filter(({ way }) => way === 'far').map(({ name }) => linkOf(links, name));
  for (const relay of far) relay.settle(rttMs / 2);
  if (lossPercent === 0) return;
  losePackets(
    far.map(({ port }) => port),
    lossPercent,
  );
}

export async function closeLinks(links: Links): Promise<void> {
  await Promise.all([...links.values()].map((relay) => relay[Symbol.asyncDispose]()));
}

/** A link by its name; throws when there is none. */
export function linkOf(links: Links, name: string): Relay {
  const relay = links.get(name);
  if (relay === undefined) throw new Error(`no link ${name}; there are ${[...links.keys()].join(', ')}`);
  return relay;
}
