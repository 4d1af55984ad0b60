import * as z from 'zod';
import { checkProblemSchema } from './check.ts';
import { pageSchema } from './page.ts';

const tableName = z.object({ schema: z.string(), table: z.string() });

/** A table of the source that a mapping takes, and the table of the target that it goes to. */
export const resolvedTableSchema = z.object({
  channel: z.string(),
  pipeline: z.string(),
  mapping: z.int().describe('Index in the pipeline, from 0.'),
  from: tableName,
  to: tableName,
  state: z
    .enum(['ok', 'missing-at-target', 'not-fit', 'unknown'])
    .describe('not-fit: `problems` holds an error. unknown: source or target could not be read.'),
  problems: z.array(checkProblemSchema),
});
export type ResolvedTable = z.infer<typeof resolvedTableSchema>;

const unread = z
  .array(z.object({ pipeline: z.string(), database: z.string(), problem: checkProblemSchema }))
  .describe('Databases that could not be read, and mappings that mean no table.');

export const tableListSchema = pageSchema(resolvedTableSchema).extend({ problems: unread });

export const statementSchema = z.object({
  table: z.string().describe('Of the target, schema.table.'),
  kind: z.enum(['insert', 'update', 'delete', 'create']),
  how: z.string().describe('In which way the loader applies rows of this table, and why.'),
  sql: z.string().describe('With a named placeholder for each value, for one row; `create` without.'),
});
export type PreviewedStatement = z.infer<typeof statementSchema>;

/** The tables of the documents, page by page, and what the loader would send to the target for rows of these tables. */
export const previewReplySchema = tableListSchema.extend({ statements: z.array(statementSchema) });
