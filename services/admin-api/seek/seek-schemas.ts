import * as z from 'zod';

const offset = z.union([z.string().regex(/^\d{1,19}$/), z.int().min(0)]).transform(BigInt);
const partition = z.int().min(0).optional().describe('Left out: every partition; with `offset` the only one.');

/** The next record, or transaction, that the pipeline shall apply. */
export const seekTargetSchema = z.union([
  z.strictObject({ offset, partition }),
  z.strictObject({ shiftBy: z.int(), partition }),
  z.strictObject({ transactions: z.int().min(-100_000).max(100_000) }),
  z.strictObject({ time: z.iso.datetime({ offset: true }) }),
  z.strictObject({ gtid: z.string().min(1).max(200) }),
  z.strictObject({ file: z.string().min(1).max(255), position: z.int().min(4) }),
]);
export type SeekTarget = z.infer<typeof seekTargetSchema>;

export const seekRequestSchema = z.strictObject({
  to: seekTargetSchema,
  only: z.enum(['skip', 'repeat']).optional().describe('Refuses a move in the other direction.'),
  dryRun: z.boolean().default(false),
});
/** With who asks for it. */
export type SeekRequest = z.infer<typeof seekRequestSchema> & { readonly by: string };

const place = z.object({ gtid: z.string(), file: z.string(), position: z.number(), committedAt: z.string() });
const counts = z.object({
  table: z.string(),
  target: z.string(),
  inserts: z.number(),
  updates: z.number(),
  deletes: z.number(),
});

/** What lies between where the pipeline stands and where it is moved to. */
export const previewSchema = z.object({
  isComplete: z.boolean().describe('false: there is more than was counted.'),
  transactions: z.number(),
  rows: z.number(),
  tables: z.array(counts).describe('Of the tables that the pipeline maps, by their name at the source.'),
  statements: z
    .array(z.object({ id: z.string(), schema: z.string(), sql: z.string() }))
    .describe('DDL in between, the first 100.'),
  first: place.optional(),
  last: place.optional(),
});
export type Preview = z.infer<typeof previewSchema>;

export const seekReplySchema = z.object({
  dryRun: z.boolean(),
  moved: z.boolean(),
  site: z.string(),
  group: z.string(),
  topic: z.string(),
  direction: z.enum(['skip', 'repeat', 'both', 'none']),
  partitions: z.array(
    z.object({ partition: z.int(), from: z.string(), to: z.string(), low: z.string(), end: z.string() }),
  ),
  preview: previewSchema,
  notes: z.array(z.string()),
  repair: z.array(z.string()).describe('What to do about rows that are skipped.'),
  audit: z.string().optional().describe('Id in the audit.'),
});
export type SeekReply = z.infer<typeof seekReplySchema>;
