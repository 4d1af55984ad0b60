import type { RowTransform } from './mapping/row-transform.ts';
import type { RowWriters } from './row-writers.ts';
import type { TablePlan } from './table-plan.ts';

/** A plan with what is compiled and counted once per plan. */
export type CompiledPlan = TablePlan & {
  readonly write: RowWriters;
  /** What the mapping makes of an event of the source before it is applied; undefined: it is applied as it is. */
  readonly transform: RowTransform | undefined;
};

/** One change of one row, still as the record's bytes. */
export type RowEvent = {
  readonly plan: CompiledPlan;
  /** INSERT, UPDATE or DELETE of record-head.ts. */
  readonly op: number;
  readonly key: Buffer | null;
  readonly value: Buffer;
  readonly bodyAt: number;
  readonly offset: string;
  /** The event of the source that a mapping has made this one of; left out: it is one of the source. */
  readonly origin?: RowEvent;
  /** Left out: `value` is a whole record, head and body. */
  readonly joined?: JoinedRecord;
};

/** Of a record that came in pieces, or was read from where it was kept: what its head said. */
export type JoinedRecord = {
  readonly schemaId: number;
  /** The first bytes of a record on the topic, up to its body. */
  readonly head: Buffer;
};

/** What the mapping makes of an event of the source. Errors: EXPRESSION_FAILED, MalformedRow. */
export function transformed(event: RowEvent): readonly RowEvent[] {
  return event.plan.transform === undefined ? [event] : event.plan.transform({ ...event, origin: event });
}
