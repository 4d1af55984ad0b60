import type { Mapping, TablePattern } from './channel.ts';

export type TableName = { readonly schema: string; readonly table: string };

/** Schemas that a pattern never reaches; only their exact name does. */
const RESERVED = new Set(['mysql', 'information_schema', 'performance_schema', 'sys', 'lutra']);

/**
 * Compiles the mappings of a pipeline into one function: source table -> target table, undefined when none matches.
 * The first mapping that matches wins; a target part `*` keeps the source's name. Case-sensitive.
 * Errors: SyntaxError for a regular expression that does not parse.
 */
export function compileMappings(mappings: readonly Mapping[]): (source: TableName) => TableName | undefined {
  const compiled = mappings.map(({ from, to }) => ({ matches: compileTablePattern(from), to }));
  return (source) => {
    const found = compiled.find(({ matches }) => matches(source));
    if (found === undefined) return undefined;
    return {
      schema: found.to.schema === '*' ? source.schema : found.to.schema,
      table: found.to.table === '*' ? source.table : found.to.table,
    };
  };
}

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
  if (!isPattern(pattern)) return (name) => name === pattern;
  if (isRegularExpression(pattern)) {
    const whole = new RegExp(`^(?:${pattern.slice(1, -1)})$`, 'su');
    return (name) => whole.test(name);
  }
  return compileGlob(pattern);
}

function isRegularExpression(pattern: string): boolean {
  return pattern.length > 2 && pattern.startsWith('/') && pattern.endsWith('/');
}

function isPattern(pattern: string): boolean {
  return isRegularExpression(pattern) || pattern.includes('*') || /\[\d+-\d+\]/.test(pattern);
}

function compileGlob(pattern: string): (name: string) => boolean {
  const ranges: ((digits: string) => boolean)[] = [];
  const source = pattern
    .split(/(\*|\[\d+-\d+\])/)
    .map((part) => {
      if (part === '*') return '.*';
      const bounds = /^\[(\d+)-(\d+)\]$/.exec(part);
      if (bounds === null) return part.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
      ranges.push(compileRange(bounds[1] ?? '', bounds[2] ?? ''));
      return '(\\d+)';
    })
    .join('');
  const whole = new RegExp(`^${source}$`, 's');
  return (name) => {
    const match = whole.exec(name);
    return match !== null && ranges.every((contains, index) => contains(match[index + 1] ?? ''));
  };
}

function compileRange(first: string, last: string): (digits: string) => boolean {
  const isPadded = first.length === last.length && first.startsWith('0');
  const low = Number(first);
  const high = Number(last);
  return (digits) => {
    const fits = isPadded ? digits.length === first.length : digits === '0' || !digits.startsWith('0');
    return fits && Number(digits) >= low && Number(digits) <= high;
  };
}
