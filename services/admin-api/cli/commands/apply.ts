import type { Command } from 'commander';
import type * as z from 'zod';
import { applyReplySchema } from '../../schemas/channels.ts';
import { examples } from '../listing.ts';
import { type Format, outputOption, show } from '../output.ts';
import type { Connect } from '../program.ts';
import { readInput } from '../read-input.ts';
import { paint, printable } from '../screen.ts';
import { waitUntilRunning } from '../wait.ts';

type Options = { file: string[]; dryRun?: true; wait?: true; timeout: string; output: Format };
type Reply = z.infer<typeof applyReplySchema>;

/** `lutra apply` */
export function addApply(program: Command, connect: Connect): void {
  program
    .command('apply')
    .description('Create or change the channels and databases of a file; all of a file or none.')
    .requiredOption('-f, --file <file...>', 'YAML or JSON, several documents divided by ---; - for standard input')
    .option('--dry-run', 'say what would change and change nothing')
    .option('--wait', 'wait until the channels that are to run do so with this document')
    .option('--timeout <duration>', 'how long --wait waits', '60s')
    .addOption(outputOption())
    .addHelpText(
      'after',
      examples([
        'lutra apply -f shop.yaml',
        'lutra apply -f shop.yaml --dry-run',
        'lutra apply -f shop.yaml --wait --timeout 5m',
        'cat *.yaml | lutra apply -f -',
      ]),
    )
    .action(async ({ file, dryRun, wait, timeout, output }: Options) => {
      const client = connect();
      const replies: Reply[] = [];
      for (const each of file) {
        const { name, text } = await readInput(each);
        const query = { file: name, dryRun: String(dryRun === true) };
        const reply = await client.json(applyReplySchema, '/apply', { method: 'POST', body: text, query });
        if (output === 'table') console.log(replyText(reply));
        replies.push(reply);
      }
      const applied = replies.flatMap((reply) => reply.applied);
      if (output !== 'table') {
        const value = { dryRun: dryRun === true, applied };
        show({ value, table: () => '', names: applied.map(({ name }) => name) }, output);
      }
      if (wait !== true || dryRun === true) return;
      const channels = applied.filter(({ kind }) => kind === 'Channel');
      await waitUntilRunning(client, channels, timeout);
    });
}

function replyText({ dryRun, applied }: Reply): string {
  const suffix = dryRun ? ' (dry run)' : '';
  return applied
    .flatMap(({ kind, name, outcome, changed, notes }) => {
      const colour = outcome === 'unchanged' ? 'gray' : 'green';
      const parts = changed.length > 0 ? `: ${changed.join(', ')}` : '';
      return [
        `${kind.toLowerCase()} ${name} ${paint(colour, outcome)}${parts}${suffix}`,
        ...notes.map((note) => `  ${paint('yellow', 'note')} ${printable(note)}`),
      ];
    })
    .join('\n');
}
