import * as z from 'zod';
import { checkProblemSchema } from './check.ts';
import { pageSchema } from './page.ts';

const logPlace = z.object({ gtidSet: z.string(), file: z.string(), position: z.number() });

/** Where a pipeline stands, along the way of its rows. */
export const pipelinePositionSchema = z.object({
  pipeline: z.string(),
  group: z.string().describe('The consumer group, in the Kafka of the target.'),
  site: z.string().describe('Of the target.'),
  topic: z.string(),
  source: logPlace
    .optional()
    .describe('The end of the log of the source now; absent when it cannot be asked from here.'),
  published: logPlace.optional().describe('What the selector has published.'),
  applied: logPlace.optional().describe('What the loader has applied.'),
  offsets: z.array(
    z.object({
      topic: z.string(),
      partition: z.int(),
      committed: z.string().optional().describe('The next record to apply; absent before the first commit.'),
      low: z.string().describe('The oldest record that is kept.'),
      end: z.string(),
      behind: z.string().optional().describe('end - committed'),
      setByOperator: z.boolean().describe('Set by hand and not taken up yet.'),
    }),
  ),
  problems: z.array(checkProblemSchema).describe('Why something is absent.'),
});
export type PipelinePosition = z.infer<typeof pipelinePositionSchema>;
export const positionListSchema = pageSchema(pipelinePositionSchema);

export const resyncRequestSchema = z.strictObject({
  table: z.string().min(1).max(200).describe('schema.table of the source'),
  keys: z
    .array(z.record(z.string(), z.union([z.string(), z.number()])))
    .max(1000)
    .optional(),
});
