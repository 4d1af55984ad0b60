import { channelStatus } from '../channel-status.ts';
import type { ChannelStore } from '../channel-store.ts';
import type { StatusView } from '../status-view.ts';
import type { World } from './conditions.ts';
import { ProgressWatch } from './progress-watch.ts';

/** What the rules ask about, made of what the processes say; undefined while this site's Kafka is away, because then nobody can be heard. */
export function watchWorld(parts: { channels: ChannelStore; statuses: StatusView }): () => World | undefined {
  const progress = new ProgressWatch();
  return () => {
    const { channels, statuses } = parts;
    if (channels.trouble !== undefined) return undefined;
    const now = Date.now();
    const pipelines = [...channels.all().values()].flatMap((channel) =>
      channelStatus(channel, parts).pipelines.map((view) => ({
        channel: channel.name,
        view,
        stuckMs: progress.stuckMs(`${channel.name}/${view.name}`, view, now),
      })),
    );
    progress.keepOnly(new Set(pipelines.map(({ channel, view }) => `${channel}/${view.name}`)));
    return { pipelines, nodes: statuses.nodes.list([], now) };
  };
}
