import type { Command } from 'commander';
import { ddlEntryViewSchema, ddlListSchema } from '../../schemas/ddl.ts';
import { STATEMENTS } from '../kinds/decided.ts';
import { addListing } from '../listing.ts';
import { readPages } from '../pages.ts';
import type { Connect } from '../program.ts';
import { paint, printable } from '../screen.ts';

type DecideOptions = { pipeline?: string; sql?: string };

/** `lutra ddl list`, `apply`, `edit`, `skip` */
export function addDdl(program: Command, connect: Connect): void {
  const ddl = program
    .command('ddl')
    .description('Statements of the sources: what became of them; decide about those that wait.')
    .addHelpText(
      'after',
      '\nExamples:\n  lutra ddl list shop --state held\n  lutra ddl apply shop 1-42\n  lutra ddl edit shop 1-42 --sql "ALTER TABLE otter.t ADD c INT"\n  lutra ddl skip shop 1-42',
    );
  addListing(ddl, connect, STATEMENTS, 'list');
  decide(ddl, connect, 'apply', 'Execute a held statement as the target would say it.');
  decide(ddl, connect, 'edit', 'Execute another statement instead of a held one.').requiredOption(
    '--sql <statement>',
    'what the target executes, in its own names',
  );
  decide(ddl, connect, 'skip', 'Execute nothing; rows of its tables go on as they are.');
}

function decide(ddl: Command, connect: Connect, action: 'apply' | 'edit' | 'skip', description: string): Command {
  return ddl
    .command(action)
    .description(description)
    .argument('<channel>', 'the channel')
    .argument('<id>', 'the statement, as `lutra ddl list` shows it')
    .option('--pipeline <name>', 'the pipeline, when the channel has several with this statement')
    .action(async (channel: string, id: string, options: DecideOptions) => {
      const { items } = await readPages(connect(), ddlListSchema, `/channels/${encodeURIComponent(channel)}/ddl`);
      const known = items.find((entry) => entry.id === id && (options.pipeline ?? entry.pipeline) === entry.pipeline);
      const pipeline = options.pipeline ?? known?.pipeline ?? 'unknown';
      const path = `/channels/${encodeURIComponent(channel)}/pipelines/${encodeURIComponent(pipeline)}/ddl/${encodeURIComponent(id)}/decision`;
      const body = JSON.stringify({
        action,
        ...(options.sql === undefined ? {} : { sql: options.sql }),
      });
      const entry = await connect().json(ddlEntryViewSchema, path, { method: 'POST', body });
      console.log(
        `statement ${id} (${printable(entry.words)}): ${paint('green', DONE[action])}; see lutra ddl list ${channel}`,
      );
    });
}

const DONE = { apply: 'to be applied', edit: 'to be applied as you wrote it', skip: 'to be skipped' } as const;
