/**
 * Ports of a stack whose Kafka and registry are reached through relays, which its maker runs (see chaos/): a broker has a listener for each
 * way to it and advertises the relay's port there, so that a client which comes by a relay stays on it.
 */
import { portOf, type StackConfig } from './config.ts';
import type { Site } from './layout.ts';

/** near: services and MirrorMaker of the broker's own site. far: the MirrorMaker of the other site. */
export const WAYS = ['near', 'far'] as const;
export type Way = (typeof WAYS)[number];

/** Where a relay listens, and where it leads. */
export type RelayPorts = { readonly relay: number; readonly server: number };

const LISTENERS = { near: 4, far: 5 } as const;
const RELAYS = { near: 6, far: 7 } as const;
const REGISTRY_RELAY = 6;

/** The ports of a way to a broker whose own port is `brokerPort`. */
export function brokerRelay(brokerPort: number, way: Way): RelayPorts {
  return { relay: brokerPort + RELAYS[way], server: brokerPort + LISTENERS[way] };
}

export function registryRelay(registryPort: number): RelayPorts {
  return { relay: registryPort + REGISTRY_RELAY, server: registryPort };
}

/** The port by which a site's Kafka is reached on this way. */
export function kafkaPort(config: StackConfig, site: Site, way: Way): number {
  const port = portOf(config, `kafka-${site}`);
  return config.relayed === true ? brokerRelay(port, way).relay : port;
}
