import type { Command } from 'commander';
import { channelStatusSchema, statusListSchema } from '../../schemas/status.ts';
import type { ApiClient } from '../api-client.ts';
import { type Format, outputOption, type Shown, show, shownAs } from '../output.ts';
import { readPages } from '../pages.ts';
import type { Connect } from '../program.ts';
import { statusText } from '../status-text.ts';
import { watch } from '../watch.ts';

type Options = { watch?: boolean; output: Format };

/** `lutra status` */
export function addStatus(program: Command, connect: Connect): void {
  program
    .command('status')
    .description(
      'Lag, rows a second, position and offsets of each pipeline; for one that does not run, why and what to do.',
    )
    .argument('[channel]', 'the channel; left out: all')
    .option('-w, --watch', 'look again every second until Ctrl-C')
    .addOption(outputOption())
    .addHelpText('after', '\nExamples:\n  lutra status\n  lutra status shop --watch\n  lutra status shop -o json')
    .action(async (name: string | undefined, options: Options) => {
      const client = connect();
      if (options.watch !== true) return show(await statusOf(client, name), options.output);
      const look = async (): Promise<string> => shownAs(await statusOf(client, name), options.output);
      return watch(look, { isRedrawn: options.output === 'table' });
    });
}

async function statusOf(client: ApiClient, name: string | undefined): Promise<Shown> {
  const items =
    name === undefined
      ? (await readPages(client, statusListSchema, '/status')).items
      : [await client.json(channelStatusSchema, `/channels/${encodeURIComponent(name)}/status`)];
  return { value: { items }, table: () => statusText(items), names: items.map((channel) => channel.name) };
}
