import type { AlterItem, Ddl } from './ddl.ts';
import { type TextRange, tokenize } from './tokens.ts';

/** A piece of a text and what takes its place. Edits of one text do not overlap, except those that lie within a longer one, which wins. */
export type Edit = TextRange & { readonly text: string };

export function applyEdits(sql: string, edits: readonly Edit[], range: TextRange): string {
  const inside = edits
    .filter(({ start, end }) => start >= range.start && end <= range.end)
    .toSorted((a, b) => a.start - b.start || b.end - a.end);
  let text = '';
  let at = range.start;
  for (const edit of inside) {
    if (edit.start < at) continue;
    text += sql.slice(at, edit.start) + edit.text;
    at = edit.end;
  }
  return text + sql.slice(at, range.end);
}

/**
 * The edit that leaves these items out of the list of an ALTER TABLE; within `ADD (…, …)` only the parts. undefined when it changes nothing,
 * `nothing` when no item remains.
 */
export function withoutItems(
  ddl: Ddl,
  dropped: ReadonlySet<AlterItem>,
  edits: readonly Edit[],
): Edit | undefined | 'nothing' {
  if (dropped.size === 0) return undefined;
  const entries = listEntries(ddl.items);
  const first = entries[0];
  const last = entries.at(-1);
  if (first === undefined || last === undefined) return undefined;
  const commas = tokenize(ddl.sql, ddl.dialect).list.filter(({ kind, text }) => kind === 'mark' && text === ',');
  const kept = entries.flatMap((entry, index) => {
    const items = entry.items.filter((item) => !dropped.has(item));
    if (items.length === 0) return [];
    const before = entries[index - 1]?.range.end ?? 0;
    const isSeparated = commas.some(({ start }) => start >= before && start < entry.range.start);
    return [{ text: entryText(ddl, entry, items, edits), isSeparated }];
  });
  if (kept.length === 0) return 'nothing';
  const text = kept.map((entry, index) => `${index === 0 ? '' : entry.isSeparated ? ', ' : ' '}${entry.text}`).join('');
  return { start: first.range.start, end: last.range.end, text };
}

type ListEntry = { readonly range: TextRange; readonly items: readonly AlterItem[]; readonly isGroup: boolean };

function listEntries(items: readonly AlterItem[]): ListEntry[] {
  const groups = Map.groupBy(items, ({ group, range }) => (group ?? range).start);
  return [...groups.values()].map((list) => {
    const [first] = list as [AlterItem];
    return { range: first.group ?? first.range, items: list, isGroup: first.group !== undefined };
  });
}

function entryText(ddl: Ddl, entry: ListEntry, items: readonly AlterItem[], edits: readonly Edit[]): string {
  if (!entry.isGroup || items.length === entry.items.length) return applyEdits(ddl.sql, edits, entry.range);
  return `ADD (${items.map(({ range }) => applyEdits(ddl.sql, edits, range)).join(', ')})`;
}
