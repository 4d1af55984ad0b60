import type { Ddl } from '../../../shared/sql/ddl.ts';

/**
 * How a statement takes rows away that the log does not name. tables: all of them. emptied-partition: those of a partition that stays.
 * lost-partition: those of a partition that goes, or that changes places with a table.
 */
export type RowRemoval = 'tables' | 'emptied-partition' | 'lost-partition';

const LOSING = new Set(['DROP', 'EXCHANGE', 'CONVERT TO TABLE', 'DISCARD']);

/** undefined: every row stays. */
export function rowRemovalOf({ kind, items, orReplace }: Ddl): RowRemoval | undefined {
  if (kind === 'truncate-table' || kind === 'drop-table' || (kind === 'create-table' && orReplace)) return 'tables';
  const actions = items.flatMap((item) => (item.kind === 'partition' ? [item.words] : []));
  if (actions.some((words) => LOSING.has(words))) return 'lost-partition';
  return actions.includes('TRUNCATE') ? 'emptied-partition' : undefined;
}
