import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { CliError, EXIT } from './cli-error.ts';

/** Asks on the terminal. Errors: CliError 2 without one. */
export async function ask(question: string): Promise<string> {
  expectTerminal();
  const dialog = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await dialog.question(question)).trim();
  } finally {
    dialog.close();
  }
}

/** Asks without showing what is typed. Errors: CliError 2 without a terminal. */
export async function askHidden(question: string): Promise<string> {
  expectTerminal();
  const unseen = new Writable({ write: (_chunk, _encoding, done) => done() });
  const dialog = createInterface({ input: process.stdin, output: unseen, terminal: true });
  process.stderr.write(question);
  try {
    return await dialog.question('');
  } finally {
    dialog.close();
    process.stderr.write('\n');
  }
}

/** The lines of standard input. */
export async function readLines(): Promise<string[]> {
  return (await text(process.stdin)).split(/\r?\n/);
}

function expectTerminal(): void {
  if (process.stdin.isTTY) return;
  throw new CliError(EXIT.usage, [
    'there is no terminal to ask at; give --name and --password-stdin, or set LUTRA_TOKEN',
  ]);
}
