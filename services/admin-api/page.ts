type Asked = { readonly after?: string | undefined; readonly limit: number };
export type Page<T> = { readonly items: T[]; readonly total: number; readonly next?: string };

/**
 * One page of a list in the order of its keys, behind the key `after`. Keys are unique, and the order does not change
 * while items come and go, so pages neither repeat nor leave out what stays.
 */
export function pageOf<T>(
  items: Iterable<T>,
  { after, limit }: Asked,
  keyOf: (item: T) => string,
  isNewestFirst = false,
): Page<T> {
  const direction = isNewestFirst ? -1 : 1;
  const keyed = Array.from(items, (item) => ({ item, key: keyOf(item) }));
  const rest = after === undefined ? keyed : keyed.filter(({ key }) => compare(key, after) * direction > 0);
  const page = rest.toSorted((a, b) => compare(a.key, b.key) * direction).slice(0, limit);
  const last = page.at(-1);
  const next = rest.length > limit && last !== undefined ? { next: last.key } : {};
  return { items: page.map(({ item }) => item), total: keyed.length, ...next };
}

export function byName({ name }: { readonly name: string }): string {
  return name;
}

/** A number as a key: its order as text is its order as a number. */
export function numberKey(number: number): string {
  return String(Math.max(0, Math.floor(number))).padStart(16, '0');
}

/** Whether a text holds what is looked for, whatever the case; nothing is in every text. */
export function holds(text: string, part: string | undefined): boolean {
  return part === undefined || text.toLowerCase().includes(part.toLowerCase());
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
