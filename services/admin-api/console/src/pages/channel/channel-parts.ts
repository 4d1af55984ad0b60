/** The parts of a channel's page, in the order of the tabs; each is the end of an address. */
export const CHANNEL_PARTS = [
  'overview',
  'curves',
  'batches',
  'positions',
  'document',
  'history',
  'ddl',
  'quarantine',
  'counters',
  'logs',
] as const;
export type ChannelPart = (typeof CHANNEL_PARTS)[number];

export function isChannelPart(text: string): text is ChannelPart {
  return CHANNEL_PARTS.some((part) => part === text);
}
