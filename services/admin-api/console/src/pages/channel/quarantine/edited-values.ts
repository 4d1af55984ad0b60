import type { QuarantineEntry, ShownRow } from '../../../api/types.ts';

/** A column as the form has it; undefined while it is not changed. */
export type Edits = Readonly<Record<string, string | null>>;

/** The image that is applied: of a delete what was before. */
export function imageOf(row: ShownRow): Readonly<Record<string, string | null>> {
  return row.after ?? row.before ?? row.key;
}

/** Bytes are shown as 0x… and long values are cut: neither can be given back. */
export function isEditable(value: string | null): boolean {
  return value === null || (!/^0x[0-9a-f]*…?$/i.test(value) && !value.endsWith('…'));
}

/** Only what differs from the row. */
export function changedOnly(row: ShownRow, edits: Edits): Record<string, string | null> {
  const image = imageOf(row);
  return Object.fromEntries(Object.entries(edits).filter(([column, value]) => image[column] !== value));
}

/** `id=42`, `a=1, b=2`. */
export function keyText(key: ShownRow['key']): string {
  return Object.entries(key)
    .map(([column, value]) => `${column}=${value ?? 'NULL'}`)
    .join(', ');
}

export type Scope = { readonly pipeline: string; readonly table: string; readonly rows: number };

/** What can be decided in one go: each pipeline with refused rows (table ''), then each of its tables. */
export function scopesOf(entries: readonly Pick<QuarantineEntry, 'pipeline' | 'table' | 'state'>[]): Scope[] {
  const counts = new Map<string, Scope>();
  const add = (pipeline: string, table: string): void => {
    const key = `${pipeline}\n${table}`;
    counts.set(key, { pipeline, table, rows: (counts.get(key)?.rows ?? 0) + 1 });
  };
  for (const { pipeline, table, state } of entries) {
    if (state !== 'refused') continue;
    add(pipeline, '');
    add(pipeline, table);
  }
  return [...counts.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, scope]) => scope);
}
