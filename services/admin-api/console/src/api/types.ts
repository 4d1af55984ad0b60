/** What the API answers, as types only: the one file of the console that names files outside of it. */
import type * as z from 'zod';
import type {
  appliedSchema,
  applyReplySchema,
  channelListSchema,
  channelStatusSchema,
  ddlListSchema,
  quarantineListSchema,
  stateReplySchema,
  statusListSchema,
} from '../../../api-schemas.ts';
import type { SeekReply as SeekReplyOfApi, SeekTarget as SeekTargetOfApi } from '../../../seek/seek-schemas.ts';

export type { Channel, ChannelDocument, Database, Mapping, Pipeline } from '../../../../../shared/model/channel.ts';
export type { DdlEntry } from '../../../../../shared/model/ddl-entry.ts';
export type { DocumentProblem } from '../../../../../shared/model/document-problem.ts';
export type { QuarantineEntry, ShownRow } from '../../../../../shared/model/quarantine-entry.ts';
export type { Reason } from '../../../../../shared/model/status.ts';
export type { ChannelView, CheckReply, PipelineView, ProcessView, StartPoint } from '../../../api-schemas.ts';

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
export type Role = 'viewer' | 'operator' | 'admin';
/** GET /session. */
export type Session = {
  readonly user: { readonly name: string; readonly role: Role };
  readonly via: 'session' | 'token';
  readonly mustChangePassword: boolean;
  readonly csrfToken?: string;
};
