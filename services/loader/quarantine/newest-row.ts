import { DELETE, INSERT, UPDATE } from '../../../shared/codec/record-head.ts';
import { ImageReader, type RowImage } from '../../../shared/rows/mapping/row-image.ts';
import type { CompiledPlan } from '../../../shared/rows/row-event.ts';
import { ReplicationError } from '../../../shared/runtime/errors.ts';
import type { QuarantinedRecord, QuarantinedRow } from './quarantine-table.ts';
import { comparePlaces } from './row-locks.ts';

/** The later changes of a row that wait, in order, also under the keys that it got meanwhile. Empty for a table without a key. */
export function newerChanges(row: QuarantinedRow, rows: readonly QuarantinedRow[]): QuarantinedRow[] {
  const newer: QuarantinedRow[] = [];
  let key = row.locks.row?.at(-1);
  for (const next of rows) {
    const isOpen = next.state === 'refused' || next.state === 'waiting';
    if (key === undefined || !isOpen || comparePlaces(next.place, row.place) <= 0) continue;
    if (next.locks.row?.[0] !== key) {
      // NOTE another row has got the key of this one, which is gone by then: what follows there is of that row.
      if (next.locks.row?.at(-1) === key) break;
      continue;
    }
    newer.push(next);
    key = next.locks.row.at(-1);
  }
  return newer;
}

/** One change that leaves the row as `newest` leaves it where it is as before `first`. Both are of one schema. */
export function netChange(
  plan: CompiledPlan,
  first: QuarantinedRecord,
  newest: QuarantinedRecord,
): Pick<QuarantinedRecord, 'op' | 'body'> {
  const reader = new ImageReader(plan.source, new Set());
  const was = reader.both({ bytes: first.body, at: 0 });
  const is = reader.both({ bytes: newest.body, at: 0 });
  const after = newest.op === DELETE ? undefined : is.after;
  const before = (first.op === INSERT ? undefined : was.before) ?? (after === undefined ? is.before : undefined);
  const { beforeBranch, afterBranch } = plan.source;
  const body = Buffer.concat([imageBytes(before, beforeBranch), imageBytes(after, afterBranch)]);
  return { op: after === undefined ? DELETE : before === undefined ? INSERT : UPDATE, body };
}

function imageBytes(image: RowImage | undefined, branch: number): Buffer {
  const union = Buffer.from([(image === undefined ? 1 - branch : branch) * 2]);
  return image === undefined
    ? union
    : Buffer.concat([union, image.bytes.subarray(image.starts[0], image.starts.at(-1))]);
}

export function notNamed(): ReplicationError {
  return new ReplicationError(
    'TARGET_REFUSED',
    'nothing names the rows of a table without a key, so it is not known which later changes are of this row',
    'retry, edit or skip it',
  );
}
