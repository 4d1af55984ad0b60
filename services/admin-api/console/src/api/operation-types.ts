/** Types of what the pages of operation show. Like types.ts: types only. */
import type * as z from 'zod';
import type { Alarm } from '../../../../../shared/model/alarm.ts';
import type { AuditEntry } from '../../../../../shared/model/audit.ts';
import type { alarmRuleListSchema } from '../../../schemas/alarms.ts';
import type { batchListSchema } from '../../../schemas/history.ts';
import type { logListSchema } from '../../../schemas/logs.ts';
import type { nodeListSchema } from '../../../schemas/nodes.ts';
import type { positionListSchema } from '../../../schemas/positions.ts';

export type { Alarm, AlarmKind, AlarmRule, Receiver } from '../../../../../shared/model/alarm.ts';
export type { AuditEntry } from '../../../../../shared/model/audit.ts';
export type { DdlState } from '../../../../../shared/model/ddl-entry.ts';
export type { LogLevel } from '../../../../../shared/model/log-record.ts';
export type { NodeRole } from '../../../../../shared/model/node.ts';
export type { QuarantineState } from '../../../../../shared/model/quarantine-entry.ts';
export type { AlarmRuleView, AlarmTestReply } from '../../../schemas/alarms.ts';
export type { Batch, CounterList, History } from '../../../schemas/history.ts';
export type { LogEntry } from '../../../schemas/logs.ts';
export type { Diagnostics, Link, Node } from '../../../schemas/nodes.ts';
export type { PipelinePosition } from '../../../schemas/positions.ts';

export type AlarmList = { readonly items: readonly Alarm[]; readonly total: number; readonly next?: string };
export type AlarmRuleList = z.infer<typeof alarmRuleListSchema>;
export type BatchList = z.infer<typeof batchListSchema>;
export type LogList = z.infer<typeof logListSchema>;
export type NodeList = z.infer<typeof nodeListSchema>;

export type PositionList = z.infer<typeof positionListSchema>;
/** GET /audit. */
export type AuditList = { readonly items: readonly AuditEntry[] };

export type RowAction = 'retry' | 'edit' | 'skip' | 'take';
