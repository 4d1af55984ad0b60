import { setTimeout as delay } from 'node:timers/promises';
import type * as z from 'zod';
import {
  applyReplySchema,
  channelListSchema,
  channelStatusSchema,
  stateReplySchema,
} from '../services/admin-api/api-schemas.ts';
import { ApiClient } from '../services/admin-api/cli/api-client.ts';
import { DemoError } from './demo-error.ts';

export type ChannelStatus = z.infer<typeof channelStatusSchema>;

const POLL_MS = 50;

/** Channels through the admin API, as the command line does it. Errors: CliError, whose lines are sentences. */
export class Channels {
  private readonly client: ApiClient;

  constructor(adminUrl: string, token: string) {
    this.client = new ApiClient(adminUrl, token);
  }

  /** Creates or changes the channels of a document; `file` names it in messages. Resolves to the revision of the first. */
  async apply(document: string, file = 'document'): Promise<number> {
    const query = { file };
    const { applied } = await this.client.json(applyReplySchema, '/apply', { method: 'POST', body: document, query });
    return applied[0]?.revision ?? 0;
  }

  async start(name: string): Promise<void> {
    await this.client.json(stateReplySchema, `${pathOf(name)}/start`, { method: 'POST' });
  }

  async pause(name: string): Promise<void> {
    await this.client.json(stateReplySchema, `${pathOf(name)}/pause`, { method: 'POST' });
  }

  /** Deletes it, when it exists. */
  async remove(name: string): Promise<void> {
    const { items } = await this.client.json(channelListSchema, '/channels', {
      query: { filter: name, limit: '1000' },
    });
    if (items.some((item) => item.name === name)) await this.client.text(pathOf(name), { method: 'DELETE' });
  }

  status(name: string): Promise<ChannelStatus> {
    return this.client.json(channelStatusSchema, `${pathOf(name)}/status`);
  }

  /**
   * Waits until loaders that began after `since` (ms since the epoch) run every pipeline: what the sources commit from then on is covered.
   * Throws after `limitMs`, saying what each pipeline waits for.
   */
  async waitRunning(name: string, { since, limitMs }: { since: number; limitMs: number }): Promise<void> {
    const deadline = performance.now() + limitMs;
    for (;;) {
      const { pipelines } = await this.status(name);
      const isReady = pipelines.every(({ state, loader }) => state === 'running' && (loader?.since ?? 0) >= since);
      if (isReady) return;
      if (performance.now() > deadline)
        throw new DemoError(`the channel ${name} does not run: ${pipelines.map(stateLine).join('; ')}`);
      await delay(POLL_MS);
    }
  }
}

function pathOf(name: string): string {
  return `/channels/${encodeURIComponent(name)}`;
}

/** `order waiting: no loader of site us has reported about it; start …` */
export function stateLine({ name, state, reason }: ChannelStatus['pipelines'][number]): string {
  return reason === undefined ? `${name} ${state}` : `${name} ${state}: ${reason.message}; ${reason.remedy}`;
}
