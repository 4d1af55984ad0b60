import type { Mapping } from './channel.ts';

/** What a mapping does to the columns of a table, by their names; the same for the rows that are applied and for the check that foretells them. */
export type ColumnRules = {
  /** Columns of the target that do not come from the source. */
  readonly computed: readonly string[];
  readonly targetName: (column: string) => string;
  /** Whether a column of the source goes on; a computed one of its target name replaces it. */
  readonly isKept: (column: string) => boolean;
  /** The key of the rows at the target: the source's, and what is computed into the target's primary key. */
  readonly keyOf: (key: readonly string[], targetKey: readonly string[]) => string[];
};

export function columnRules({ columns = {}, delete: logical }: Pick<Mapping, 'columns' | 'delete'>): ColumnRules {
  const { include, exclude = [], rename = {}, set = {} } = columns;
  const computed = [...Object.keys(set), ...(logical === undefined ? [] : [logical.mark])];
  const targetName = (column: string): string => rename[column] ?? column;
  return {
    computed,
    targetName,
    isKept: (column) =>
      (include?.includes(column) ?? true) && !exclude.includes(column) && !computed.includes(targetName(column)),
    keyOf: (key, targetKey) => {
      const own = key.map(targetName);
      const added = computed.filter((name) => own.length > 0 && !own.includes(name) && targetKey.includes(name));
      return [...own, ...added];
    },
  };
}
