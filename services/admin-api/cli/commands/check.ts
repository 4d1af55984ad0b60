import type { Command } from 'commander';
import { type CheckReply, checkReplySchema } from '../../schemas/check.ts';
import { CliError, EXIT } from '../cli-error.ts';
import type { Connect } from '../program.ts';
import { readInput } from '../read-input.ts';
import { paint, printable } from '../screen.ts';

type Options = { file?: string; output?: string };

/** `lutra check` */
export function addCheck(program: Command, connect: Connect): void {
  program
    .command('check')
    .description(
      'Look whether the databases of a channel are fit for it: every problem at once, with its remedy. Exit code 1 when there is one.',
    )
    .argument('[name]', 'a channel that exists')
    .option('-f, --file <file>', 'channels in a file instead; nothing is stored; - for standard input')
    .option('-o, --output <format>', 'json for programs')
    .addHelpText('after', '\nExamples:\n  lutra check -f shop.yaml\n  lutra check shop')
    .action(async (name: string | undefined, options: Options, command: Command) => {
      if ((name === undefined) === (options.file === undefined)) {
        command.error('error: give either the name of a channel or -f FILE', { exitCode: EXIT.usage });
      }
      const reply = await ask(connect(), name, options.file);
      console.log(options.output === 'json' ? JSON.stringify(reply, null, 2) : text(reply));
      if (!reply.ok) throw new CliError(EXIT.refused, []);
    });
}

async function ask(
  client: ReturnType<Connect>,
  name: string | undefined,
  file: string | undefined,
): Promise<CheckReply> {
  if (file === undefined)
    return client.json(checkReplySchema, `/channels/${encodeURIComponent(name ?? '')}/check`, { method: 'POST' });
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
    `${channel}: ${side} ${database} at ${address}: ${mark}`,
    ...problems.flatMap(({ severity, code, message, remedy }) => [
      `  ${paint(severity === 'error' ? 'red' : 'yellow', severity)} ${printable(message)} [${code}]`,
      `    ${paint('cyan', 'remedy')}: ${printable(remedy)}`,
    ]),
  ];
}
