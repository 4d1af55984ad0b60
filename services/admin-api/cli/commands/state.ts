import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import { stateReplySchema } from '../../schemas/channels.ts';
import { CliError, EXIT } from '../cli-error.ts';
import type { Connect } from '../program.ts';
import { paint, printable } from '../screen.ts';

/** `lutra start`, `lutra pause`, `lutra delete` */
export function addState(program: Command, connect: Connect): void {
  program
    .command('start')
    .description('Let a channel run, and say from where each pipeline starts and what is not covered.')
    .argument('<name>', 'the channel')
    .addHelpText('after', '\nExample:\n  lutra start shop')
    .action(async (name: string) => {
      const { changed, startPoints = [] } = await set(connect(), name, 'start');
      console.log(`channel ${name} ${changed ? paint('green', 'started') : 'runs already'}`);
      for (const point of startPoints) {
        console.log(printable(`  ${point.pipeline}: ${point.from}`));
        console.log(printable(`    not covered: ${point.notCovered}`));
      }
    });
  program
    .command('pause')
    .description('Let a channel stand still; its pipelines keep their place.')
    .argument('<name>', 'the channel')
    .addHelpText('after', '\nExample:\n  lutra pause shop')
    .action(async (name: string) => {
      const { changed } = await set(connect(), name, 'pause');
      console.log(`channel ${name} ${changed ? paint('green', 'paused') : 'is paused already'}`);
    });
  program
    .command('delete')
    .description('Delete a channel; one made again under its name does not inherit its place.')
    .argument('<name>', 'the channel')
    .option('-y, --yes', 'do not ask (asked on a terminal only)')
    .addHelpText('after', '\nExample:\n  lutra delete shop')
    .action(async (name: string, options: { yes?: boolean }) => {
      const client = connect();
      if (options.yes !== true) await confirm(name);
      await client.text(`/channels/${encodeURIComponent(name)}`, { method: 'DELETE' });
      console.log(`channel ${name} ${paint('green', 'deleted')}`);
    });
}

function set(client: ReturnType<Connect>, name: string, verb: 'start' | 'pause') {
  return client.json(stateReplySchema, `/channels/${encodeURIComponent(name)}/${verb}`, { method: 'POST' });
}

async function confirm(name: string): Promise<void> {
  if (!process.stdin.isTTY || !process.stdout.isTTY) return;
  const dialog = createInterface({ input: process.stdin, output: process.stdout });
  try {
    const answer = await dialog.question(
      `delete the channel ${name}? Its pipelines lose their place; rows already written stay. [y/N] `,
    );
    if (!/^y(es)?$/i.test(answer.trim())) throw new CliError(EXIT.refused, ['nothing was deleted']);
  } finally {
    dialog.close();
  }
}
