import * as z from 'zod';
import { alarmSchema } from '../../../shared/model/alarm.ts';
import { nodeSchema } from './nodes.ts';
import { channelStatusSchema } from './status.ts';

/**
 * GET /api/v1/events, text/event-stream. Each event: `id: <number>`, `event: <name>`, `data: <JSON as below>`; a comment every 15 s. With
 * `last-event-id` (browsers send it when they connect again) the events since then come first, or `reset` when they are no longer kept: then the client
 * asks again for what it shows. A client that does not read fast enough gets `reset` too.
 */
export const eventDataSchemas = {
  /** At most once a second and channel. */
  status: channelStatusSchema,
  channel: z.object({ name: z.string(), outcome: z.enum(['changed', 'deleted']), revision: z.int().optional() }),
  /** Something of the quarantine or the ledger of this channel changed: ask for it again. */
  quarantine: z.object({ channel: z.string() }),
  ddl: z.object({ channel: z.string() }),
  alarm: alarmSchema,
  node: nodeSchema,
  reset: z.object({}),
};
export type EventName = keyof typeof eventDataSchemas;
export type EventData<N extends EventName> = z.infer<(typeof eventDataSchemas)[N]>;
