import * as z from 'zod';
import { channelJsonSchema } from '../../../shared/model/document-keys.ts';
import { pageSchema } from './page.ts';

const { $schema: _dialect, ...documentJsonSchema } = channelJsonSchema;
/** The document as a person writes it. */
export const writtenDocumentSchema = z.any().meta({ ...documentJsonSchema, description: 'A channel document.' });

export const channelViewSchema = z.object({
  name: z.string(),
  uid: z.string(),
  revision: z.int(),
  state: z.enum(['running', 'paused']),
  createdAt: z.number().describe('ms since the epoch'),
  updatedAt: z.number().describe('ms since the epoch'),
  document: writtenDocumentSchema,
});
export type ChannelView = z.infer<typeof channelViewSchema>;

export const channelListSchema = pageSchema(channelViewSchema);

export const appliedSchema = z.object({
  kind: z.enum(['Channel', 'Database']),
  name: z.string(),
  outcome: z.enum(['created', 'configured', 'unchanged']),
  revision: z.int(),
  changed: z.array(z.string()).describe('Top-level parts that changed.'),
  notes: z.array(z.string()),
});
export const applyReplySchema = z.object({ dryRun: z.boolean(), applied: z.array(appliedSchema) });

export const startPointSchema = z.object({
  pipeline: z.string(),
  from: z.string().describe('From where it starts or goes on: one sentence.'),
  notCovered: z.string().describe('What will not arrive by itself: one sentence.'),
});
export type StartPoint = z.infer<typeof startPointSchema>;

export const stateReplySchema = z.object({
  channel: channelViewSchema,
  changed: z.boolean(),
  startPoints: z.array(startPointSchema).optional(),
});
