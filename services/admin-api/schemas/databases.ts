import * as z from 'zod';
import { databaseDocumentSchema } from '../../../shared/model/database-document.ts';
import { pageSchema } from './page.ts';

export const databaseUseSchema = z.object({
  channel: z.string(),
  pipeline: z.string(),
  as: z.enum(['source', 'target']),
});

/** A database that pipelines may name: of a document of its own, or of a channel's document. */
export const databaseViewSchema = z.object({
  name: z.string(),
  kind: z.enum(['own', 'channel']).describe('own: a document of kind Database; channel: defined in a channel.'),
  definedIn: z.array(z.string()).describe('The channels that define it; empty for a document of its own.'),
  site: z.string(),
  hosts: z.array(z.string()),
  user: z.string(),
  tls: z.boolean().describe('Whether connections are encrypted.'),
  partitions: z.int(),
  revision: z.int().optional().describe('Of a document of its own.'),
  updatedAt: z.number().optional().describe('ms since the epoch; of a document of its own.'),
  usedBy: z.array(databaseUseSchema),
  document: z
    .record(z.string(), z.unknown())
    .describe('The document of kind Database, ready to be applied; passwords are references or encrypted.'),
});
export type DatabaseView = z.infer<typeof databaseViewSchema>;
export const databaseListSchema = pageSchema(databaseViewSchema);

export const checkSidesSchema = z.enum(['source', 'target', 'both']);

/** `POST /databases/check`: a database that need not be stored. */
export const databaseCheckRequestSchema = z.strictObject({
  document: databaseDocumentSchema.partial({ apiVersion: true, kind: true, name: true }),
  as: checkSidesSchema.default('both'),
});
/** `POST /databases/{name}/check` */
export const namedDatabaseCheckRequestSchema = z.strictObject({ as: checkSidesSchema.default('both') });
