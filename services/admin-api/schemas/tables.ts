import * as z from 'zod';
import { checkProblemSchema } from './check.ts';
import { pageSchema } from './page.ts';

const tableName = z.object({ schema: z.string(), table: z.string() });

const statementList = z.array(z.string());

/** What the loader sends for one row. */
export const targetStatementsSchema = z
  .object({
    kind: z
      .enum(['load', 'upsert', 'reinsert', 'linked', 'rows', 'keyless', 'append', 'skip'])
      .describe(
        'How rows are applied. load, upsert: set by key. reinsert: deleted, then inserted, because another unique key is there. linked: as upsert, in the order of foreign keys. rows: one by one, in the order of the source. keyless: found by all their columns. append: inserts only. skip: nothing.',
      ),
    insert: statementList.describe('In the order in which they are sent; of several rows one statement.'),
    update: statementList,
    delete: statementList,
    load: z.string().optional().describe('Instead of the INSERT, when a batch sets many rows or large ones.'),
    where: z.string().optional().describe('Only rows for which this holds.'),
    computed: z
      .record(z.string(), z.string())
      .optional()
      .describe('Columns that do not come from the source: the expression by name.'),
  })
  .describe("`:column` stands for a row's value, `:old.column` for the one before an update.");
export type TargetStatements = z.infer<typeof targetStatementsSchema>;

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
  statements: targetStatementsSchema.optional().describe('When they are asked for; only of tables that are ok.'),
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
