import type * as z from 'zod';
import type { Channel } from '../../shared/model/channel.ts';
import type { Reason } from '../../shared/model/status.ts';
import type { ReplicationError } from '../../shared/runtime/errors.ts';
import { pipelineView } from './pipeline-status.ts';
import type { channelStatusSchema } from './schemas/status.ts';
import type { AdminParts } from './server.ts';

export type ChannelStatusView = z.infer<typeof channelStatusSchema>;

/** The state of a channel's pipelines, made of what their processes say. */
export function channelStatus(
  channel: Channel,
  { statuses, channels }: Pick<AdminParts, 'statuses' | 'channels'>,
): ChannelStatusView {
  const { trouble } = channels;
  const now = Date.now();
  return {
    name: channel.name,
    revision: channel.revision,
    desired: channel.state,
    pipelines: channel.pipelines.map((pipeline) => {
      const view = pipelineView(channel, pipeline, statuses.of(channel, pipeline), now);
      return view.state === 'lost' && trouble !== undefined ? { ...view, reason: unseen(trouble) } : view;
    }),
  };
}

/** While this site's Kafka is away nobody can be heard, so silence says nothing about the process. */
function unseen({ code, message, remedy }: ReplicationError): Reason {
  return { code, message: `the admin API hears from nobody: ${message}`, remedy };
}
