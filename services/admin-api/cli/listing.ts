import type { Command } from 'commander';
import type { Kind } from './kinds/kind.ts';
import { type Format, outputOption, type Shown, show, shownAs } from './output.ts';
import type { Connect } from './program.ts';
import { watch } from './watch.ts';

type Options = Readonly<Record<string, string>> & { readonly output: Format; readonly watch?: true };

/** A command that lists a kind and, where one can be named, shows one. */
export function addListing(parent: Command, connect: Connect, kind: Kind, name: string = kind.name): Command {
  const command = parent.command(name).description(kind.summary);
  if (name === kind.name) command.alias(kind.alias);
  if (kind.inChannel) command.argument('<channel>', 'the channel');
  if (kind.item !== undefined) command.argument(`[${kind.item}]`, 'one by its name; left out: all');
  for (const option of kind.options) command.addOption(option);
  command
    .addOption(outputOption())
    .option('-w, --watch', 'look again every second until Ctrl-C')
    .addHelpText('after', examples(kind.examples));
  return command.action(async () => {
    const [first = '', second] = command.args;
    const { output: own, watch: isWatched, ...query } = command.opts<Options>();
    const output = formOf(parent) ?? own;
    const asked = { channel: kind.inChannel ? first : '', query: given(query) };
    const item = kind.item === undefined ? undefined : kind.inChannel ? second : command.args[0];
    const client = connect();
    const look = (): Promise<Shown> =>
      item === undefined || kind.one === undefined ? kind.list(client, asked) : kind.one(client, asked, item);
    if (isWatched !== true) return show(await look(), output);
    return watch(async () => shownAs(await look(), output), { isRedrawn: output === 'table' });
  });
}

/** The form that was asked for: a parent that knows the option too takes it from the line. */
export function formOf(parent: Command): Format | undefined {
  return parent.getOptionValueSource('output') === 'cli' ? parent.opts<{ output: Format }>().output : undefined;
}

export function examples(lines: readonly string[]): string {
  return `\n${lines.length === 1 ? 'Example' : 'Examples'}:\n${lines.map((line) => `  ${line}`).join('\n')}`;
}

function given(options: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(options).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
