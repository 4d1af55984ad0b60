import type { PathPart } from './document-problem.ts';

/** What stands there, in few words: `"text"`, `a list`, `nothing`. */
export function describeValue(value: unknown): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object') return 'a mapping';
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

/** The plain value at a path; undefined when there is none. */
export function valueAt(content: unknown, path: readonly PathPart[]): unknown {
  let value = content;
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    value = Reflect.get(value, part);
  }
  return value;
}

/** Ways to say one thing, of which only one may stand. */
const MIXED = [
  ['gtid', 'file'],
  ['gtid', 'position'],
  ['env', 'file'],
] as const;

/** The two ways that a mapping uses at once; undefined when there is no such pair. */
export function mixedKeys(value: unknown): readonly [string, string] | undefined {
  return isMapping(value) ? MIXED.find(([one, other]) => one in value && other in value) : undefined;
}

export function isMapping(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
