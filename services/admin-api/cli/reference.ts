import type { Command } from 'commander';
import { EXIT_CODES } from './cli-error.ts';

const WIDTH = 120;

/** The reference of the command line as Markdown, out of the help of each command; docs/cli.md holds it. */
export function referenceText(program: Command): string {
  return [
    '# The command line',
    '',
    '<!-- Made from the help of the program: node scripts/cli-reference.ts -->',
    '',
    'Every command takes `--help`. `-o json|yaml|name` is for programs: `name` prints names alone, one a line, as other commands take them; `yaml` of channels and databases can be applied again.',
    'Colours come on a terminal only; `NO_COLOR` keeps them away, `FORCE_COLOR` brings them. Answers go to standard output, errors and progress to standard error.',
    'Settings: `LUTRA_SERVER` (address of the admin API), `LUTRA_TOKEN` (API token instead of `lutra login`).',
    '',
    '| exit code | meaning |',
    '|---|---|',
    ...EXIT_CODES.map(([code, meaning]) => `| ${code} | ${meaning} |`),
    '',
    ...allCommands(program).flatMap(section),
  ].join('\n');
}

/** Every command that a person sees, parents before children. */
export function allCommands(command: Command): Command[] {
  const children = command.createHelp().visibleCommands(command);
  return children
    .filter((child) => command.commands.includes(child))
    .flatMap((child) => [child, ...allCommands(child)]);
}

/** `lutra get channels` */
export function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}

/** What `--help` prints, with its examples. */
export function helpOf(command: Command): string {
  const parts: string[] = [];
  command.configureOutput({
    writeOut: (part) => {
      parts.push(part);
    },
    getOutHelpWidth: () => WIDTH,
    getOutHasColors: () => false,
  });
  command.outputHelp();
  return parts.join('').trimEnd();
}

function section(command: Command): string[] {
  return [`## ${pathOf(command)}`, '', '```', helpOf(command), '```', ''];
}
