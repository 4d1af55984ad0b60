import { DELETE, INSERT } from '../../../shared/codec/record-head.ts';
import type { EditedValues } from '../../../shared/model/quarantine-entry.ts';
import { computedType, Unfit } from '../../../shared/rows/mapping/cell-values.ts';
import { computedColumn } from '../../../shared/rows/mapping/mapped-schema.ts';
import { cellOf, ImageReader, type RowImage } from '../../../shared/rows/mapping/row-image.ts';
import type { CompiledPlan, RowEvent } from '../../../shared/rows/row-event.ts';
import type { RowSchema } from '../../../shared/rows/row-schema.ts';
import { ReplicationError } from '../../../shared/runtime/errors.ts';

/** Makes the plan of rows that have the schema of the target already. */
export type Replan = (rows: RowSchema, plan: CompiledPlan) => CompiledPlan;

/**
 * The event with other values in some columns of the row that it leaves behind. What finds the row at the target stays as it was, so columns of the key
 * can be given for an insert only. Errors: TARGET_REFUSED for what cannot be edited, without values.
 */
export function editedRow(event: RowEvent, values: EditedValues, replan: Replan): RowEvent {
  const { plan, op, value, bodyAt } = event;
  if (op === DELETE) throw refused('a delete has no values to edit; retry or skip it');
  const { columns, beforeBranch, afterBranch } = plan.source;
  expectEditable(event, values);
  const edited = new Map(Object.entries(values).map(([name, given]) => [name, cellFor(plan, name, given)]));
  const images = new ImageReader(plan.source, new Set()).both({ bytes: value, at: bodyAt });
  const rows: RowSchema = {
    ...plan.source,
    columns: columns.map((column) => {
      const cell = edited.get(column.name);
      return cell === undefined ? column : computedColumn(column.name, cell.dataType, cell.type);
    }),
  };
  const image = (found: RowImage | undefined): Buffer[] =>
    found === undefined ? [] : columns.map(({ name }, index) => edited.get(name)?.bytes ?? cellOf(found, index));
  const branch = (of: number, isThere: boolean): Buffer => Buffer.from([(isThere ? of : 1 - of) * 2]);
  const { before, after } = images;
  const body = Buffer.concat([
    branch(beforeBranch, before !== undefined),
    ...image(before),
    branch(afterBranch, after !== undefined),
    ...image(after),
  ]);
  return { ...event, plan: replan(rows, plan), value: body, bodyAt: 0 };
}

function expectEditable({ plan, op }: RowEvent, values: EditedValues): void {
  const known = new Set(plan.columns.filter(({ target }) => target !== undefined).map(({ source }) => source.name));
  const unknown = Object.keys(values).filter((name) => !known.has(name));
  if (unknown.length > 0) {
    throw refused(`the row has no column ${unknown.join(', ')}; it has ${[...known].join(', ')}`);
  }
  if (op === INSERT) return;
  if (plan.key.length === 0) throw refused('a change of a row without key finds it by its values; retry or skip it');
  const keys = Object.keys(values).filter((name) => plan.key.includes(name));
  if (keys.length > 0) throw refused(`${keys.join(', ')} names the row that is changed and cannot be edited`);
}

function cellFor(
  { target }: CompiledPlan,
  name: string,
  given: EditedValues[string],
): { bytes: Buffer; dataType: string; type: ReturnType<typeof computedType> } {
  const dataType = target.columns.get(name)?.dataType ?? '';
  const type = computedType(dataType);
  try {
    const value = typeof given === 'number' && Number.isSafeInteger(given) ? BigInt(given) : given;
    return { bytes: type.write(value), dataType, type };
  } catch (error) {
    if (error instanceof Unfit) throw refused(`the value given for ${name}: ${error.message}`);
    throw error;
  }
}

function refused(why: string): ReplicationError {
  return new ReplicationError('TARGET_REFUSED', `the row cannot be edited so: ${why}`, 'edit it in another way');
}
