import { type Command, Option } from 'commander';
import { stringify } from 'yaml';
import { type ChannelView, channelListSchema, channelViewSchema } from '../../schemas/channels.ts';
import type { Connect } from '../program.ts';
import { duration, paintState, printable, table } from '../screen.ts';

type Format = 'table' | 'yaml' | 'json';

/** `lutra get` */
export function addGet(program: Command, connect: Connect): void {
  program
    .command('get')
    .description('List channels, or show one.')
    .argument('[name]', '`channels` for all (the default), or the name of one', 'channels')
    .addOption(outputOption())
    .addHelpText(
      'after',
      '\nExamples:\n  lutra get\n  lutra get shop -o yaml > shop.yaml\n  lutra get channels -o json',
    )
    .action(async (name: string, { output }: { output: Format }) => {
      const client = connect();
      const isList = name === 'channels' || name === 'channel';
      const channels = isList
        ? await allChannels(client)
        : [await client.json(channelViewSchema, `/channels/${encodeURIComponent(name)}`)];
      console.log(printed(channels, output, isList));
    });
}

/** `-o table|yaml|json` */
export function outputOption(): Option {
  return new Option('-o, --output <format>', 'form of the answer').choices(['table', 'yaml', 'json']).default('table');
}

async function allChannels(client: ReturnType<Connect>): Promise<ChannelView[]> {
  const found: ChannelView[] = [];
  for (let after: string | undefined = ''; after !== undefined; ) {
    const query: Record<string, string> = after === '' ? { limit: '500' } : { limit: '500', after };
    const page = await client.json(channelListSchema, '/channels', { query });
    found.push(...page.items);
    after = page.next;
  }
  return found;
}

function printed(channels: readonly ChannelView[], format: Format, isList: boolean): string {
  if (format === 'json') return JSON.stringify(isList ? { items: channels } : channels[0], null, 2);
  if (format === 'yaml')
    return channels.map(({ document }) => stringify(document, { lineWidth: 0 }).trimEnd()).join('\n---\n');
  if (channels.length === 0) return 'no channels yet; create one with: lutra apply -f FILE';
  return table(['NAME', 'DESIRED', 'REVISION', 'PIPELINES', 'CHANGED'], channels.map(row));
}

function row({ name, state, revision, document, updatedAt }: ChannelView): string[] {
  const pipelines: { name: string; from: string; to: string }[] = document.pipelines;
  const shown = pipelines.map((each) => `${each.name} (${each.from} -> ${each.to})`).join(', ');
  return [name, paintState(state), String(revision), printable(shown), `${duration(Date.now() - updatedAt)} ago`];
}
