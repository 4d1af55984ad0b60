import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { CliError, EXIT } from './cli-error.ts';
import { withLists } from './list-files.ts';

/** A document from a file, or from standard input for `-`, with the lists that it names as files read into it. Errors: CliError 1. */
export async function readInput(file: string): Promise<{ name: string; text: string }> {
  const { name, text } = await readPlain(file);
  return { name, text: await withLists(text, name) };
}

async function readPlain(file: string): Promise<{ name: string; text: string }> {
  if (file === '-') return { name: 'stdin', text: filled('stdin', await text(process.stdin)) };
  try {
    return { name: file, text: filled(file, await readFile(file, 'utf8')) };
  } catch (error) {
    if (error instanceof CliError) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    const why = code === 'ENOENT' ? 'does not exist' : code === 'EISDIR' ? 'is a folder' : `cannot be read (${code})`;
    throw new CliError(EXIT.refused, [`${file} ${why}; give a YAML or JSON file, or - for standard input`]);
  }
}

function filled(name: string, content: string): string {
  if (content.trim() !== '') return content;
  throw new CliError(EXIT.refused, [`${name} is empty; write a channel document into it`]);
}
