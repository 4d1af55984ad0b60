import type { Mapping, TablePattern } from './channel.ts';
import { columnChecks } from './document-column-checks.ts';
import { finding } from './document-finding.ts';
import type { DocumentParts, PipelineParts } from './document-parts.ts';
import { type DocumentProblem, formatPath, type PathPart } from './document-problem.ts';
import { isNamePattern, namePatternFault, type PatternFault } from './name-pattern-fault.ts';
import { compileNamePattern, compileTablePattern } from './table-pattern.ts';
import { compileTaken, targetNameFault } from './table-route.ts';

type Placed = PipelineParts['mappings'][number];

/** Patterns that can be read, targets that can be made of them, lists that mean something, and no table mapped twice by the same words. */
export function mappingChecks(document: DocumentParts, pipeline: PipelineParts): DocumentProblem[] {
  return [
    ...pipeline.mappings.flatMap((placed) => oneMapping(document, pipeline, placed)),
    ...pipeline.mappings.flatMap((placed, i) => repeated(document, pipeline, placed, pipeline.mappings.slice(0, i))),
  ];
}

function pathOf(pipeline: PipelineParts, index: number, ...rest: PathPart[]): PathPart[] {
  return ['pipelines', pipeline.index, 'mappings', index, ...rest];
}

function oneMapping(document: DocumentParts, pipeline: PipelineParts, { index, mapping }: Placed): DocumentProblem[] {
  const at = pathOf(pipeline, index);
  const { from, to, exclude = [], delete: logical } = mapping;
  const check = (pattern: TablePattern, side: 'from' | 'to', ...rest: PathPart[]): DocumentProblem[] =>
    patternChecks(document, [...at, ...rest], pattern, side);
  const patterns = [
    ...check(from, 'from', 'from'),
    ...check(to, 'to', 'to'),
    ...exclude.flatMap((pattern, i) => check(pattern, 'from', 'exclude', i)),
  ];
  return [
    ...patterns,
    ...(patterns.length > 0 ? [] : [...targetChecks(document, at, mapping), ...onlyChecks(document, at, mapping)]),
    ...(logical?.history === undefined ? [] : historyChecks(document, at, logical.history)),
    ...columnChecks(document, at, mapping),
  ];
}

function patternChecks(
  document: DocumentParts,
  path: readonly PathPart[],
  pattern: TablePattern,
  side: 'from' | 'to',
): DocumentProblem[] {
  return PARTS.flatMap((part) => {
    const fault = namePatternFault(pattern[part], side);
    return fault === undefined ? [] : [invalid(document, path, part, pattern, fault)];
  });
}

function targetChecks(document: DocumentParts, at: readonly PathPart[], { from, to }: Mapping): DocumentProblem[] {
  return PARTS.flatMap((part) => {
    const fault = targetNameFault(from[part], to[part]);
    return fault === undefined ? [] : [invalid(document, [...at, 'to'], part, to, fault)];
  });
}

function historyChecks(document: DocumentParts, at: readonly PathPart[], history: TablePattern): DocumentProblem[] {
  return PARTS.flatMap((part) => {
    const fault = isNamePattern(history[part])
      ? { message: 'is a pattern, and the history is one table', remedy: 'write its name' }
      : namePatternFault(history[part], 'to');
    return fault === undefined ? [] : [invalid(document, [...at, 'delete', 'history'], part, history, fault)];
  });
}

const PARTS = ['schema', 'table'] as const;

function invalid(
  document: DocumentParts,
  path: readonly PathPart[],
  part: (typeof PARTS)[number],
  pattern: TablePattern,
  { message, remedy }: PatternFault,
): DocumentProblem {
  const text = `the ${part} ${JSON.stringify(pattern[part])} ${message}`;
  return finding(document.text, path, 'INVALID_PATTERN', text, remedy);
}

/** A list holds names, each of which `from` means: else a table would be left out in silence. */
function onlyChecks(document: DocumentParts, at: readonly PathPart[], { from, only = [] }: Mapping): DocumentProblem[] {
  const isMeant = compileTablePattern(from);
  const isTable = compileNamePattern(from.table);
  return only.flatMap((entry, i) => {
    const path = [...at, 'only', i];
    const name = typeof entry === 'string' ? entry : `${entry.schema}.${entry.table}`;
    const { schema, table } = typeof entry === 'string' ? splitName(entry) : entry;
    if ((isNamePattern(schema ?? '') || isNamePattern(table)) && !isTable(name)) {
      const message = `${JSON.stringify(name)} is a pattern, and the list holds names`;
      return [
        finding(document.text, path, 'INVALID_PATTERN', message, 'write the names, or put the pattern into from'),
      ];
    }
    if (schema === undefined ? isTable(table) : isMeant({ schema, table }) || isTable(name)) return [];
    const message = `${name} is not meant by from, ${from.schema}.${from.table}`;
    return [finding(document.text, path, 'NEVER_MATCHES', message, 'mend the name (case counts) or from')];
  });
}

function splitName(entry: string): { schema: string | undefined; table: string } {
  const dot = entry.indexOf('.');
  return dot < 0 ? { schema: undefined, table: entry } : { schema: entry.slice(0, dot), table: entry.slice(dot + 1) };
}

/** The first mapping that matches a table wins, so a later one for the same table does nothing. */
function repeated(
  document: DocumentParts,
  pipeline: PipelineParts,
  { index, mapping }: Placed,
  before: readonly Placed[],
): DocumentProblem[] {
  const winner = before.find((other) => covers(other.mapping, mapping));
  if (winner === undefined) return [];
  const name = `${mapping.from.schema}.${mapping.from.table}`;
  const first = formatPath(pathOf(pipeline, winner.index, 'from'));
  const isSame = samePattern(winner.mapping.from, mapping.from);
  const message = isSame
    ? `${name} is mapped already by ${first}`
    : `${name} is mapped already: the pattern of ${first} contains it`;
  const remedy = isSame
    ? 'keep one of the two mappings; to write one table to two targets make a pipeline for each'
    : `the first mapping that matches wins: put this one above ${first}, or remove it`;
  return [finding(document.text, pathOf(pipeline, index, 'from'), 'DUPLICATE_MAPPING', message, remedy)];
}

function samePattern(a: TablePattern, b: TablePattern): boolean {
  return a.schema === b.schema && a.table === b.table;
}

/** Whether the first mapping certainly takes everything that the second means: the same words, or the second is one table. */
function covers(first: Mapping, second: Mapping): boolean {
  const takesAll = first.only === undefined && first.exclude === undefined;
  if (takesAll && samePattern(first.from, second.from)) return true;
  const isOneTable = !isNamePattern(second.from.schema) && !isNamePattern(second.from.table);
  return isOneTable && isReadable(first) && compileTaken(first)(second.from);
}

function isReadable({ from, exclude = [] }: Mapping): boolean {
  return [from, ...exclude].every((pattern) =>
    PARTS.every((part) => namePatternFault(pattern[part], 'from') === undefined),
  );
}
