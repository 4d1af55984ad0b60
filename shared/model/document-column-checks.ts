import type { Mapping } from './channel.ts';
import { finding } from './document-finding.ts';
import type { DocumentParts } from './document-parts.ts';
import type { DocumentProblem, PathPart } from './document-problem.ts';
import { compileExpression, ExpressionFault } from './expression.ts';

type Say = (path: readonly PathPart[], code: string, message: string, remedy: string) => DocumentProblem;

/** Columns, key, filter, expressions and logical delete of one mapping: what can be read without looking at the tables. */
export function columnChecks(document: DocumentParts, at: readonly PathPart[], mapping: Mapping): DocumentProblem[] {
  const say: Say = (path, code, message, remedy) => finding(document.text, [...at, ...path], code, message, remedy);
  return [
    ...choiceChecks(mapping, say),
    ...targetChecks(mapping, say),
    ...keyChecks(mapping, say),
    ...expressionChecks(mapping, say),
    ...deleteChecks(mapping, say),
  ];
}

/** Why a column of the source does not arrive, undefined when it does. */
function leftOut({ columns }: Mapping, column: string): string | undefined {
  if (columns?.exclude?.includes(column)) return 'columns.exclude names it';
  if (columns?.include !== undefined && !columns.include.includes(column)) return 'columns.include does not name it';
  return undefined;
}

function choiceChecks(mapping: Mapping, say: Say): DocumentProblem[] {
  const { include, exclude, rename = {} } = mapping.columns ?? {};
  const both =
    include === undefined || exclude === undefined
      ? []
      : [say(['columns'], 'CONTRADICTION', 'gives both include and exclude', 'keep one of them: include or exclude')];
  const renamed = Object.keys(rename).flatMap((column) => {
    const why = leftOut(mapping, column);
    if (why === undefined) return [];
    const message = `the column ${column} is renamed and left out: ${why}`;
    return [say(['columns', 'rename', column], 'CONTRADICTION', message, 'rename it or leave it out')];
  });
  return [...both, ...renamed];
}

/** No column of the target is filled twice. */
function targetChecks({ columns, delete: logical }: Mapping, say: Say): DocumentProblem[] {
  const { rename = {}, set = {} } = columns ?? {};
  const filled = new Map<string, string>();
  const problems: DocumentProblem[] = [];
  const fill = (target: string, path: PathPart[], by: string): void => {
    const other = filled.get(target);
    filled.set(target, by);
    if (other === undefined) return;
    const message = `the column ${target} of the target is filled twice: by ${other} and by ${by}`;
    problems.push(say(path, 'CONTRADICTION', message, 'fill it once'));
  };
  for (const [column, target] of Object.entries(rename))
    fill(target, ['columns', 'rename', column], `rename of ${column}`);
  for (const target of Object.keys(set)) fill(target, ['columns', 'set', target], 'set');
  if (logical !== undefined) fill(logical.mark, ['delete', 'mark'], 'delete.mark');
  return problems;
}

function keyChecks(mapping: Mapping, say: Say): DocumentProblem[] {
  return (mapping.key ?? []).flatMap((column, index, all) => {
    const path = ['key', index];
    if (all.indexOf(column) < index)
      return [say(path, 'DUPLICATE_NAME', `the column ${column} stands in the key twice`, 'name it once')];
    const why = leftOut(mapping, column);
    if (why === undefined) return [];
    const message = `the column ${column} is a key and does not arrive: ${why}`;
    return [say(path, 'KEY_LEFT_OUT', message, 'let the column through, or choose another key')];
  });
}

function expressionChecks({ where, columns }: Mapping, say: Say): DocumentProblem[] {
  const expressions: [PathPart[], string][] = Object.entries(columns?.set ?? {}).map(([column, text]) => [
    ['columns', 'set', column],
    text,
  ]);
  if (where !== undefined) expressions.push([['where'], where]);
  return expressions.flatMap(([path, text]) => {
    const fault = expressionFault(text);
    if (fault === undefined) return [];
    const message = `the expression cannot be used: ${fault.message} (at ${JSON.stringify(fault.part)})`;
    return [
      say(path, 'INVALID_EXPRESSION', message, 'mend the expression; docs/channels.md shows what may stand in it'),
    ];
  });
}

function expressionFault(text: string): ExpressionFault | undefined {
  try {
    compileExpression(text);
    return undefined;
  } catch (error) {
    if (error instanceof ExpressionFault) return error;
    throw error;
  }
}

function deleteChecks({ delete: logical }: Mapping, say: Say): DocumentProblem[] {
  if (logical === undefined || logical.value !== logical.alive) return [];
  const message = `a deleted row and a row that lives would both have ${JSON.stringify(logical.value)}`;
  return [say(['delete'], 'CONTRADICTION', message, 'give value and alive two values')];
}
