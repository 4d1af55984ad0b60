import { attachStack } from '../../stack/api.ts';

export type Place = { readonly host: string; readonly port: number };

/** Addresses of the local stack that `npm run stack -- up` made, as the tests need them. Throws with that command in its message when there is none. */
export type StackAddresses = {
  /** Bootstrap brokers of a site's Kafka. */
  readonly kafka: string;
  readonly registry: string;
  readonly mysql: Place;
};

export function stackAddresses(): StackAddresses {
  const stack = attachStack();
  return {
    kafka: stack.address('kafka-sh'),
    registry: stack.address('registry', 'http').replace(/\/+$/, ''),
    mysql: place(stack.address('otter')),
  };
}

function place(address: string): Place {
  const colon = address.lastIndexOf(':');
  return { host: address.slice(0, colon), port: Number(address.slice(colon + 1)) };
}
