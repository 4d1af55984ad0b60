import { callerOf } from '../access/caller.ts';
import { setState } from '../channel-edit.ts';
import { channelView } from '../channel-view.ts';
import { stateReplySchema } from '../schemas/channels.ts';
import type { AdminParts, App } from '../server.ts';
import { startPoints } from '../start-points.ts';
import { answers, nameParams } from './route-schemas.ts';

/** Start and pause. Both are harmless to repeat. */
export function stateRoutes(app: App, parts: AdminParts): void {
  app.post(
    '/api/v1/channels/:name/start',
    {
      config: { role: 'operator' },
      schema: {
        tags: ['channels'],
        summary: 'Start a channel',
        description: 'Answers from where each pipeline starts or goes on, and what is not covered.',
        params: nameParams,
        response: answers({ 200: stateReplySchema }, 404),
      },
    },
    async (request) => {
      const { channel, changed } = await setState(parts, request.params.name, 'running', {
        by: callerOf(request).name,
      });
      return { channel: channelView(channel), changed, startPoints: await startPoints(channel, parts) };
    },
  );

  app.post(
    '/api/v1/channels/:name/pause',
    {
      config: { role: 'operator' },
      schema: {
        tags: ['channels'],
        summary: 'Pause a channel',
        description: 'Its pipelines stand still and keep their place.',
        params: nameParams,
        response: answers({ 200: stateReplySchema }, 404),
      },
    },
    async (request) => {
      const { channel, changed } = await setState(parts, request.params.name, 'paused', { by: callerOf(request).name });
      return { channel: channelView(channel), changed };
    },
  );
}
