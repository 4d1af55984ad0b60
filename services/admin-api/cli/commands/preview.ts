import type { Command } from 'commander';
import {
  previewReplySchema,
  type ResolvedTable,
  type TargetStatements,
  tableListSchema,
  type UnreadDatabase,
} from '../../schemas/tables.ts';
import type { ApiClient } from '../api-client.ts';
import { CliError, EXIT } from '../cli-error.ts';
import { filterOption } from '../kinds/kind.ts';
import { examples } from '../listing.ts';
import { type Format, outputOption, show } from '../output.ts';
import type { Connect } from '../program.ts';
import { Progress } from '../progress.ts';
import { readInput } from '../read-input.ts';
import { paint, printable } from '../screen.ts';

type Options = { file?: string; filter?: string; output: Format };
type Previewed = { readonly items: readonly ResolvedTable[]; readonly problems: readonly UnreadDatabase[] };

const PAGE = '500';

/** `lutra preview` */
export function addPreview(program: Command, connect: Connect): void {
  program
    .command('preview')
    .description(
      'The tables that mappings take, where they go, and the statements that apply their rows there. Exit code 1 when something stands against one.',
    )
    .argument('[channel]', 'a channel that exists')
    .option('-f, --file <file>', 'channels in a file instead; nothing is stored; - for standard input')
    .addOption(filterOption())
    .addOption(outputOption())
    .addHelpText(
      'after',
      examples(['lutra preview -f shop.yaml', 'lutra preview shop --filter orders', 'lutra preview shop -o yaml']),
    )
    .action(async (channel: string | undefined, options: Options, command: Command) => {
      if ((channel === undefined) === (options.file === undefined)) {
        command.error('error: give either the name of a channel or -f FILE', { exitCode: EXIT.usage });
      }
      const found = await looked(connect(), channel, options);
      const names = found.items.map(({ from }) => `${from.schema}.${from.table}`);
      show({ value: found, table: () => text(found), names }, options.output);
      const isFit = found.items.every(({ state }) => state === 'ok') && !found.problems.some(isError);
      if (!isFit) throw new CliError(EXIT.refused, []);
    });
}

/** All pages as one. */
async function looked(client: ApiClient, channel: string | undefined, options: Options): Promise<Previewed> {
  using _progress = new Progress(`looking at ${channel ?? options.file}`);
  const input = options.file === undefined ? undefined : await readInput(options.file);
  const items: ResolvedTable[] = [];
  const problems = new Map<string, UnreadDatabase>();
  for (let after: string | undefined = ''; after !== undefined; ) {
    const query = {
      limit: PAGE,
      ...(after === '' ? {} : { after }),
      ...(options.filter === undefined ? {} : { filter: options.filter }),
    };
    const page: Previewed & { readonly next?: string | undefined } =
      input === undefined
        ? await client.json(tableListSchema, `/channels/${encodeURIComponent(channel ?? '')}/tables`, {
            query: { ...query, statements: 'true' },
          })
        : await client.json(previewReplySchema, '/preview', {
            method: 'POST',
            body: input.text,
            query: { ...query, file: input.name },
          });
    items.push(...page.items);
    for (const each of page.problems) problems.set(JSON.stringify(each), each);
    after = page.next;
  }
  return { items, problems: [...problems.values()] };
}

function isError({ problem }: UnreadDatabase): boolean {
  return problem.severity === 'error';
}

function text({ items, problems }: Previewed): string {
  return [
    ...problems.flatMap(({ pipeline, database, problem }) => problemLines(`${pipeline}, ${database}: `, problem)),
    ...items.flatMap(tableLines),
    ...(items.length === 0 ? ['no tables'] : []),
  ].join('\n');
}

function tableLines({ pipeline, from, to, state, problems, statements }: ResolvedTable): string[] {
  const place = printable(`${pipeline}: ${from.schema}.${from.table} -> ${to.schema}.${to.table}`);
  return [
    `${paint('bold', place)}  ${paint(state === 'ok' ? 'green' : 'red', state)}${statements === undefined ? '' : `, ${statements.kind}`}`,
    ...problems.flatMap((problem) => problemLines('  ', problem)),
    ...(statements === undefined ? [] : statementLines(statements)),
  ];
}

function statementLines(statements: TargetStatements): string[] {
  const { load, where, computed = {} } = statements;
  const isSame = statements.update.join('\n') === statements.insert.join('\n');
  return [
    ...labelled('insert', statements.insert),
    ...(isSame ? labelled('update', ['as insert']) : labelled('update', statements.update)),
    ...labelled('delete', statements.delete),
    ...(load === undefined ? [] : labelled('many', [load])),
    ...(where === undefined ? [] : labelled('where', [where])),
    ...Object.entries(computed).flatMap(([name, expression]) => labelled('where', [`:${name} = ${expression}`])),
  ];
}

function labelled(label: string, lines: readonly string[]): string[] {
  const shown = lines.length === 0 ? ['nothing'] : lines;
  return shown.map((line, at) => `  ${paint('cyan', (at === 0 ? label : '').padEnd(6))}  ${printable(line)}`);
}

function problemLines(before: string, { severity, code, message, remedy }: UnreadDatabase['problem']): string[] {
  return [
    `${before}${paint(severity === 'error' ? 'red' : 'yellow', severity)} ${printable(message)} [${code}]`,
    `    ${paint('cyan', 'remedy')}: ${printable(remedy)}`,
  ];
}
