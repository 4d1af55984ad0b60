import type { Command } from 'commander';
import { applyReplySchema } from '../../schemas/channels.ts';
import type { Connect } from '../program.ts';
import { readInput } from '../read-input.ts';
import { paint } from '../screen.ts';

/** `lutra apply` */
export function addApply(program: Command, connect: Connect): void {
  program
    .command('apply')
    .description('Create or change the channels of a file; all of a file or none.')
    .requiredOption('-f, --file <file...>', 'YAML or JSON, several documents divided by ---; - for standard input')
    .option('--dry-run', 'say what would change and change nothing')
    .addHelpText(
      'after',
      '\nExamples:\n  lutra apply -f shop.yaml\n  lutra apply -f shop.yaml --dry-run\n  cat *.yaml | lutra apply -f -',
    )
    .action(async (options: { file: string[]; dryRun?: boolean }) => {
      const client = connect();
      for (const file of options.file) await apply(client, file, options.dryRun === true);
    });
}

async function apply(client: ReturnType<Connect>, file: string, isDryRun: boolean): Promise<void> {
  const { name, text } = await readInput(file);
  const query = { file: name, dryRun: String(isDryRun) };
  const reply = await client.json(applyReplySchema, '/apply', { method: 'POST', body: text, query });
  const suffix = reply.dryRun ? ' (dry run)' : '';
  for (const { name, outcome, changed, notes } of reply.applied) {
    const colour = outcome === 'unchanged' ? 'gray' : 'green';
    const parts = changed.length > 0 ? `: ${changed.join(', ')}` : '';
    console.log(`channel ${name} ${paint(colour, outcome)}${parts}${suffix}`);
    for (const note of notes) console.log(`  ${paint('yellow', 'note')} ${note}`);
  }
}
