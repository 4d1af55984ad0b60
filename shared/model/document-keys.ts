import * as z from 'zod';
import { channelDocumentSchema } from './channel.ts';
import { databaseDocumentSchema } from './database-document.ts';
import type { PathPart } from './document-problem.ts';

type Schema = z.core.JSONSchema.BaseSchema;

/** JSON Schema (draft 2020-12) of what a person may write; served to editors and generated from the schema that validates. */
export const channelJsonSchema: Schema = z.toJSONSchema(channelDocumentSchema, { io: 'input' });

/** The same of a document of kind Database. */
export const databaseJsonSchema: Schema = z.toJSONSchema(databaseDocumentSchema, { io: 'input' });

/** Keys that the mapping at a path of a document may have, in the order of its schema; empty where any name may stand. */
export function keysAllowedAt(path: readonly PathPart[], schema: Schema): string[] {
  let found: Schema[] = [schema];
  for (const part of path) found = found.flatMap((schema) => step(schema, part));
  return [...new Set(found.flatMap(branches).flatMap((schema) => Object.keys(schema.properties ?? {})))];
}

function branches(schema: Schema): Schema[] {
  const inner = [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])].flatMap(branches);
  return inner.length > 0 ? inner : [schema];
}

function step(schema: Schema, part: PathPart): Schema[] {
  return branches(schema).flatMap((branch) => {
    const next = typeof part === 'number' ? branch.items : (branch.properties?.[part] ?? branch.additionalProperties);
    return typeof next === 'object' && next !== null && !Array.isArray(next) ? [next] : [];
  });
}
