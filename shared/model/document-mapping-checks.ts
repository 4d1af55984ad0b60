import type { TablePattern } from './channel.ts';
import { finding } from './document-finding.ts';
import type { DocumentParts, PipelineParts } from './document-parts.ts';
import { type DocumentProblem, formatPath, type PathPart } from './document-problem.ts';
import { isNamePattern, namePatternFault } from './name-pattern-fault.ts';
import { compileTablePattern } from './table-pattern.ts';

type Placed = PipelineParts['mappings'][number];

/** Patterns that can be read, targets that are names, and no table mapped twice by the same words. */
export function mappingChecks(document: DocumentParts, pipeline: PipelineParts): DocumentProblem[] {
  return [
    ...pipeline.mappings.flatMap((placed) => patternChecks(document, pipeline, placed)),
    ...pipeline.mappings.flatMap((placed, i) => repeated(document, pipeline, placed, pipeline.mappings.slice(0, i))),
  ];
}

function pathOf(pipeline: PipelineParts, index: number, side: 'from' | 'to'): PathPart[] {
  return ['pipelines', pipeline.index, 'mappings', index, side];
}

function patternChecks(
  document: DocumentParts,
  pipeline: PipelineParts,
  { index, mapping }: Placed,
): DocumentProblem[] {
  return (['from', 'to'] as const).flatMap((side) =>
    (['schema', 'table'] as const).flatMap((part) => {
      const fault = namePatternFault(mapping[side][part], side);
      if (fault === undefined) return [];
      const message = `the ${part} ${JSON.stringify(mapping[side][part])} ${fault.message}`;
      return [finding(document.text, pathOf(pipeline, index, side), 'INVALID_PATTERN', message, fault.remedy)];
    }),
  );
}

/** The first mapping that matches a table wins, so a later one for the same table does nothing. */
function repeated(
  document: DocumentParts,
  pipeline: PipelineParts,
  { index, mapping }: Placed,
  before: readonly Placed[],
): DocumentProblem[] {
  const winner = before.find((other) => covers(other.mapping.from, mapping.from));
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

/** Whether the first pattern certainly takes everything that the second means: the same words, or the second is one table. */
function covers(first: TablePattern, second: TablePattern): boolean {
  if (samePattern(first, second)) return true;
  const isReadable = [first.schema, first.table].every((part) => namePatternFault(part, 'from') === undefined);
  return (
    isReadable && !isNamePattern(second.schema) && !isNamePattern(second.table) && compileTablePattern(first)(second)
  );
}
