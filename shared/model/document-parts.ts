import type * as z from 'zod';
import { type Database, databaseSchema, type Mapping, mappingSchema, type Start, startSchema } from './channel.ts';
import { type DatabaseDocument, databaseDocumentSchema, databaseOf, isDatabaseDocument } from './database-document.ts';
import type { PathPart } from './document-problem.ts';
import type { DocumentText } from './document-text.ts';
import { valueAt } from './document-value.ts';

/**
 * What can be read of a document, whether or not the rest of it is right, so that one typo does not hide the other problems.
 * Indexes are those of the text.
 */
export type DocumentParts = {
  readonly text: DocumentText;
  readonly kind: 'Channel' | 'Database';
  readonly name: string | undefined;
  /** Where a database is defined. */
  readonly databasePath: (name: string) => readonly PathPart[];
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
  if (isDatabaseDocument(text.content)) return databaseParts(text);
  const databases = entriesOf(valueAt(text.content, ['databases']));
  const pipelines = listOf(valueAt(text.content, ['pipelines']));
  return {
    text,
    kind: 'Channel',
    databasePath: (name) => ['databases', name],
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

/** A document of kind Database defines one database and has no pipelines. */
function databaseParts(text: DocumentText): DocumentParts {
  const name = textOf(valueAt(text.content, ['name']));
  const definitions = parsed(databaseDocumentSchema, text.content).map(
    (document: DatabaseDocument) => [document.name, databaseOf(document)] as const,
  );
  return {
    text,
    kind: 'Database',
    name,
    databasePath: () => [],
    databaseNames: name === undefined ? [] : [name],
    databases: new Map(definitions),
    pipelines: [],
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
