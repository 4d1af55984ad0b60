import type { Command } from 'commander';
import type { EditedValues, QuarantineAction, QuarantineEntry } from '../../../../shared/model/quarantine-entry.ts';
import { quarantineEntryViewSchema, quarantineListSchema } from '../../schemas/quarantine.ts';
import { CliError, EXIT } from '../cli-error.ts';
import { QUARANTINE } from '../kinds/decided.ts';
import { addListing } from '../listing.ts';
import { type Format, outputOption, show } from '../output.ts';
import { readPages } from '../pages.ts';
import type { Connect } from '../program.ts';
import { rowText } from '../quarantine-text.ts';
import { paint } from '../screen.ts';

type ShowOptions = { pipeline?: string; output: Format };
type DecideOptions = { pipeline?: string; all?: true; table?: string; set?: string[] };

/** `lutra quarantine list`, `show`, `retry`, `edit`, `skip`, `take` */
export function addQuarantine(program: Command, connect: Connect): void {
  const quarantine = program
    .command('quarantine')
    .description('Rows that a target refuses and those that wait behind them; decide about them.')
    .addHelpText(
      'after',
      '\nExamples:\n  lutra quarantine list shop\n  lutra quarantine show shop 1-42-0\n  lutra quarantine retry shop 1-42-0\n  lutra quarantine retry shop --all --table otter.orders\n  lutra quarantine edit shop 1-42-0 --set name=short --set note=null\n  lutra quarantine skip shop 1-42-0\n  lutra quarantine take shop 1-42-0',
    );
  addListing(quarantine, connect, QUARANTINE, 'list');
  quarantine
    .command('show')
    .description('One row: its values, the statement, the error and what to do.')
    .argument('<channel>', 'the channel')
    .argument('<id>', 'the row, as `lutra quarantine list` shows it')
    .option('--pipeline <name>', 'the pipeline, when the channel has several')
    .addOption(outputOption())
    .action(async (channel: string, id: string, { pipeline, output }: ShowOptions) => {
      const path = `${await rowsPath(connect, channel, { id, pipeline })}/${encodeURIComponent(id)}`;
      const entry = await connect().json(quarantineEntryViewSchema, path);
      show({ value: entry, table: () => rowText(entry), names: [entry.id] }, output);
    });
  decide(quarantine, connect, 'retry', 'Apply a refused row again.');
  decide(quarantine, connect, 'edit', 'Apply a refused row with other values.').requiredOption(
    '--set <column=value...>',
    'a value for a column of the target; null is NULL, "null" the text',
  );
  decide(quarantine, connect, 'skip', 'Leave a refused row out; what waits behind it follows.');
  decide(
    quarantine,
    connect,
    'take',
    'Take the row as the source has it now, in the place of this change and the later ones.',
  );
}

function decide(parent: Command, connect: Connect, action: QuarantineAction, description: string): Command {
  const command = parent
    .command(action)
    .description(description)
    .argument('<channel>', 'the channel')
    .argument(action === 'edit' ? '<id>' : '[id]', 'the row, as `lutra quarantine list` shows it')
    .option('--pipeline <name>', 'the pipeline, when the channel has several');
  if (action !== 'edit') {
    command
      .option('--all', 'every refused row of the pipeline')
      .option('--table <schema.table>', 'with --all: of this table of the target');
  }
  return command.action(async (channel: string, id: string | undefined, options: DecideOptions) => {
    if ((id === undefined) !== (options.all === true)) throw new CliError(EXIT.usage, ['name a row or give --all']);
    const path = await rowsPath(connect, channel, { id, pipeline: options.pipeline });
    if (id === undefined) {
      const body = JSON.stringify({ action, ...(options.table === undefined ? {} : { table: options.table }) });
      const { total } = await connect().json(quarantineListSchema, `${path}/decision`, { method: 'POST', body });
      console.log(`${total} rows: ${paint('green', DONE[action])}; see lutra quarantine list ${channel}`);
      return;
    }
    const values = options.set === undefined ? {} : { values: valuesOf(options.set) };
    const body = JSON.stringify({ action, ...values });
    const url = `${path}/${encodeURIComponent(id)}/decision`;
    await connect().json(quarantineEntryViewSchema, url, { method: 'POST', body });
    console.log(`row ${id}: ${paint('green', DONE[action])}; see lutra quarantine list ${channel}`);
  });
}

const DONE = {
  retry: 'to be applied again',
  edit: 'to be applied as you wrote it',
  skip: 'to be left out',
  take: 'to be taken as the source has it',
} as const;

/** Path of the pipeline's quarantine. Without `pipeline`: the one that has the row, or any refused row. */
async function rowsPath(
  connect: Connect,
  channel: string,
  { id, pipeline }: { id: string | undefined; pipeline: string | undefined },
): Promise<string> {
  const name = pipeline ?? (await pipelineWith(connect, channel, id));
  return `/channels/${encodeURIComponent(channel)}/pipelines/${encodeURIComponent(name)}/quarantine`;
}

async function pipelineWith(connect: Connect, channel: string, id: string | undefined): Promise<string> {
  const path = `/channels/${encodeURIComponent(channel)}/quarantine`;
  const { items } = await readPages(connect(), quarantineListSchema, path);
  const names = new Set(items.filter((entry) => isMeant(entry, id)).map((entry) => entry.pipeline));
  const [name] = names;
  if (names.size === 1 && name !== undefined) return name;
  const what = id === undefined ? 'refused rows' : `a row ${id}`;
  if (names.size > 1)
    throw new CliError(EXIT.usage, [`pipelines ${[...names].join(', ')} have ${what}: name one with --pipeline`]);
  throw new CliError(EXIT.refused, [`no pipeline of ${channel} has ${what}; see lutra quarantine list ${channel}`]);
}

function isMeant(entry: QuarantineEntry, id: string | undefined): boolean {
  return id === undefined ? entry.state === 'refused' : entry.id === id;
}

function valuesOf(settings: readonly string[]): EditedValues {
  return Object.fromEntries(
    settings.map((setting) => {
      const at = setting.indexOf('=');
      if (at < 1) throw new CliError(EXIT.usage, [`--set ${setting}: write it as column=value`]);
      return [setting.slice(0, at), givenValue(setting.slice(at + 1))];
    }),
  );
}

/** Numbers stay texts, which are exact; the target's column makes a number of them. */
function givenValue(text: string): EditedValues[string] {
  if (text === 'null') return null;
  return /^".*"$/s.test(text) ? text.slice(1, -1) : text;
}
