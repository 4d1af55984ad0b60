import * as z from 'zod';
import { type Database, databaseSchema, pipelineSchema } from './channel.ts';
import { valueAt } from './document-value.ts';

/** The database document: a database that several channels name, with a life of its own. */
export const databaseDocumentSchema = z.strictObject({
  apiVersion: z.literal('lutra/v1'),
  kind: z.literal('Database'),
  name: pipelineSchema.shape.name.describe('By this name pipelines refer to it.'),
  description: z.string().max(1000).optional(),
  ...databaseSchema.shape,
});
export type DatabaseDocument = z.infer<typeof databaseDocumentSchema>;

/** Whether a text is meant to be one. */
export function isDatabaseDocument(content: unknown): boolean {
  return valueAt(content, ['kind']) === 'Database';
}

/** What stands in `lutra.databases`, key: its name. `revision` rises with every change. */
export const storedDatabaseSchema = databaseDocumentSchema.extend({
  revision: z.int(),
  createdAt: z.number(),
  updatedAt: z.number(),
});
export type StoredDatabase = z.infer<typeof storedDatabaseSchema>;

/** The database that a document describes, as channels are given it. */
export function databaseOf(document: DatabaseDocument): Database {
  return databaseSchema.parse(partOf(document, databaseSchema.shape));
}

/** What a person wrote, without what Lutra keeps about it. */
export function databaseDocumentOf(stored: StoredDatabase): DatabaseDocument {
  return databaseDocumentSchema.parse(partOf(stored, databaseDocumentSchema.shape));
}

function partOf(whole: object, shape: object): object {
  return Object.fromEntries(Object.entries(whole).filter(([key]) => key in shape));
}
