import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { type DiffView, diffReplySchema, diffSchema } from '../../schemas/revisions.ts';
import { CliError, EXIT } from '../cli-error.ts';
import { canAsk, confirm } from '../confirm.ts';
import { examples } from '../listing.ts';
import { type Format, outputOption, show } from '../output.ts';
import type { Connect } from '../program.ts';
import { readInput } from '../read-input.ts';
import { paint, printable } from '../screen.ts';
import { readCount } from '../time-text.ts';

/** `lutra diff`, `lutra rollback`, `lutra export` */
export function addChanges(program: Command, connect: Connect): void {
  program
    .command('diff')
    .description(`What applying a file would change. Exit code ${EXIT.differs} when something would.`)
    .requiredOption('-f, --file <file>', 'YAML or JSON; - for standard input')
    .addOption(outputOption())
    .addHelpText('after', examples(['lutra diff -f shop.yaml']))
    .action(async ({ file, output }: { file: string; output: Format }) => {
      const { name, text } = await readInput(file);
      const reply = await connect().json(diffReplySchema, '/diff', {
        method: 'POST',
        body: text,
        query: { file: name },
      });
      const changed = reply.items.filter(({ outcome }) => outcome !== 'unchanged');
      show(
        { value: reply, table: () => reply.items.map(diffText).join('\n'), names: changed.map((each) => each.name) },
        output,
      );
      if (changed.length > 0) throw new CliError(EXIT.differs, []);
    });
  program
    .command('rollback')
    .description('Make an earlier revision of a channel the present one. Positions, and whether it runs, stay.')
    .argument('<channel>', 'the channel')
    .argument('<revision>', 'as `lutra get revisions CHANNEL` shows it')
    .option('--dry-run', 'only show what would change')
    .option('-y, --yes', 'do not ask (asked on a terminal only)')
    .addOption(outputOption())
    .addHelpText('after', examples(['lutra rollback shop 3 --dry-run', 'lutra rollback shop 3']))
    .action(rollback.bind(undefined, connect));
  program
    .command('export')
    .description('All documents as one YAML file, without secrets; lutra apply takes it back.')
    .option('--filter <text>', 'only channels whose name holds this text, with their databases')
    .option('--file <file>', 'into this file instead of standard output')
    .addHelpText('after', examples(['lutra export > everything.yaml', 'lutra export --filter shop --file shop.yaml']))
    .action(async ({ filter, file }: { filter?: string; file?: string }) => {
      const text = await connect().text('/export', { query: filter === undefined ? {} : { filter } });
      if (file === undefined) process.stdout.write(text);
      else {
        await writeFile(file, text);
        console.log(`${paint('green', 'written')} to ${file}`);
      }
    });
}

type RollbackOptions = { dryRun?: true; yes?: true; output: Format };

async function rollback(connect: Connect, channel: string, revision: string, options: RollbackOptions): Promise<void> {
  const client = connect();
  const body = JSON.stringify({ revision: readCount(revision, 'revision') });
  const call = (dryRun: boolean): Promise<DiffView> =>
    client.json(diffSchema, `/channels/${encodeURIComponent(channel)}/rollback`, {
      method: 'POST',
      body,
      query: { dryRun: String(dryRun) },
    });
  const print = (view: DiffView): void =>
    show({ value: view, table: () => diffText(view), names: [view.name] }, options.output);
  if (options.dryRun === true) return print(await call(true));
  if (options.yes !== true && canAsk()) {
    console.log(diffText(await call(true)));
    await confirm(`roll ${channel} back to revision ${revision}?`, 'nothing was changed');
  }
  print(await call(false));
}

function diffText({ kind, name, outcome, notes, diff }: DiffView): string {
  const lines = diff === '' ? [] : diff.trimEnd().split('\n').map(diffLine);
  return [
    `${kind.toLowerCase()} ${name} ${outcome}`,
    ...notes.map((note) => `  ${paint('yellow', 'note')} ${printable(note)}`),
    ...lines,
  ].join('\n');
}

function diffLine(line: string): string {
  const text = printable(line);
  if (/^(\+\+\+|---)/.test(line)) return paint('bold', text);
  if (line.startsWith('+')) return paint('green', text);
  if (line.startsWith('-')) return paint('red', text);
  return line.startsWith('@@') ? paint('cyan', text) : text;
}
