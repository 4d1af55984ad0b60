/** What the API answers, as types only: the one file of the console that names files outside of it. */
import type * as z from 'zod';
import type {
  appliedSchema,
  applyReplySchema,
  channelListSchema,
  stateReplySchema,
} from '../../../schemas/channels.ts';
import type { CheckReply as CheckReplyOfApi } from '../../../schemas/check.ts';
import type { ddlListSchema } from '../../../schemas/ddl.ts';
import type { quarantineListSchema } from '../../../schemas/quarantine.ts';
import type { channelStatusSchema, statusListSchema } from '../../../schemas/status.ts';
import type { SeekReply as SeekReplyOfApi, SeekTarget as SeekTargetOfApi } from '../../../seek/seek-schemas.ts';

export type { Channel, ChannelDocument, Database, Mapping, Pipeline } from '../../../../../shared/model/channel.ts';
export type { DdlEntry } from '../../../../../shared/model/ddl-entry.ts';
export type { DocumentProblem } from '../../../../../shared/model/document-problem.ts';
export type { QuarantineEntry, ShownRow } from '../../../../../shared/model/quarantine-entry.ts';
export type { Reason } from '../../../../../shared/model/status.ts';

export type { ChannelView, StartPoint } from '../../../schemas/channels.ts';
export type { CheckReply } from '../../../schemas/check.ts';
export type { PipelineView, ProcessView } from '../../../schemas/status.ts';

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

export type Page<T> = { readonly items: readonly T[]; readonly total: number; readonly next?: string };
/** GET /databases. */
export type DatabaseView = {
  readonly name: string;
  readonly kind: 'own' | 'channel';
  readonly definedIn: readonly string[];
  readonly site: string;
  readonly hosts: readonly string[];
  readonly user: string;
  readonly partitions: number;
  readonly usedBy: readonly { readonly channel: string; readonly pipeline: string; readonly as: 'source' | 'target' }[];
  readonly document: Readonly<Record<string, unknown>>;
};
/** POST /diff. */
export type DiffView = {
  readonly name: string;
  readonly outcome: 'created' | 'configured' | 'unchanged';
  readonly changed: readonly string[];
  readonly notes: readonly string[];
  readonly diff: string;
};
type CheckProblem = CheckReplyOfApi['checks'][number]['problems'][number];
type TableName = { readonly schema: string; readonly table: string };
export type ResolvedTable = {
  readonly channel: string;
  readonly pipeline: string;
  readonly mapping: number;
  readonly from: TableName;
  readonly to: TableName;
  readonly state: 'ok' | 'missing-at-target' | 'not-fit' | 'unknown';
  readonly problems: readonly CheckProblem[];
};
/** POST /preview. */
export type PreviewReply = Page<ResolvedTable> & {
  readonly problems: readonly {
    readonly pipeline: string;
    readonly database: string;
    readonly problem: CheckProblem;
  }[];
  readonly statements: readonly {
    readonly table: string;
    readonly kind: string;
    readonly how: string;
    readonly sql: string;
  }[];
};
export type UserView = {
  readonly name: string;
  readonly role: Role;
  readonly mustChangePassword: boolean;
  readonly disabled: boolean;
  readonly createdAt: number;
};
export type TokenView = {
  readonly id: string;
  readonly name: string;
  readonly owner: string;
  readonly role: Role;
  readonly createdAt: number;
  readonly expiresAt?: number;
};
