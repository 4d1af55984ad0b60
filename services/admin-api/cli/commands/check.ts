import { type Command, Option } from 'commander';
import { type CheckReply, checkReplySchema } from '../../schemas/check.ts';
import type { ApiClient } from '../api-client.ts';
import { CliError, EXIT } from '../cli-error.ts';
import { type Format, outputOption, show } from '../output.ts';
import type { Connect } from '../program.ts';
import { Progress } from '../progress.ts';
import { readInput } from '../read-input.ts';
import { paint, printable } from '../screen.ts';

type Options = { file?: string; database?: string; as: string; output: Format };

/** `lutra check` */
export function addCheck(program: Command, connect: Connect): void {
  program
    .command('check')
    .description(
      'Look whether the databases of a channel are fit for it: every problem at once, with its remedy. Exit code 1 when there is one.',
    )
    .argument('[channel]', 'a channel that exists')
    .option('-f, --file <file>', 'channels in a file instead; nothing is stored; - for standard input')
    .option('--database <database>', 'a database that exists instead')
    .addOption(
      new Option('--as <side>', 'with --database: what it is to be')
        .choices(['source', 'target', 'both'])
        .default('both'),
    )
    .addOption(outputOption())
    .addHelpText(
      'after',
      '\nExamples:\n  lutra check -f shop.yaml\n  lutra check shop\n  lutra check --database sh.orders --as source',
    )
    .action(async (name: string | undefined, options: Options, command: Command) => {
      if ([name, options.file, options.database].filter((each) => each !== undefined).length !== 1) {
        command.error('error: give either the name of a channel, -f FILE or --database NAME', { exitCode: EXIT.usage });
      }
      const reply = await looked(connect(), name, options);
      const names = reply.checks.filter(({ problems }) => problems.length > 0).map(({ database }) => database);
      show({ value: reply, table: () => text(reply), names }, options.output);
      if (!reply.ok) throw new CliError(EXIT.refused, []);
    });
}

async function looked(client: ApiClient, name: string | undefined, options: Options): Promise<CheckReply> {
  using _progress = new Progress(`checking ${name ?? options.database ?? options.file}`);
  return ask(client, name, options);
}

async function ask(client: ApiClient, name = '', { file, database, as }: Options): Promise<CheckReply> {
  if (database !== undefined) {
    const path = `/databases/${encodeURIComponent(database)}/check`;
    return client.json(checkReplySchema, path, { method: 'POST', body: JSON.stringify({ as }) });
  }
  if (file === undefined)
    return client.json(checkReplySchema, `/channels/${encodeURIComponent(name)}/check`, { method: 'POST' });
  const input = await readInput(file);
  return client.json(checkReplySchema, '/check', { method: 'POST', body: input.text, query: { file: input.name } });
}

function text({ checks }: CheckReply): string {
  const all = checks.flatMap(({ problems }) => problems);
  const errors = all.filter(({ severity }) => severity === 'error').length;
  const verdict = errors > 0 ? paint('red', `${errors} to mend`) : paint('green', 'fit');
  return [
    ...checks.flatMap(checkLines),
    `${verdict}, ${all.length - errors} warning${all.length - errors === 1 ? '' : 's'}`,
  ].join('\n');
}

function checkLines({ channel, side, database, address, problems }: CheckReply['checks'][number]): string[] {
  const mark = problems.some(({ severity }) => severity === 'error')
    ? paint('red', 'not fit')
    : problems.length > 0
      ? paint('yellow', 'fit, with warnings')
      : paint('green', 'fit');
  return [
    `${channel === '' ? '' : `${channel}: `}${side} ${database} at ${address}: ${mark}`,
    ...problems.flatMap(({ severity, code, message, remedy }) => [
      `  ${paint(severity === 'error' ? 'red' : 'yellow', severity)} ${printable(message)} [${code}]`,
      `    ${paint('cyan', 'remedy')}: ${printable(remedy)}`,
    ]),
  ];
}
