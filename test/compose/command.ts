/** Programs of this test: run to the end, with what they said when they failed. */
import { spawn } from 'node:child_process';
import { pipeline } from 'node:stream/promises';
import { StackError } from '../../stack/errors.ts';

export type CommandOptions = {
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** A command line whose output becomes the input. */
  readonly from?: readonly string[];
};

/** What a program wrote: to its output, and to output and errors together. */
export type CommandResult = { readonly code: number | null; readonly output: string; readonly said: string };

/** Runs a program to its end, whatever its exit status; throws when it cannot be started. */
export async function tryCommand(line: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  const [command = '', ...args] = line;
  const env = { ...process.env, ...options.env };
  const child = spawn(command, args, { cwd: options.cwd, env, stdio: ['pipe', 'pipe', 'pipe'] });
  let output = '';
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
    said += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const fed = feed(child.stdin, options.from ?? []);
  const code = await ended;
  await fed;
  return { code, output, said };
}

/** As `tryCommand`; throws one sentence with the last lines that the program said when its exit status is not 0. */
export async function runCommand(line: readonly string[], options: CommandOptions = {}): Promise<string> {
  const { code, output, said } = await tryCommand(line, options);
  if (code === 0) return output;
  const last = said.trim().split('\n').slice(-25).join('\n  ');
  throw new StackError(`"${line.slice(0, 4).join(' ')} ..." failed (${code}). It said:\n  ${last}`);
}

/** True when a program is on the PATH. */
export async function hasCommand(name: string): Promise<boolean> {
  return (await tryCommand(['sh', '-c', 'command -v "$1"', 'sh', name])).code === 0;
}

/** An input that the program closes early is no failure of its own: the program's exit status says what happened. */
async function feed(input: NodeJS.WritableStream, from: readonly string[]): Promise<void> {
  const [command, ...args] = from;
  input.on('error', () => {});
  if (command === undefined) {
    input.end();
    return;
  }
  const source = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  await pipeline(source.stdout, input).catch(() => {});
}
