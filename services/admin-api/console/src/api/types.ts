/** What the API answers, as types only: the one file of the console that names files outside of it. */
import type * as z from 'zod';
import type { SessionView, tokenListSchema, userListSchema } from '../../../schemas/access.ts';
import type {
  appliedSchema,
  applyReplySchema,
  channelListSchema,
  stateReplySchema,
} from '../../../schemas/channels.ts';
import type { databaseListSchema } from '../../../schemas/databases.ts';
import type { ddlListSchema } from '../../../schemas/ddl.ts';
import type { EventData, EventName } from '../../../schemas/events.ts';
import type { quarantineListSchema } from '../../../schemas/quarantine.ts';
import type { diffReplySchema, revisionDocumentSchema, revisionListSchema } from '../../../schemas/revisions.ts';
import type { channelStatusSchema, statusListSchema } from '../../../schemas/status.ts';
import type { previewReplySchema } from '../../../schemas/tables.ts';
import type { SeekReply as SeekReplyOfApi, SeekTarget as SeekTargetOfApi } from '../../../seek/seek-schemas.ts';

export type { Channel, ChannelDocument, Database, Mapping, Pipeline } from '../../../../../shared/model/channel.ts';
export type { DdlEntry } from '../../../../../shared/model/ddl-entry.ts';
export type { DocumentProblem } from '../../../../../shared/model/document-problem.ts';
export type { QuarantineEntry, ShownRow } from '../../../../../shared/model/quarantine-entry.ts';
export type { Reason } from '../../../../../shared/model/status.ts';

export type { Role } from '../../../access/role.ts';
export type { LoginProvider, TokenView, UserView } from '../../../schemas/access.ts';
export type { ChannelView, StartPoint } from '../../../schemas/channels.ts';
export type { CheckReply } from '../../../schemas/check.ts';
export type { DatabaseView } from '../../../schemas/databases.ts';
export type { EventName } from '../../../schemas/events.ts';
export type { Overview } from '../../../schemas/overview.ts';
export type { DiffView, RevisionView } from '../../../schemas/revisions.ts';
export type { PipelineView, ProcessView } from '../../../schemas/status.ts';
export type { ResolvedTable } from '../../../schemas/tables.ts';

export type Applied = z.infer<typeof appliedSchema>;
export type ApplyReply = z.infer<typeof applyReplySchema>;
export type ChannelList = z.infer<typeof channelListSchema>;
export type ChannelStatus = z.infer<typeof channelStatusSchema>;
export type StatusList = z.infer<typeof statusListSchema>;
export type StateReply = z.infer<typeof stateReplySchema>;
export type DdlList = z.infer<typeof ddlListSchema>;
export type QuarantineList = z.infer<typeof quarantineListSchema>;
export type SeekReply = SeekReplyOfApi;
export type SeekTarget = SeekTargetOfApi;

export type State = ChannelStatus['pipelines'][number]['state'];
export type Session = SessionView;
export type DatabaseList = z.infer<typeof databaseListSchema>;
export type UserList = z.infer<typeof userListSchema>;
export type TokenList = z.infer<typeof tokenListSchema>;
export type DiffReply = z.infer<typeof diffReplySchema>;
export type PreviewReply = z.infer<typeof previewReplySchema>;
export type RevisionList = z.infer<typeof revisionListSchema>;
export type RevisionDocument = z.infer<typeof revisionDocumentSchema>;
/** What the API tells by itself, each with the data of its name. */
export type LiveEvent = { [N in EventName]: { readonly name: N; readonly data: EventData<N> } }[EventName];
