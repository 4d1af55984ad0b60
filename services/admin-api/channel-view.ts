import type { Channel } from '../../shared/model/channel.ts';
import { documentOf, writtenDocument } from '../../shared/model/written-document.ts';
import type { ChannelView } from './schemas/channels.ts';

/** A channel as the API shows it: what was written, apart from what Lutra keeps about it. */
export function channelView(channel: Channel): ChannelView {
  const { name, uid, revision, state, createdAt, updatedAt } = channel;
  return { name, uid, revision, state, createdAt, updatedAt, document: writtenDocument(documentOf(channel)) };
}

/** One page of items in the order of their names, after the given one. */
export function pageOf<T extends { readonly name: string }>(
  items: Iterable<T>,
  { after, limit }: { after?: string | undefined; limit: number },
): { items: T[]; total: number; next?: string } {
  const sorted = [...items].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const rest = after === undefined ? sorted : sorted.filter((item) => item.name > after);
  const page = rest.slice(0, limit);
  const last = page.at(-1);
  return { items: page, total: sorted.length, ...(rest.length > limit && last ? { next: last.name } : {}) };
}
