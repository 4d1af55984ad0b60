/** One field before and after. undefined: it was not there. */
export type Change = { readonly name: string; readonly before: string | undefined; readonly after: string | undefined };
type Image = Readonly<Record<string, string | null>>;

export const NULL_TEXT = 'NULL';

/** The columns of a row before and after; a column stands once, in the order of the row. */
export function imageChanges(before: Image | undefined, after: Image | undefined): Change[] {
  const names = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})]);
  return [...names].map((name) => ({ name, before: textOf(before, name), after: textOf(after, name) }));
}

/** What differs between two values of any shape, by path (`pipelines[0].to`). */
export function valueChanges(before: unknown, after: unknown): Change[] {
  const [old, now] = [leaves(before), leaves(after)];
  const names = new Set([...old.keys(), ...now.keys()]);
  return [...names]
    .map((name) => ({ name, before: old.get(name), after: now.get(name) }))
    .filter((change) => change.before !== change.after);
}

export function isChanged({ before, after }: Change): boolean {
  return before !== after;
}

function textOf(image: Image | undefined, name: string): string | undefined {
  const value = image?.[name];
  return value === null ? NULL_TEXT : value;
}

function leaves(value: unknown, path = ''): Map<string, string> {
  if (value === undefined) return new Map();
  if (value === null || typeof value !== 'object') return new Map([[path === '' ? '·' : path, String(value)]]);
  const entries = Array.isArray(value)
    ? value.map((part, index): [string, unknown] => [`${path}[${index}]`, part])
    : Object.entries(value).map(([name, part]): [string, unknown] => [path === '' ? name : `${path}.${name}`, part]);
  return new Map(entries.flatMap(([name, part]) => [...leaves(part, name)]));
}
