import type { Command } from 'commander';
import { CliError, EXIT } from '../cli-error.ts';
import { examples } from '../listing.ts';
import type { Connect } from '../program.ts';
import { paint } from '../screen.ts';

/** `lutra resync` */
export function addResync(program: Command, connect: Connect): void {
  program
    .command('resync')
    .description('Copy rows of a table again. Not there yet: the answer says what to do instead.')
    .argument('<channel>', 'the channel')
    .requiredOption('--pipeline <pipeline>', 'the pipeline')
    .requiredOption('--table <schema.table>', 'the table of the source')
    .option('--key <column=value...>', 'only this row; several columns of one key after each other')
    .addHelpText('after', examples(['lutra resync shop --pipeline orders --table otter.orders']))
    .action(async (channel: string, { pipeline, table, key }: { pipeline: string; table: string; key?: string[] }) => {
      const path = `/channels/${encodeURIComponent(channel)}/pipelines/${encodeURIComponent(pipeline)}/resync`;
      const body = JSON.stringify({ table, ...(key === undefined ? {} : { keys: [keyOf(key)] }) });
      await connect().text(path, { method: 'POST', body });
      console.log(`${table} ${paint('green', 'is copied again')}`);
    });
}

function keyOf(parts: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    parts.map((part) => {
      const at = part.indexOf('=');
      if (at < 1) throw new CliError(EXIT.usage, [`--key ${part}: write it as column=value`]);
      return [part.slice(0, at), part.slice(at + 1)];
    }),
  );
}
