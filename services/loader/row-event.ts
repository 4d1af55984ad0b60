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
};
