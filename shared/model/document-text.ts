import { type Document, isMap, isScalar, LineCounter, parseAllDocuments, type YAMLError } from 'yaml';
import type { DocumentProblem, PathPart } from './document-problem.ts';

/** `file` is left out when the text has no name. */
export type TextPlace = { readonly file?: string; readonly line: number; readonly column: number };

/** One document of a file: its plain content and where each part of it stands. */
export type DocumentText = {
  readonly content: unknown;
  /** Place of the value at a path, or of the deepest part of the path that exists. */
  placeOf(path: readonly PathPart[]): TextPlace;
  /** Place of a key in the mapping at a path. */
  placeOfKey(path: readonly PathPart[], key: string): TextPlace;
};

export type ReadDocuments = {
  readonly documents: readonly DocumentText[];
  readonly problems: readonly DocumentProblem[];
};

/**
 * Reads YAML or JSON, several documents divided by `---`; empty ones are left out. A document with a syntax error yields problems only.
 * Never throws, whatever the text.
 */
export function readDocuments(text: string, file: string): ReadDocuments {
  const lines = new LineCounter();
  const documents: DocumentText[] = [];
  const problems: DocumentProblem[] = [];
  try {
    const parsed = parseAllDocuments(text.replace(/^\uFEFF/, ''), { lineCounter: lines, logLevel: 'error' });
    for (const document of Array.isArray(parsed) ? parsed : []) {
      const faults = [...document.errors, ...document.warnings];
      for (const fault of faults) problems.push(syntaxProblem(fault, file));
      if (faults.length > 0) continue;
      const content = plainContent(document);
      if (content !== null) documents.push(documentText(document, content, lines, file));
    }
  } catch (error) {
    problems.push(unreadable(error, file));
  }
  return { documents, problems };
}

/** Through JSON, so that cycles, anchors within themselves and odd key types cannot get further. */
function plainContent(document: Document): unknown {
  return JSON.parse(JSON.stringify(document.toJS({ maxAliasCount: 100 }) ?? null));
}

function documentText(document: Document, content: unknown, lines: LineCounter, file: string): DocumentText {
  const start = document.range?.[0] ?? 0;
  const at = (offset: number): TextPlace => {
    const { line, col } = lines.linePos(offset);
    return { ...named(file), line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const nodeStart = (path: readonly PathPart[]): number => {
    for (let length = path.length; length >= 0; length--) {
      const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
      const range = typeof node === 'object' && node !== null && 'range' in node ? node.range : undefined;
      if (Array.isArray(range)) return Number(range[0]);
    }
    return start;
  };
  return {
    content,
    placeOf: (path) => at(nodeStart(path)),
    placeOfKey: (path, key) => {
      const map = path.length === 0 ? document.contents : document.getIn(path, true);
      const pair = isMap(map)
        ? map.items.find((item) => isScalar(item.key) && String(item.key.value) === key)
        : undefined;
      const range = isScalar(pair?.key) ? pair.key.range : undefined;
      return range ? at(range[0]) : at(nodeStart(path));
    },
  };
}

/** The parser's own words without the text it quotes, which might be a secret. */
function syntaxProblem(fault: YAMLError, file: string): DocumentProblem {
  const [first = fault.code] = fault.message.split('\n');
  const place = fault.linePos?.[0];
  return {
    ...named(file),
    ...(place ? { line: place.line, column: place.col } : {}),
    path: '',
    code: 'SYNTAX',
    message: `not readable as YAML or JSON: ${first.replace(/ at line \d+, column \d+:?$/, '').replace(/: .*$/, '')}`,
    remedy: 'mend the syntax at this place; indent with spaces and put texts with special characters in quotes',
  };
}

function unreadable(error: unknown, file: string): DocumentProblem {
  const isDeep = error instanceof RangeError;
  const isAlias = error instanceof ReferenceError || error instanceof TypeError;
  const cause = isDeep
    ? 'it is nested too deeply'
    : isAlias
      ? 'an alias (*name) is unknown, circular or used too often'
      : '';
  return {
    ...named(file),
    path: '',
    code: 'SYNTAX',
    message: `not readable as YAML or JSON${cause === '' ? '' : `: ${cause}`}`,
    remedy: 'write the document without aliases and anchors',
  };
}

function named(file: string): { file?: string } {
  return file === '' ? {} : { file };
}
