import { type Command, Option } from 'commander';
import type { DdlEntry } from '../../../../shared/model/ddl-entry.ts';
import { ddlEntryViewSchema, ddlListSchema } from '../../api-schemas.ts';
import type { Connect } from '../program.ts';
import { paint, printable, table } from '../screen.ts';

type ListOptions = { state?: string; limit: string; output: 'table' | 'json' };
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
  ddl
    .command('list')
    .description('Statements that the pipelines of a channel met, newest first.')
    .argument('<channel>', 'the channel')
    .addOption(
      new Option('--state <state>', 'only these').choices([
        'applied',
        'skipped',
        'held',
        'queued',
        'applying',
        'arriving',
      ]),
    )
    .option('--limit <n>', 'at most so many', '50')
    .addOption(new Option('-o, --output <format>', 'form of the answer').choices(['table', 'json']).default('table'))
    .action(async (channel: string, options: ListOptions) => {
      const { items } = await list(connect, channel, options);
      if (options.output === 'json') console.log(JSON.stringify({ items }, null, 2));
      else console.log(listText(items));
    });
  decide(ddl, connect, 'apply', 'Execute a held statement as the target would say it.');
  decide(ddl, connect, 'edit', 'Execute another statement instead of a held one.').requiredOption(
    '--sql <statement>',
    'what the target executes, in its own names',
  );
  decide(ddl, connect, 'skip', 'Execute nothing; rows of its tables go on as they are.');
}

function list(connect: Connect, channel: string, { state, limit }: Pick<ListOptions, 'state' | 'limit'>) {
  const query = { limit, ...(state === undefined ? {} : { state }) };
  return connect().json(ddlListSchema, `/channels/${encodeURIComponent(channel)}/ddl`, { query });
}

function decide(ddl: Command, connect: Connect, action: 'apply' | 'edit' | 'skip', description: string): Command {
  return ddl
    .command(action)
    .description(description)
    .argument('<channel>', 'the channel')
    .argument('<id>', 'the statement, as `lutra ddl list` shows it')
    .option('--pipeline <name>', 'the pipeline, when the channel has several with this statement')
    .action(async (channel: string, id: string, options: DecideOptions) => {
      const { items } = await list(connect, channel, { limit: '1000' });
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

function listText(items: readonly DdlEntry[]): string {
  if (items.length === 0) return 'no statements';
  const rows = items.map((entry) => [
    entry.id,
    entry.pipeline,
    entry.state,
    printable(entry.words),
    printable(entry.tables.join(', ') || '-'),
    new Date(entry.committedAt).toISOString(),
    entry.reason === undefined ? '-' : printable(entry.reason.code),
  ]);
  const held = items.filter(({ state }) => state === 'held').flatMap(heldLines);
  return [table(['ID', 'PIPELINE', 'STATE', 'STATEMENT', 'TABLES', 'COMMITTED', 'REASON'], rows), ...held].join('\n');
}

function heldLines({ id, reason, sql, targetSql }: DdlEntry): string[] {
  return [
    '',
    `${paint('bold', id)} ${paint('red', 'held')}: ${printable(reason?.message ?? '')}`,
    `  source: ${printable(sql)}`,
    ...(targetSql === undefined ? [] : [`  target: ${printable(targetSql)}`]),
    `  ${paint('cyan', 'remedy')}: ${printable(reason?.remedy ?? '')}`,
  ];
}
