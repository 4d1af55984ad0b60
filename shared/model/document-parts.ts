import type * as z from 'zod';
import { type Database, databaseSchema, type Mapping, mappingSchema, type Start, startSchema } from './channel.ts';
import type { DocumentText } from './document-text.ts';
import { valueAt } from './document-value.ts';

/**
 * What can be read of a document, whether or not the rest of it is right, so that one typo does not hide the other problems.
 * Indexes are those of the text.
 */
export type DocumentParts = {
  readonly text: DocumentText;
  readonly name: string | undefined;
  /** All names, also of databases that are not right. */
  readonly databaseNames: readonly string[];
  readonly databases: ReadonlyMap<string, Database>;
  readonly pipelines: readonly PipelineParts[];
};

export type PipelineParts = {
  readonly index: number;
  readonly name: string | undefined;
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly start: Start | undefined;
  readonly mappings: readonly { readonly index: number; readonly mapping: Mapping }[];
};

export function documentParts(text: DocumentText): DocumentParts {
  const databases = entriesOf(valueAt(text.content, ['databases']));
  const pipelines = listOf(valueAt(text.content, ['pipelines']));
  return {
    text,
    name: textOf(valueAt(text.content, ['name'])),
    databaseNames: databases.map(([name]) => name),
    databases: new Map(
      databases.flatMap(([name, value]) => parsed(databaseSchema, value).map((database) => [name, database] as const)),
    ),
    pipelines: pipelines.map((pipeline, index) => ({
      index,
      name: textOf(valueAt(pipeline, ['name'])),
      from: textOf(valueAt(pipeline, ['from'])),
      to: textOf(valueAt(pipeline, ['to'])),
      start: parsed(startSchema, valueAt(pipeline, ['start']))[0],
      mappings: listOf(valueAt(pipeline, ['mappings'])).flatMap((mapping, at) =>
        parsed(mappingSchema, mapping).map((good) => ({ index: at, mapping: good })),
      ),
    })),
  };
}

/** None or one. */
function parsed<T extends z.ZodType>(schema: T, value: unknown): z.output<T>[] {
  const result = schema.safeParse(value);
  return result.success ? [result.data] : [];
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function entriesOf(value: unknown): [string, unknown][] {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
}
