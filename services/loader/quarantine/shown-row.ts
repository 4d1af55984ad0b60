import { DELETE, INSERT } from '../../../shared/codec/record-head.ts';
import type { Value } from '../../../shared/model/expression.ts';
import type { ShownImage, ShownRow } from '../../../shared/model/quarantine-entry.ts';
import { ImageReader, type RowImage } from '../../../shared/rows/mapping/row-image.ts';
import type { RowEvent } from '../../../shared/rows/row-event.ts';

const SHOWN_CHARACTERS = 200;
const SHOWN_COLUMNS = 200;

/** A row as people see it: the target's columns, values as text, bytes as 0x…, long ones cut. */
export function shownRow({ plan, op, value, bodyAt }: RowEvent): ShownRow {
  const names = plan.source.columns.map(({ name }) => name);
  const shown = new Set(names.slice(0, SHOWN_COLUMNS));
  const reader = new ImageReader(plan.source, new Set([...shown, ...plan.key]));
  const { before, after } = reader.both({ bytes: value, at: bodyAt });
  const image = op === DELETE ? before : after;
  return {
    op: op === INSERT ? 'insert' : op === DELETE ? 'delete' : 'update',
    key: texts(image, plan.key),
    ...(before === undefined ? {} : { before: texts(before, shown) }),
    ...(after === undefined ? {} : { after: texts(after, shown) }),
  };
}

function texts(image: RowImage | undefined, names: Iterable<string>): ShownImage {
  return Object.fromEntries([...names].map((name) => [name, text(image?.values.get(name) ?? null)]));
}

function text(value: Value): string | null {
  if (value === null) return null;
  if (value instanceof Uint8Array) return cut(`0x${Buffer.from(value.subarray(0, SHOWN_CHARACTERS)).toString('hex')}`);
  return cut(String(value));
}

function cut(text: string): string {
  return text.length <= SHOWN_CHARACTERS ? text : `${text.slice(0, SHOWN_CHARACTERS)}…`;
}
