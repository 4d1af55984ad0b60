import type { AlterItem } from './ddl.ts';

/**
 * done: in effect. todo: not yet. likely: in effect, unless other actions of the statement are not. neutral: running it again changes nothing that
 * could be seen. unsure: before and after look alike, the other actions must tell; conflict: the table is neither as before nor as after. Both say why.
 */
export type ItemState =
  | 'done'
  | 'todo'
  | 'likely'
  | 'neutral'
  | { readonly unsure: string }
  | { readonly conflict: string };

/** Names that the actions of one statement take away and bring, in small letters: their being there says less. */
export type Entangled = { readonly freed: ReadonlySet<string>; readonly brought: ReadonlySet<string> };

/** The name that an action takes away, and the one that it brings. */
export type Move = { readonly from?: string | undefined; readonly to?: string | undefined };

export function doneIf(holds: boolean): ItemState {
  return holds ? 'done' : 'todo';
}

export function isSameName(a: string | undefined, b: string): boolean {
  return a?.toLowerCase() === b.toLowerCase();
}

export function findByName<T extends { readonly name: string }>(list: readonly T[], name: string): T | undefined {
  return list.find((each) => isSameName(each.name, name));
}

export function entangledNames(items: readonly AlterItem[], move: (item: AlterItem) => Move): Entangled {
  const freed = new Set<string>();
  const brought = new Set<string>();
  for (const item of items) {
    const { from, to } = move(item);
    if (from === to) continue;
    if (from !== undefined) freed.add(from.toLowerCase());
    if (to !== undefined) brought.add(to.toLowerCase());
  }
  return { freed, brought };
}

/**
 * Whether a rename has been carried out. A name that another action brings again says nothing by being there, and one that another action frees
 * says nothing by being taken; where both are so (a swap) it cannot be told.
 */
export function renameState(
  what: string,
  { from, to }: Required<Move>,
  names: readonly string[],
  entangled: Entangled,
): ItemState {
  if (from === undefined || to === undefined || from === to) return 'done';
  const has = (name: string): boolean => names.some((each) => isSameName(each, name));
  const fromReturns = entangled.brought.has(from.toLowerCase());
  const toIsFreed = entangled.freed.has(to.toLowerCase());
  if (fromReturns && toIsFreed)
    return { unsure: `it cannot be told whether ${what} ${from} and ${to} have been swapped` };
  if (fromReturns) return doneIf(has(to));
  if (toIsFreed) return doneIf(!has(from));
  if (has(from))
    return has(to) && !isSameName(from, to)
      ? { conflict: `the ${what} ${from} and ${to} both exist` }
      : doneIf(names.includes(to) && !names.includes(from));
  return has(to) ? 'done' : { conflict: `there is neither ${what} ${from} nor ${to}` };
}
