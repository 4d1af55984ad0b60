import type { Channel } from '../../shared/model/channel.ts';
import { documentOf, writtenDocument } from '../../shared/model/written-document.ts';
import type { ChannelView } from './schemas/channels.ts';

/** A channel as the API shows it: what was written, apart from what Lutra keeps about it. */
export function channelView(channel: Channel): ChannelView {
  const { name, uid, revision, state, createdAt, updatedAt } = channel;
  return { name, uid, revision, state, createdAt, updatedAt, document: writtenDocument(documentOf(channel)) };
}
