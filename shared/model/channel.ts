import * as z from 'zod';
import { isHostPort, splitHosts } from './host-list.ts';

/** The channel document: desired state of one sync task. The same shape is applied, stored in `lutra.channels` and followed by the services. */

const NAME = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const name = z
  .string()
  .regex(NAME, 'a name of 1 to 63 lower-case letters, digits and dashes, neither first nor last a dash');

const envSchema = z.strictObject({ env: z.string().min(1) });
const fileSchema = z.strictObject({ file: z.string().min(1) });
/** Passwords are references, or texts that are encrypted before they are stored: a text itself never stands in a stored document. */
export const secretSchema = z.union(
  [
    envSchema,
    fileSchema,
    z.strictObject({ value: z.string().min(1).max(1_000).describe('Encrypted before it is stored.') }),
    z.strictObject({ encrypted: z.string().min(1).max(4_000).describe('As Lutra has encrypted it.') }),
  ],
  'a secret: {env: NAME}, {file: PATH} or {value: TEXT}',
);
export type Secret = z.infer<typeof secretSchema>;

const hostsSchema = z
  .union([z.string(), z.array(z.string())], 'a list of host:port')
  .transform(splitHosts)
  .pipe(z.array(z.string().refine(isHostPort, 'host:port, for example db1:3306')).min(1, 'at least one host:port'));

/** A file, or a variable of the process that connects, with a text in PEM form. */
const pemSchema = z.union([envSchema, fileSchema], '{file: PATH} or {env: NAME}');
export const tlsSchema = z.union(
  [
    z.boolean(),
    z.strictObject({
      ca: pemSchema
        .optional()
        .describe('Authority of the certificate of the server; left out: those that the process trusts.'),
      cert: pemSchema.optional().describe('Certificate of Lutra, for servers that ask for one.'),
      key: pemSchema.optional().describe('Its key.'),
      verify: z
        .union([z.boolean(), z.literal('ca')], 'true, false or ca')
        .default(true)
        .describe('true: authority and host name of the certificate; ca: the authority only; false: neither.'),
    }),
  ],
  'true, or {ca: {file: PATH}, cert, key, verify}',
);

export const databaseSchema = z.strictObject({
  site: name.describe('The datacentre it stands in; its selector and loader run there.'),
  hosts: hostsSchema.describe(
    'host:port, in order of preference; a list, or one text divided by commas or semicolons.',
  ),
  user: z.string().min(1),
  password: secretSchema,
  tls: tlsSchema.optional().describe('Connections are encrypted; left out: they are not.'),
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

const columnName = z.string().min(1).max(64);
/** A number or truth value stands for itself, so that `set: {version: 2}` needs no quotes. */
const expressionSchema = z
  .union([z.string().min(1).max(1000), z.number(), z.boolean()], 'an expression of at most 1000 characters')
  .transform(String);
const onlySchema = z.union(
  [
    z.array(z.union([z.string().min(1).max(1025), tableName], 'a table name or schema.table')).min(1),
    z.strictObject({ file: z.string().min(1) }).transform((_, context): never => {
      context.addIssue('the file has not been read');
      return z.NEVER;
    }),
  ],
  'a list of table names ({file: NAME} is read by `lutra apply`, which sends the list)',
);
const literal = z.union(
  [z.string().max(255), z.number(), z.boolean(), z.null()],
  'a text, a number, true, false or null',
);

export const columnRulesSchema = z.strictObject({
  include: z.array(columnName).min(1).optional().describe('Only these columns of the source.'),
  exclude: z.array(columnName).min(1).optional().describe('All columns of the source but these.'),
  rename: z.record(columnName, columnName).optional().describe('Column of the source -> column of the target.'),
  set: z.record(columnName, expressionSchema).optional().describe('Column of the target -> expression.'),
});

export const logicalDeleteSchema = z.strictObject({
  mark: columnName.describe('Column of the target that tells a deleted row.'),
  value: literal.default(1).describe('What it holds in a deleted row.'),
  alive: literal.default(0).describe('What it holds in a row that lives.'),
  history: tablePatternSchema.optional().describe('A table of the target that gets a copy of every deleted row.'),
});

export const ddlPolicySchema = z.enum(['apply', 'ignore', 'hold']);
export type DdlPolicy = z.infer<typeof ddlPolicySchema>;

/**
 * quarantine: a refused row waits, and what depends on it behind it; everything else flows. pause-table: its table waits. pause-channel: the pipeline waits.
 */
export const rowErrorPolicySchema = z.enum(['quarantine', 'pause-table', 'pause-channel']);
export type RowErrorPolicy = z.infer<typeof rowErrorPolicySchema>;

export const mappingSchema = z.strictObject({
  from: tablePatternSchema,
  /** A part that is `*` keeps the source's name; in `new_[0-15]` and `new_*` the number or run that `from` matched stands again. */
  to: tablePatternSchema,
  exclude: z.array(tablePatternSchema).min(1).optional().describe('Tables that this mapping leaves out.'),
  only: onlySchema.optional().describe('Exactly these of the tables that `from` means.'),
  key: z.array(columnName).min(1).optional().describe('Columns that name a row of a table without primary key.'),
  noKey: z
    .enum(['match', 'append', 'skip'])
    .optional()
    .describe('What to do with a table without any key: default match.'),
  columns: columnRulesSchema.optional(),
  where: expressionSchema.optional().describe('Rows for which it is not true are left out.'),
  delete: logicalDeleteSchema.optional().describe('A deleted row is marked instead of deleted.'),
  ddl: ddlPolicySchema.optional().describe('Overrides the policy of the channel.'),
  rowErrors: rowErrorPolicySchema.optional().describe('Overrides the policy of the channel.'),
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

/** What a pipeline may keep in quarantine before it stops. */
export const quarantineLimitSchema = z.strictObject({
  rows: z.int().min(1).max(100_000).default(10_000),
  bytes: z
    .int()
    .min(1)
    .default(256 * 2 ** 20),
});
export type QuarantineLimit = z.infer<typeof quarantineLimitSchema>;

export const policiesSchema = z.strictObject({
  ddl: ddlPolicySchema.optional().describe('Statements about tables: default apply.'),
  databaseDdl: ddlPolicySchema.optional().describe('Statements about databases: default ignore.'),
  rowErrors: rowErrorPolicySchema
    .optional()
    .describe(
      'Rows that the target refuses. pause-channel (default): the pipeline waits. pause-table: their table waits. quarantine: the row waits, and what depends on it.',
    ),
  quarantineLimit: quarantineLimitSchema
    .optional()
    .describe('A pipeline with more in quarantine stops: default 10,000 rows, 256 MB.'),
});

export const desiredStateSchema = z.enum(['running', 'paused']);

/** What a person writes. */
export const channelDocumentSchema = z.strictObject({
  apiVersion: z.literal('lutra/v1'),
  kind: z.literal('Channel'),
  name,
  description: z.string().max(1000).optional(),
  /** Left out: as it is, `running` for a new channel. */
  state: desiredStateSchema.optional(),
  policies: policiesSchema.optional(),
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

/** What becomes of a DDL statement about a table of this mapping. */
export function ddlPolicyOf({ policies }: Pick<Channel, 'policies'>, mapping: Pick<Mapping, 'ddl'>): DdlPolicy {
  return mapping.ddl ?? policies?.ddl ?? 'apply';
}

/** What becomes of CREATE, ALTER and DROP DATABASE. */
export function databaseDdlPolicyOf({ policies }: Pick<Channel, 'policies'>): DdlPolicy {
  return policies?.databaseDdl ?? 'ignore';
}

/** What becomes of a row of this mapping that the target refuses. */
export function rowErrorPolicyOf(
  { policies }: Pick<Channel, 'policies'>,
  mapping: Pick<Mapping, 'rowErrors'>,
): RowErrorPolicy {
  return mapping.rowErrors ?? policies?.rowErrors ?? 'pause-channel';
}

export function quarantineLimitOf({ policies }: Pick<Channel, 'policies'>): QuarantineLimit {
  return quarantineLimitSchema.parse(policies?.quarantineLimit ?? {});
}
