import type { Mapping } from '../../model/channel.ts';
import { compileExpression, type Expression, ExpressionFault } from '../../model/expression.ts';
import { ReplicationError } from '../../runtime/errors.ts';
import type { RowSchema } from '../row-schema.ts';

/** Which mapping works on which table; names both in errors. */
export type MappingPlace = { readonly mapping: Mapping; readonly index: number; readonly rows: RowSchema };

/** `mapping 1 (shop.* -> copy.*)` */
function mappingText({ mapping: { from, to }, index }: MappingPlace): string {
  return `mapping ${index + 1} (${from.schema}.${from.table} -> ${to.schema}.${to.table})`;
}

function tableText({ rows }: MappingPlace): string {
  const key = rows.key.length === 0 ? 'no key' : `key ${rows.key.join(', ')}`;
  return `${rows.schema}.${rows.table} (${key})`;
}

/** An expression of the mapping, whose columns the table has. `where` names its place: `where`, `set of total`. Errors: DOCUMENT_INVALID. */
export function expressionOf(place: MappingPlace, where: string, text: string): Expression {
  const expression = compiled(place, where, text);
  const known = new Set(place.rows.columns.map(({ name }) => name));
  const unknown = [...expression.columns].filter((name) => !known.has(name));
  if (unknown.length > 0) throw invalid(place, where, text, `the table has no column ${unknown.join(', ')}`);
  return expression;
}

function compiled(place: MappingPlace, where: string, text: string): Expression {
  try {
    return compileExpression(text);
  } catch (error) {
    if (!(error instanceof ExpressionFault)) throw error;
    throw invalid(place, where, text, `${error.message} (at ${JSON.stringify(error.part)})`);
  }
}

function invalid(place: MappingPlace, where: string, text: string, why: string): ReplicationError {
  return new ReplicationError(
    'DOCUMENT_INVALID',
    `${mappingText(place)}: ${where}, ${JSON.stringify(text)}, cannot be used for ${tableText(place)}: ${why}`,
    'mend the expression, or exclude the table from the mapping, and apply the document again: it goes on at once',
  );
}

/** A rule of the mapping that this table cannot follow. */
export function ruleRefused(place: MappingPlace, why: string): ReplicationError {
  return new ReplicationError(
    'DOCUMENT_INVALID',
    `${mappingText(place)} cannot be used for ${tableText(place)}: ${why}`,
    'mend the mapping, or exclude the table from it, and apply the document again: it goes on at once',
  );
}

/** An expression that fails on one row. Never holds values of the row. */
export function expressionFailed(
  place: MappingPlace,
  where: string,
  text: string,
  error: { readonly message: string; readonly part?: string },
  offset: string,
): ReplicationError {
  const at = error.part === undefined ? '' : ` (at ${JSON.stringify(error.part)})`;
  return new ReplicationError(
    'EXPRESSION_FAILED',
    `${mappingText(place)}: ${where}, ${JSON.stringify(text)}, fails on a row of ${tableText(place)}, the record at offset ${offset}: ${error.message}${at}`,
    'mend the expression, or exclude the table from the mapping, and apply the document again: it goes on at once from here',
    error,
  );
}
