import * as z from 'zod';
import { isHostPort, splitHosts } from './host-list.ts';

/** The channel document: desired state of one sync task. The same shape is applied, stored in `lutra.channels` and followed by the services. */

const NAME = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const name = z
  .string()
  .regex(NAME, 'a name of 1 to 63 lower-case letters, digits and dashes, neither first nor last a dash');

/** Passwords are references; the text itself never stands in a document. */
export const secretSchema = z.union(
  [z.strictObject({ env: z.string().min(1) }), z.strictObject({ file: z.string().min(1) })],
  'a reference to a secret: {env: NAME} or {file: PATH}',
);
export type Secret = z.infer<typeof secretSchema>;

const hostsSchema = z
  .union([z.string(), z.array(z.string())], 'a list of host:port')
  .transform(splitHosts)
  .pipe(z.array(z.string().refine(isHostPort, 'host:port, for example db1:3306')).min(1, 'at least one host:port'));

export const databaseSchema = z.strictObject({
  site: name.describe('The datacentre it stands in; its selector and loader run there.'),
  hosts: hostsSchema.describe(
    'host:port, in order of preference; a list, or one text divided by commas or semicolons.',
  ),
  user: z.string().min(1),
  password: secretSchema,
  partitions: z.int().min(1).max(64).default(1).describe('Partitions of its rows topic, when it is a source.'),
});
export type Database = z.infer<typeof databaseSchema>;

export const startSchema = z.union(
  [
    z.literal('end'),
    z.literal('beginning'),
    z.strictObject({ gtid: z.string().min(1) }),
    z.strictObject({ file: z.string().min(1), position: z.int().min(4) }),
  ],
  'end, beginning, {gtid: SET} or {file: NAME, position: BYTE}',
);
export type Start = z.infer<typeof startSchema>;

/** The schema ends at the first dot; one that is a /regular expression/ at the first slash before a dot. */
const DOTTED = /^(\/.+?\/|[^./][^.]*)\.(.+)$/s;
const namePart = z.string().min(1).max(512);
const tableName = z.strictObject({ schema: namePart, table: namePart });
const dotted = z
  .string()
  .max(1025)
  .regex(DOTTED, 'schema.table')
  .transform((text) => {
    const [, schema = '', table = ''] = DOTTED.exec(text) ?? [];
    return { schema, table };
  })
  .pipe(tableName);
/** `schema.table` or {schema, table}. In each part: a name, `*` for any run of characters, `ord_[0-15]`, or /regular expression/. */
export const tablePatternSchema = z.union([dotted, tableName], 'schema.table or {schema: …, table: …}');
export type TablePattern = z.infer<typeof tablePatternSchema>;

export const mappingSchema = z.strictObject({
  from: tablePatternSchema,
  /** A part that is `*` keeps the source's name. */
  to: tablePatternSchema,
});
export type Mapping = z.infer<typeof mappingSchema>;

export const pipelineSchema = z.strictObject({
  name,
  from: name.describe('The source: a name under `databases`, here or in another channel.'),
  to: name.describe('The target: likewise.'),
  start: startSchema.default('end'),
  mappings: z.array(mappingSchema).min(1),
});
export type Pipeline = z.infer<typeof pipelineSchema>;

export const desiredStateSchema = z.enum(['running', 'paused']);

/** What a person writes. */
export const channelDocumentSchema = z.strictObject({
  apiVersion: z.literal('lutra/v1'),
  kind: z.literal('Channel'),
  name,
  description: z.string().max(1000).optional(),
  /** Left out: as it is, `running` for a new channel. */
  state: desiredStateSchema.optional(),
  databases: z.record(name, databaseSchema).default({}),
  pipelines: z.array(pipelineSchema).min(1),
});
export type ChannelDocument = z.infer<typeof channelDocumentSchema>;

/**
 * What stands in `lutra.channels`: the document with the references to databases of other channels filled in,
 * a uid that is new for every creation, and a revision that rises with every change.
 */
export const channelSchema = channelDocumentSchema.extend({
  state: desiredStateSchema,
  uid: z.string(),
  revision: z.int(),
  /** Every database that the pipelines use, own or of another channel. */
  resolved: z.record(name, databaseSchema),
  createdAt: z.number(),
  updatedAt: z.number(),
});
export type Channel = z.infer<typeof channelSchema>;

/** Identity of a pipeline over its life: a channel that is deleted and made again does not inherit its cursor. */
export function pipelineUid(channel: Channel, pipeline: Pipeline): string {
  return `${channel.uid}/${pipeline.name}`;
}
