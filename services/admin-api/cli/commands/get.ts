import type { Command } from 'commander';
import { KINDS } from '../kinds/all.ts';
import { addListing, examples } from '../listing.ts';
import { type Format, outputOption, show } from '../output.ts';
import type { Connect } from '../program.ts';

/** `lutra get <kind>`; without a kind it is about channels. */
export function addGet(program: Command, connect: Connect): void {
  const get = program
    .command('get')
    .description('List things of a kind, or show one; without a kind: channels.')
    .argument('[channel]', 'one channel; left out: all')
    .addOption(outputOption())
    .addHelpText(
      'after',
      examples([
        'lutra get',
        'lutra get shop -o yaml > shop.yaml',
        'lutra get revisions shop',
        'lutra get pipelines -w',
      ]),
    )
    .action(async (channel: string | undefined, { output }: { output: Format }) => {
      const kind = KINDS.find(({ name }) => name === 'channels');
      const asked = { channel: '', query: {} };
      const shown = await (channel === undefined
        ? kind?.list(connect(), asked)
        : kind?.one?.(connect(), asked, channel));
      if (shown !== undefined) show(shown, output);
    });
  for (const kind of KINDS) addListing(get, connect, kind);
}
