import { setTimeout as delay } from 'node:timers/promises';
import { type Command, Option } from 'commander';
import type * as z from 'zod';
import { channelStatusSchema, statusListSchema } from '../../schemas/status.ts';
import { CliError, EXIT } from '../cli-error.ts';
import type { Connect } from '../program.ts';
import { statusText } from '../status-text.ts';

type ChannelStatus = z.infer<typeof channelStatusSchema>;
type Options = { watch?: boolean; output: 'table' | 'json' };

/** `lutra status` */
export function addStatus(program: Command, connect: Connect): void {
  program
    .command('status')
    .description(
      'Lag, rows a second, position and offsets of each pipeline; for one that does not run, why and what to do.',
    )
    .argument('[name]', 'the channel; left out: all')
    .option('-w, --watch', 'look again every second until Ctrl-C')
    .addOption(new Option('-o, --output <format>', 'form of the answer').choices(['table', 'json']).default('table'))
    .addHelpText('after', '\nExamples:\n  lutra status\n  lutra status shop --watch\n  lutra status shop -o json')
    .action(async (name: string | undefined, options: Options) => {
      const client = connect();
      if (options.watch === true) await watch(() => statusOf(client, name), options);
      else console.log(printed(await statusOf(client, name), options));
    });
}

async function statusOf(client: ReturnType<Connect>, name: string | undefined): Promise<ChannelStatus[]> {
  if (name !== undefined)
    return [await client.json(channelStatusSchema, `/channels/${encodeURIComponent(name)}/status`)];
  const found: ChannelStatus[] = [];
  for (let after: string | undefined = ''; after !== undefined; ) {
    const query: Record<string, string> = after === '' ? { limit: '500' } : { limit: '500', after };
    const page = await client.json(statusListSchema, '/status', { query });
    found.push(...page.items);
    after = page.next;
  }
  return found;
}

function printed(channels: readonly ChannelStatus[], { output }: Options): string {
  return output === 'json' ? JSON.stringify({ items: channels }, null, 2) : statusText(channels);
}

/** On a terminal the screen is drawn anew; elsewhere one block follows the other. An admin API that is away is said and asked again. */
async function watch(look: () => Promise<ChannelStatus[]>, options: Options): Promise<void> {
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  process.once('SIGTERM', () => stop.abort());
  while (!stop.signal.aborted) {
    const text = await look().then(
      (channels) => printed(channels, options),
      (error: unknown) => {
        if (error instanceof CliError && error.exitCode === EXIT.unreachable) return error.message;
        throw error;
      },
    );
    const clear = process.stdout.isTTY && options.output === 'table' ? '\u001b[H\u001b[2J' : '';
    console.log(`${clear}${text}`);
    await delay(1000, undefined, { signal: stop.signal }).catch(() => {});
  }
}
