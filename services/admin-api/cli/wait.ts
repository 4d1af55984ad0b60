import { setTimeout as delay } from 'node:timers/promises';
import type * as z from 'zod';
import { channelStatusSchema, type PipelineView } from '../schemas/status.ts';
import type { ApiClient } from './api-client.ts';
import { CliError, EXIT } from './cli-error.ts';
import { Progress } from './progress.ts';
import { printable } from './screen.ts';
import { readDuration } from './time-text.ts';

type ChannelStatus = z.infer<typeof channelStatusSchema>;
type Wanted = { readonly name: string; readonly revision: number };

/** Waits until every pipeline of the channels runs by this revision or a later one; channels that are paused are not waited for. Errors: CliError 5 with the reason of each that does not. */
export async function waitUntilRunning(client: ApiClient, channels: readonly Wanted[], timeout: string): Promise<void> {
  await waitFor(client, channels, timeout, ({ desired }, { state, loader }, { revision }) => {
    const follows = loader?.revision === undefined || loader.revision >= revision;
    return desired === 'paused' || (state === 'running' && follows);
  });
}

/** Waits until no loader works on the channel. Errors: CliError 5. */
export async function waitUntilPaused(client: ApiClient, name: string, timeout: string): Promise<void> {
  await waitFor(client, [{ name, revision: 0 }], timeout, (_status, { state, loader }) => {
    const isAtRest = loader === undefined || loader.isLost || ['paused', 'stopped', 'standby'].includes(loader.state);
    return state === 'paused' && isAtRest;
  });
}

type IsThere = (status: ChannelStatus, pipeline: PipelineView, wanted: Wanted) => boolean;

async function waitFor(client: ApiClient, channels: readonly Wanted[], timeout: string, isThere: IsThere) {
  const deadline = Date.now() + readDuration(timeout, '--timeout');
  using progress = new Progress(`waiting for ${channels.map(({ name }) => name).join(', ')}`);
  for (const wanted of channels) {
    for (;;) {
      const path = `/channels/${encodeURIComponent(wanted.name)}/status`;
      const status = await client.json(channelStatusSchema, path);
      const open = status.pipelines.filter((pipeline) => !isThere(status, pipeline, wanted));
      if (open.length === 0) break;
      const lines = open.map((pipeline) => stateText(wanted.name, pipeline));
      if (Date.now() > deadline) throw new CliError(EXIT.waitedInVain, [`not within ${timeout}:`, ...lines]);
      progress.say(lines[0] ?? '');
      await delay(300);
    }
  }
}

function stateText(channel: string, { name, state, reason }: PipelineView): string {
  const why = reason === undefined ? '' : `: ${reason.message} [${reason.code}]; ${reason.remedy}`;
  return printable(`${channel}/${name} is ${state}${why}`);
}
