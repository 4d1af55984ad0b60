/** Types of what the pages of operation show. Like types.ts: types only. */
import type * as z from 'zod';
import type { Alarm } from '../../../../../shared/model/alarm.ts';
import type { alarmRuleListSchema } from '../../../schemas/alarms.ts';
import type { batchListSchema } from '../../../schemas/history.ts';
import type { logListSchema } from '../../../schemas/logs.ts';
import type { nodeListSchema } from '../../../schemas/nodes.ts';
import type { Reason } from './types.ts';

export type { Alarm, AlarmKind, AlarmRule, Receiver } from '../../../../../shared/model/alarm.ts';
export type { DdlState } from '../../../../../shared/model/ddl-entry.ts';
export type { LogLevel } from '../../../../../shared/model/log-record.ts';
export type { NodeRole } from '../../../../../shared/model/node.ts';
export type { QuarantineState } from '../../../../../shared/model/quarantine-entry.ts';
export type { AlarmRuleView, AlarmTestReply } from '../../../schemas/alarms.ts';
export type { Batch, CounterList, History } from '../../../schemas/history.ts';
export type { LogEntry } from '../../../schemas/logs.ts';
export type { Diagnostics, Link, Node } from '../../../schemas/nodes.ts';

export type AlarmList = { readonly items: readonly Alarm[]; readonly total: number; readonly next?: string };
export type AlarmRuleList = z.infer<typeof alarmRuleListSchema>;
export type BatchList = z.infer<typeof batchListSchema>;
export type LogList = z.infer<typeof logListSchema>;
export type NodeList = z.infer<typeof nodeListSchema>;

type LogPlace = { readonly gtidSet: string; readonly file: string; readonly position: number };
/** GET /channels/:name/positions. */
export type PipelinePosition = {
  readonly pipeline: string;
  readonly group: string;
  readonly source?: LogPlace;
  readonly published?: LogPlace;
  readonly applied?: LogPlace;
  readonly offsets: readonly {
    readonly topic: string;
    readonly partition: number;
    readonly committed?: string;
    readonly low?: string;
    readonly end: string;
    readonly behind?: string;
    readonly setByOperator?: boolean;
  }[];
  readonly problems?: readonly Reason[];
};
export type PositionList = { readonly items: readonly PipelinePosition[] };

/** GET /audit. `before` and `after` are whatever was changed. */
export type AuditEntry = {
  readonly id: string;
  readonly at: number;
  readonly by: string;
  readonly action: string;
  readonly subject?: string;
  readonly channel?: string;
  readonly pipeline?: string;
  readonly outcome: 'begun' | 'done' | 'failed';
  readonly what: string;
  readonly before?: unknown;
  readonly after?: unknown;
};
export type AuditList = { readonly items: readonly AuditEntry[]; readonly total?: number; readonly next?: string };

export type RowAction = 'retry' | 'edit' | 'skip' | 'take';
