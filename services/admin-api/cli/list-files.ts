import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { isMap, isScalar, isSeq, LineCounter, type Node, parseAllDocuments, type YAMLMap } from 'yaml';
import { CliError, EXIT } from './cli-error.ts';

/** `only: {file: tables.txt}` of a mapping: where the value stands in the text, and what it names. */
type ListFile = { readonly start: number; readonly end: number; readonly file: string; readonly place: string };

/**
 * The text with every `only: {file: NAME}` replaced by the names that stand in the file, which lies next to the document. All lines keep their numbers. A text
 * that is no document is returned as it is: whoever reads it says what is wrong. Errors: CliError 1 naming the line of each list that cannot be read.
 */
export async function withLists(text: string, document: string): Promise<string> {
  const folder = document === 'stdin' ? '.' : dirname(document);
  const plain = text.replace(/^\uFEFF/, '');
  const found = listFiles(plain, document);
  const lists = await Promise.all(found.map((each) => readList(each, resolve(folder, each.file))));
  let result = plain;
  for (const [index, { start, end }] of [...found.entries()].reverse())
    result = `${result.slice(0, start)}${JSON.stringify(lists[index])}${result.slice(end)}`;
  return result;
}

function listFiles(text: string, document: string): ListFile[] {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter: lines, logLevel: 'error' });
  return (Array.isArray(documents) ? documents : []).flatMap(({ contents }) =>
    mappingsOf(contents).flatMap((mapping) => {
      const only = nodeOf(mapping, 'only');
      const file = isMap(only) ? nodeOf(only, 'file') : undefined;
      if (!isMap(only) || only.items.length !== 1 || !isScalar(file) || !only.range) return [];
      const [start] = only.range;
      // NOTE a mapping in block form ends behind its line break.
      const end = start + text.slice(start, only.range[1]).trimEnd().length;
      const { line, col } = lines.linePos(start);
      return [{ start, end, file: String(file.value), place: `${document}:${line}:${col}` }];
    }),
  );
}

function mappingsOf(document: unknown): YAMLMap[] {
  return mapsIn(nodeOf(document, 'pipelines')).flatMap((pipeline) => mapsIn(nodeOf(pipeline, 'mappings')));
}

function mapsIn(list: unknown): YAMLMap[] {
  return isSeq(list) ? list.items.filter((item) => isMap(item)) : [];
}

function nodeOf(map: unknown, key: string): Node | undefined {
  return isMap(map) ? (map.get(key, true) as Node | undefined) : undefined;
}

/** One name a line, `name` or `schema.name`; what follows a # is a comment, a comma or semicolon at the end is dropped. */
async function readList({ file, place }: ListFile, path: string): Promise<string[]> {
  const names = new Set<string>();
  for (const [index, line] of (await readText(path, place)).split(/\r?\n/).entries()) {
    const name = line
      .replace(/(^|\s)#.*$/, '')
      .trim()
      .replace(/[,;]$/, '')
      .trim();
    if (name === '') continue;
    if (/\s/.test(name)) throw refused(`${file}:${index + 1}: more than one name; write one name a line`);
    names.add(name);
  }
  if (names.size === 0) throw refused(`${place}: the list ${file} names no table; write one name a line`);
  return [...names];
}

async function readText(path: string, place: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).replace(/^\uFEFF/, '');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    const why = code === 'ENOENT' ? 'does not exist' : code === 'EISDIR' ? 'is a folder' : `cannot be read (${code})`;
    throw refused(`${place}: the list ${path} ${why}; its name is looked up next to the document`);
  }
}

function refused(line: string): CliError {
  return new CliError(EXIT.refused, [line]);
}
