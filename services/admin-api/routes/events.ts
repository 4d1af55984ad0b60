import type { ServerResponse } from 'node:http';
import * as z from 'zod';
import { ApiError } from '../api-error.ts';
import type { EventHub, HubEvent } from '../observe/event-hub.ts';
import type { AdminParts, App } from '../server.ts';
import { answers } from './route-schemas.ts';

const HEARTBEAT_MS = 15_000;
/** What a client has not read yet, bytes; above it the connection ends, and the client comes back with its last id. */
const MOST_UNREAD = 1 << 20;
const MOST_CLIENTS = 200;
const RETRY_MS = 2_000;

const eventStream = {
  description: 'Events, each with id, event and data (JSON); it does not end.',
  content: { 'text/event-stream': { schema: z.string() } },
};

/** Live events, text/event-stream. */
export function eventRoutes(app: App, { events }: AdminParts): void {
  const clients = new Set<ServerResponse>();
  app.addHook('preClose', async () => {
    for (const response of clients) response.end();
  });
  app.get(
    '/api/v1/events',
    {
      config: { role: 'viewer' },
      exposeHeadRoute: false,
      schema: {
        tags: ['observe'],
        summary: 'Live events: status, channel, quarantine, ddl, alarm, node',
        description:
          'text/event-stream. With the header last-event-id the events since then come first, or `reset` when they are no longer kept: then ask again for what is shown.',
        querystring: z.object({
          channel: z.string().max(63).optional().describe('Only events of this channel.'),
          statuses: z
            .enum(['true', 'false'])
            .default('true')
            .describe('false: without the events `status`, which are the most.'),
        }),
        headers: z.object({ 'last-event-id': z.string().max(100).optional() }),
        response: answers({ 200: eventStream }),
      },
    },
    async ({ query, headers }, reply) => {
      if (clients.size >= MOST_CLIENTS) {
        const remedy = 'close other windows, or ask GET /api/v1/status now and then';
        throw new ApiError(503, 'TOO_MANY_LISTENERS', `${MOST_CLIENTS} clients listen to events already`, remedy);
      }
      reply.hijack();
      const response = reply.raw;
      for (const [name, value] of Object.entries(reply.getHeaders()))
        if (value !== undefined) response.setHeader(name, value);
      response.writeHead(200, {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
      });
      response.socket?.setTimeout(0);
      clients.add(response);
      const isMeant = ({ channel, name }: HubEvent): boolean =>
        (query.channel === undefined || channel === query.channel) && (query.statuses === 'true' || name !== 'status');
      const end = stream(response, events, isMeant, headers['last-event-id']);
      response.once('close', () => {
        clients.delete(response);
        end();
      });
    },
  );
}

/** Writes events until the returned function is called; ends the connection of a client that does not read. */
function stream(
  response: ServerResponse,
  hub: EventHub,
  isMeant: (event: HubEvent) => boolean,
  lastId: string | undefined,
): () => void {
  const write = (text: string): void => {
    response.write(text);
    if (response.writableLength > MOST_UNREAD) response.destroy();
  };
  write(`retry: ${RETRY_MS}\n\n`);
  const missed = lastId === undefined ? [] : hub.since(lastId);
  if (missed === undefined) write(`id: ${hub.last}\nevent: reset\ndata: {}\n\n`);
  else if (lastId === undefined) write(`id: ${hub.last}\n: listening\n\n`);
  for (const event of missed ?? []) if (isMeant(event)) write(event.text);
  const forget = hub.listen((event) => {
    if (isMeant(event)) write(event.text);
  });
  const beat = setInterval(() => write(': alive\n\n'), HEARTBEAT_MS);
  return () => {
    forget();
    clearInterval(beat);
  };
}
