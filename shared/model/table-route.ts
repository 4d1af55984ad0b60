import type { Mapping, TablePattern } from './channel.ts';
import {
  compileNameMatch,
  compileTablePattern,
  globParts,
  isPadded,
  isPattern,
  isRegularExpression,
  rangeBounds,
  type TableName,
} from './table-pattern.ts';

/** Where the rows of a source table go, and by which of the pipeline's mappings. */
export type TableRoute = {
  readonly target: TableName;
  readonly mapping: Mapping;
  /** Of the mapping, from 0. */
  readonly index: number;
  /** A table by which gh-ost or pt-online-schema-change changes a mapped one: it goes along while it is there. */
  readonly isShadow: boolean;
  /** Other tables of the source go into the same target, by this mapping or by another one. */
  readonly isMerged: boolean;
};

/**
 * Compiles the mappings of a pipeline into one function: source table -> its route, undefined when no mapping takes it.
 * The first mapping that takes the table wins: its `from` matches, `only` names it, `exclude` does not. Case-sensitive. A table that none takes by its
 * own name is taken as the shadow of one that is.
 * Errors: SyntaxError for a regular expression that does not parse.
 */
export function compileRoutes(mappings: readonly Mapping[]): (source: TableName) => TableRoute | undefined {
  const compiled = mappings.map((mapping, index) => {
    const takes = compileOwn(mapping);
    const shadowed = compileShadowed(mapping);
    const targetOf = compileTarget(mapping);
    const isMerged = isMerging(mapping) || mappings.some((other) => other !== mapping && meets(other, mapping));
    const own = (source: TableName): TableRoute | undefined =>
      takes(source) ? { target: targetOf(source), mapping, index, isShadow: false, isMerged } : undefined;
    const shadow = (source: TableName): TableRoute | undefined => {
      const original = shadowed(source);
      if (original === undefined) return undefined;
      const { schema, table } = targetOf(original);
      const target = { schema, table: source.table.replace(original.table, () => table) };
      return { target, mapping, index, isShadow: true, isMerged };
    };
    return { own, shadow };
  });
  const first = (routes: readonly ((source: TableName) => TableRoute | undefined)[], source: TableName) => {
    for (const route of routes) {
      const found = route(source);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  const owns = compiled.map(({ own }) => own);
  const shadows = compiled.map(({ shadow }) => shadow);
  return (source) => first(owns, source) ?? first(shadows, source);
}

/** The route's target alone. */
export function compileMappings(mappings: readonly Mapping[]): (source: TableName) => TableName | undefined {
  const routeOf = compileRoutes(mappings);
  return (source) => routeOf(source)?.target;
}

/** Whether one mapping, taken by itself, means a table, as itself or as the shadow of one that it means. */
export function compileTaken(mapping: TableChoice): (source: TableName) => boolean {
  const takes = compileOwn(mapping);
  const shadowed = compileShadowed(mapping);
  return (source) => takes(source) || shadowed(source) !== undefined;
}

/** Several tables of the source go into one of the target. */
function isMerging({ from, to }: Pick<Mapping, 'from' | 'to'>): boolean {
  return (['schema', 'table'] as const).some((part) => isPattern(from[part]) && !isPattern(to[part]));
}

/** Whether tables of two mappings may go into one: their targets read alike, and a part that keeps its name may keep the same one. */
function meets(a: Mapping, b: Mapping): boolean {
  const parts = ['schema', 'table'] as const;
  if (parts.some((part) => a.to[part] !== b.to[part])) return false;
  const isKept = parts.filter((part) => isPattern(a.to[part]));
  const isOther = parts.filter((part) => !isPattern(a.to[part])).some((part) => a.from[part] !== b.from[part]);
  const mayBeSame = isKept.every(
    (part) => isPattern(a.from[part]) || isPattern(b.from[part]) || a.from[part] === b.from[part],
  );
  return isOther && mayBeSame;
}

/** `_orders_gho` and `_orders_ghc` of gh-ost, `_orders_del` what it leaves; `_orders_new` and `_orders_old` of pt-online-schema-change. */
const SHADOW = /^_+(.+)_(?:gho|ghc|del|new|old)$/s;

/** The table whose shadow this is; undefined when it is none of a table that the mapping means, or when `exclude` names it. */
function compileShadowed(
  mapping: TableChoice & { readonly to?: TablePattern },
): (source: TableName) => TableName | undefined {
  const { to, from, exclude = [] } = mapping;
  if (to !== undefined && isMerging({ from, to })) return () => undefined;
  const takes = compileOwn(mapping);
  const isExcluded = exclude.map(compileTablePattern);
  return (source) => {
    const table = SHADOW.exec(source.table)?.[1];
    if (table === undefined || isExcluded.some((excludes) => excludes(source))) return undefined;
    const original = { schema: source.schema, table };
    return takes(original) ? original : undefined;
  };
}

type TableChoice = Pick<Mapping, 'from' | 'only' | 'exclude'>;

/** Whether one mapping, taken by itself, means a table as itself. */
export function compileOwn({ from, only, exclude = [] }: TableChoice): (source: TableName) => boolean {
  const matches = compileTablePattern(from);
  const isExcluded = exclude.map(compileTablePattern);
  const isNamed = only === undefined ? () => true : compileOnly(only);
  return (source) => isNamed(source) && matches(source) && !isExcluded.some((excludes) => excludes(source));
}

/** A name alone is a table of any schema that `from` means. */
function compileOnly(only: NonNullable<Mapping['only']>): (source: TableName) => boolean {
  const names = new Set(
    only.map((entry) => (typeof entry === 'string' ? entry : JSON.stringify([entry.schema, entry.table]))),
  );
  return ({ schema, table }) =>
    names.has(table) || names.has(`${schema}.${table}`) || names.has(JSON.stringify([schema, table]));
}

function compileTarget({ from, to }: { from: TablePattern; to: TablePattern }): (source: TableName) => TableName {
  const schema = compileTargetName(from.schema, to.schema);
  const table = compileTargetName(from.table, to.table);
  return (source) => ({ schema: schema(source.schema), table: table(source.table) });
}

/**
 * `*` alone keeps the name. Elsewhere each `*` and each range stands for what the one at its place in `from` matched;
 * a range of other numbers counts on from its own first one, so `ord_[0-15]` -> `ord_[16-31]` maps the first to the first.
 */
function compileTargetName(from: string, to: string): (name: string) => string {
  if (to === '*') return (name) => name;
  const places = isRegularExpression(from) ? [] : globParts(from).filter(isPlace);
  const parts = globParts(to);
  if (!parts.some(isPlace)) return () => to;
  const match = compileNameMatch(from);
  return (name) => {
    const texts = match(name) ?? [];
    let next = 0;
    return parts
      .map((part) => {
        if (!isPlace(part)) return part;
        const at = next++;
        return placed(texts[at] ?? '', places[at] ?? '*', part);
      })
      .join('');
  };
}

function isPlace(part: string): boolean {
  return part === '*' || rangeBounds(part) !== undefined;
}

function placed(text: string, from: string, to: string): string {
  const source = rangeBounds(from);
  const target = rangeBounds(to);
  if (source === undefined || target === undefined) return text;
  const number = String(Number(target[0]) + Number(text) - Number(source[0]));
  return isPadded(...target) ? number.padStart(target[0].length, '0') : number;
}

/** Why `to` cannot be made of what `from` matches; undefined when it can. Both are readable by themselves. */
export function targetNameFault(from: string, to: string): { message: string; remedy: string } | undefined {
  if (to === '*') return undefined;
  const places = isRegularExpression(from) ? [] : globParts(from).filter(isPlace);
  for (const [at, part] of globParts(to).filter(isPlace).entries()) {
    const other = places[at];
    if (other === undefined) {
      return {
        message: `has ${part} where from has no pattern that it could stand for`,
        remedy: "write the target's name, or * alone to keep the name of the source",
      };
    }
    const fault = rangeFault(rangeBounds(other), rangeBounds(part));
    if (fault !== undefined) return { message: `has ${part}, and from has ${other} at its place`, remedy: fault };
  }
  return undefined;
}

type Bounds = ReturnType<typeof rangeBounds>;

function rangeFault(from: Bounds, to: Bounds): string | undefined {
  if (to === undefined) return undefined;
  if (from === undefined) return 'write * there, or a range in from';
  const size = (bounds: NonNullable<Bounds>): number => Number(bounds[1]) - Number(bounds[0]);
  return size(from) === size(to) ? undefined : 'give both ranges as many numbers';
}
