import type { Mapping } from './channel.ts';
import { finding } from './document-finding.ts';
import type { DocumentParts, PipelineParts } from './document-parts.ts';
import { type DocumentProblem, formatPath, type PathPart } from './document-problem.ts';
import { namePatternFault } from './name-pattern-fault.ts';

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

function repeated(
  document: DocumentParts,
  pipeline: PipelineParts,
  { index, mapping }: Placed,
  before: readonly Placed[],
): DocumentProblem[] {
  const same = before.find((other) => sameName(other.mapping, mapping));
  if (same === undefined) return [];
  const first = formatPath(pathOf(pipeline, same.index, 'from'));
  const message = `${mapping.from.schema}.${mapping.from.table} is mapped already by ${first}`;
  const remedy = 'keep one of the two mappings; to write one table to two targets make a pipeline for each';
  return [finding(document.text, pathOf(pipeline, index, 'from'), 'DUPLICATE_MAPPING', message, remedy)];
}

function sameName(a: Mapping, b: Mapping): boolean {
  return a.from.schema === b.from.schema && a.from.table === b.from.table;
}
