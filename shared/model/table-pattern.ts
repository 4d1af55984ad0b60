import type { TablePattern } from './channel.ts';

export type TableName = { readonly schema: string; readonly table: string };

/** Schemas that a pattern never reaches; only their exact name does. */
const RESERVED = new Set(['mysql', 'information_schema', 'performance_schema', 'sys', 'lutra']);

/** Whether a table is meant by a pattern: see `compileNamePattern` for what stands in each of its two parts. */
export function compileTablePattern(pattern: TablePattern): (source: TableName) => boolean {
  const schema = compileNamePattern(pattern.schema);
  const table = compileNamePattern(pattern.table);
  const schemaIsExact = !isPattern(pattern.schema);
  return (source) =>
    schema(source.schema) && table(source.table) && (schemaIsExact || !RESERVED.has(source.schema.toLowerCase()));
}

/**
 * One part of a pattern. `ord` is that name; `ord*` any run of characters; `ord_[0-1024]` the numbers of a range, both ends included
 * (`[01-32]`: with leading zeros, when both bounds are equally long and the first starts with 0); `/…/` a regular expression that must match the whole name.
 * Errors: SyntaxError for a regular expression that does not parse.
 */
export function compileNamePattern(pattern: string): (name: string) => boolean {
  const match = compileNameMatch(pattern);
  return (name) => match(name) !== undefined;
}

/** Like `compileNamePattern`, with what each `*` and each range stood for, in order; undefined when the name is not meant. */
export function compileNameMatch(pattern: string): (name: string) => readonly string[] | undefined {
  if (!isPattern(pattern)) return (name) => (name === pattern ? [] : undefined);
  if (isRegularExpression(pattern)) {
    const whole = new RegExp(`^(?:${pattern.slice(1, -1)})$`, 'su');
    return (name) => (whole.test(name) ? [] : undefined);
  }
  return compileGlob(pattern);
}

/** The parts of a name that is no regular expression, as they stand: text, `*` or `[a-b]`. */
export function globParts(pattern: string): string[] {
  return pattern.split(/(\*|\[\d+-\d+\])/).filter((part) => part !== '');
}

/** The two numbers of `[a-b]`, as they are written; undefined for other text. */
export function rangeBounds(part: string): readonly [first: string, last: string] | undefined {
  const bounds = /^\[(\d+)-(\d+)\]$/.exec(part);
  return bounds === null ? undefined : [bounds[1] ?? '', bounds[2] ?? ''];
}

/** `[01-32]`: the numbers have leading zeros. */
export function isPadded(first: string, last: string): boolean {
  return first.length === last.length && first.startsWith('0') && last.length > 1;
}

export function isRegularExpression(pattern: string): boolean {
  return pattern.length > 2 && pattern.startsWith('/') && pattern.endsWith('/');
}

export function isPattern(pattern: string): boolean {
  return isRegularExpression(pattern) || pattern.includes('*') || /\[\d+-\d+\]/.test(pattern);
}

function compileGlob(pattern: string): (name: string) => readonly string[] | undefined {
  const checks: ((text: string) => boolean)[] = [];
  const source = globParts(pattern)
    .map((part) => {
      const bounds = rangeBounds(part);
      if (bounds === undefined && part !== '*') return part.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
      checks.push(bounds === undefined ? () => true : compileRange(...bounds));
      return bounds === undefined ? '(.*)' : '(\\d+)';
    })
    .join('');
  const whole = new RegExp(`^${source}$`, 's');
  return (name) => {
    const match = whole.exec(name)?.slice(1);
    return match?.every((text, index) => checks[index]?.(text)) ? match : undefined;
  };
}

function compileRange(first: string, last: string): (digits: string) => boolean {
  const padded = isPadded(first, last);
  const low = Number(first);
  const high = Number(last);
  return (digits) => {
    const fits = padded ? digits.length === first.length : digits === '0' || !digits.startsWith('0');
    return fits && Number(digits) >= low && Number(digits) <= high;
  };
}
