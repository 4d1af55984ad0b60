import type { Command, Option } from 'commander';
import { KINDS } from './kinds/all.ts';
import type { Connect } from './program.ts';

const WAIT_MS = 2000;
/** Arguments and options that name a thing, and the kind that lists it. */
const LIVE: Readonly<Record<string, string>> = {
  channel: 'channels',
  'channel[/pipeline]': 'pipelines',
  database: 'databases',
  rule: 'alarm-rules',
  user: 'users',
  token: 'tokens',
  node: 'nodes',
};

/** What may stand at the place of the last word: commands, options, choices, names of things that exist. Empty when that is a file, or when the admin API cannot be asked. */
export async function candidates(program: Command, connect: Connect, words: readonly string[]): Promise<string[]> {
  const current = words.at(-1) ?? '';
  const { command, operands, open } = walk(program, words.slice(0, -1));
  const found = open === undefined ? await atPlace(command, connect, operands, current) : await ofOption(open, connect);
  return found.filter((each) => each.startsWith(current)).toSorted();
}

type Place = { command: Command; operands: number; open: Option | undefined };

/** The command that the words have come to, how many arguments it has, and the option that still wants its value. */
function walk(program: Command, words: readonly string[]): Place {
  let place: Place = { command: program, operands: 0, open: undefined };
  for (const word of words) place = step(place, word);
  return place;
}

function step({ command, operands, open }: Place, word: string): Place {
  if (open !== undefined) return { command, operands, open: undefined };
  if (word.startsWith('-')) {
    const option = optionsOf(command).find(({ short, long }) => word === short || word === long);
    return { command, operands, open: option?.required === true ? option : undefined };
  }
  const next =
    operands === 0 ? command.commands.find((each) => each.name() === word || each.aliases().includes(word)) : undefined;
  if (next !== undefined) return { command: next, operands: 0, open: undefined };
  return { command, operands: operands + 1, open: undefined };
}

async function atPlace(command: Command, connect: Connect, operands: number, current: string): Promise<string[]> {
  if (current.startsWith('-')) return ['--help', ...optionsOf(command).flatMap(({ long }) => long ?? [])];
  const names = operands === 0 ? visible(command).map((each) => each.name()) : [];
  const argument = command.registeredArguments[operands];
  if (argument === undefined) return names;
  return [...names, ...(argument.argChoices ?? (await liveNames(connect, argument.name())))];
}

function visible(command: Command): readonly Command[] {
  return command.createHelp().visibleCommands(command);
}

function ofOption({ argChoices, long = '' }: Option, connect: Connect): Promise<string[]> | string[] {
  return argChoices ?? liveNames(connect, long.replace(/^--/, ''));
}

function optionsOf(command: Command): readonly Option[] {
  return [...command.options, ...(command.parent === null ? [] : optionsOf(command.parent).filter(isGlobal))];
}

function isGlobal({ long }: Option): boolean {
  return long === '--server';
}

async function liveNames(connect: Connect, what: string): Promise<string[]> {
  const kind = KINDS.find(({ name }) => name === LIVE[what]);
  if (kind === undefined) return [];
  const late = new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), WAIT_MS).unref());
  try {
    const shown = await Promise.race([kind.list(connect(), { channel: '', query: {} }), late]);
    return [...(shown?.names ?? [])];
  } catch {
    // Who completes a word wants no error in its place.
    return [];
  }
}
