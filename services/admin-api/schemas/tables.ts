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

const unreadSchema = z.object({
  channel: z.string(),
  pipeline: z.string(),
  database: z.string(),
  problem: checkProblemSchema,
});
export type UnreadDatabase = z.infer<typeof unreadSchema>;

export const tableListSchema = pageSchema(resolvedTableSchema).extend({
  problems: z.array(unreadSchema).describe('Databases that could not be read, and mappings that mean no table.'),
});

/** Of POST /api/v1/preview. */
export const previewReplySchema = tableListSchema;
