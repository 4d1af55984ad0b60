import * as z from 'zod';
import { ddlEntrySchema, decisionActionSchema } from '../../shared/model/ddl-entry.ts';
import { channelJsonSchema } from '../../shared/model/document-keys.ts';
import { documentProblemSchema } from '../../shared/model/document-problem.ts';
import {
  editedValuesSchema,
  quarantineActionSchema,
  quarantineEntrySchema,
} from '../../shared/model/quarantine-entry.ts';
import { pipelineStateSchema, reasonSchema, statusSchema } from '../../shared/model/status.ts';

/** What the API answers. The same schemas make the OpenAPI document. */

const { $schema: _dialect, ...documentJsonSchema } = channelJsonSchema;
/** The document as a person writes it. */
export const writtenDocumentSchema = z.any().meta({ ...documentJsonSchema, description: 'A channel document.' });

export const problemReplySchema = z
  .object({
    type: z.string().describe('urn:lutra:problem:<code>'),
    title: z.string(),
    status: z.int(),
    code: z.string(),
    detail: z.string().describe('One sentence that names the thing and the place.'),
    remedy: z.string().describe('What to do.'),
    problems: z.array(documentProblemSchema).describe('The parts, when there are several.'),
  })
  .meta({ description: 'application/problem+json (RFC 9457)' });

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

export const channelListSchema = z.object({
  items: z.array(channelViewSchema),
  total: z.int().describe('How many match the filter.'),
  next: z.string().optional().describe('Give it as `after` to get the next page.'),
});

export const appliedSchema = z.object({
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

export const processViewSchema = statusSchema.omit({ channel: true, pipeline: true, at: true, batches: true }).extend({
  ageMs: z.number().describe('Since its last status arrived here.'),
  isLost: z.boolean().describe('Silent for more than 6 s.'),
});
export type ProcessView = z.infer<typeof processViewSchema>;

export const pipelineViewSchema = z.object({
  name: z.string(),
  from: z.string(),
  to: z.string(),
  source: z.string(),
  state: z.enum([...pipelineStateSchema.options, 'lost']),
  reason: reasonSchema.optional(),
  since: z.number().optional(),
  lagMs: z.number().optional(),
  rowsPerSecond: z.number(),
  position: statusSchema.shape.position,
  offsets: statusSchema.shape.offsets,
  rows: statusSchema.shape.rows.optional(),
  selector: processViewSchema.optional(),
  loader: processViewSchema.optional(),
  standby: z
    .array(z.string())
    .optional()
    .describe('Processes that take over when one at work ends: role and instance.'),
});
export type PipelineView = z.infer<typeof pipelineViewSchema>;

export const channelStatusSchema = z.object({
  name: z.string(),
  revision: z.int(),
  desired: z.enum(['running', 'paused']),
  pipelines: z.array(pipelineViewSchema),
});
export const statusListSchema = z.object({
  items: z.array(channelStatusSchema),
  total: z.int(),
  next: z.string().optional(),
});

export const checkProblemSchema = z.object({
  severity: z.enum(['error', 'warning']),
  code: z.string(),
  message: z.string(),
  remedy: z.string(),
});
export const checkReplySchema = z.object({
  ok: z.boolean().describe('No errors; there may be warnings.'),
  checks: z.array(
    z.object({
      channel: z.string(),
      side: z.enum(['source', 'target']),
      database: z.string(),
      address: z.string(),
      pipelines: z.array(z.string()),
      problems: z.array(checkProblemSchema),
    }),
  ),
});
export type CheckReply = z.infer<typeof checkReplySchema>;

export const ddlEntryViewSchema = ddlEntrySchema;
export const ddlListSchema = z.object({ items: z.array(ddlEntryViewSchema), total: z.int() });
export const decisionRequestSchema = z.strictObject({
  action: decisionActionSchema,
  sql: z.string().min(1).max(1_000_000).optional().describe('With edit: what the target executes, in its own names.'),
  by: z.string().min(1).max(200).default('api').describe('Who decides, for the ledger.'),
});

export const quarantineEntryViewSchema = quarantineEntrySchema;
export const quarantineListSchema = z.object({ items: z.array(quarantineEntryViewSchema), total: z.int() });
const byWhom = z.string().min(1).max(200).default('api').describe('Who decides, for the record.');
export const rowDecisionRequestSchema = z.strictObject({
  action: quarantineActionSchema,
  values: editedValuesSchema
    .optional()
    .describe('With edit: column of the target -> value. Exact numbers and dates as text, bytes not at all.'),
  by: byWhom,
});
export const rowsDecisionRequestSchema = z.strictObject({
  action: z.enum(['retry', 'skip']),
  table: z.string().max(200).optional().describe('Only rows of this table of the target, schema.table.'),
  by: byWhom,
});
