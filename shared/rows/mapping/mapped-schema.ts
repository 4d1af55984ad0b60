import type { Source } from '../../codec/avro-bytes.ts';
import { skipDouble, skipLengthPrefixed } from '../../codec/avro-bytes.ts';
import type { Mapping } from '../../model/channel.ts';
import { columnRules } from '../../model/column-rules.ts';
import type { TargetTable } from '../../mysql/target-table.ts';
import type { RowColumn, RowSchema } from '../row-schema.ts';
import { type ComputedType, computedType } from './cell-values.ts';

/** The rows of a source table as the target takes them: columns left out and renamed, computed ones behind the others. */
export type MappedSchema = {
  readonly rows: RowSchema;
  /** Per column of the source, whether it goes on. */
  readonly isKept: readonly boolean[];
  /** Names of the columns of the target that do not come from the source, in the order of their cells. */
  readonly computed: readonly string[];
  readonly typeOf: (computed: string) => ComputedType;
};

type Rules = Pick<Mapping, 'columns' | 'delete'>;

/**
 * A column that is computed replaces one of the same name that comes from the source. Columns that the rules name and the table does not have are no error:
 * one mapping may mean many tables, and tables change.
 */
export function mapSchema(rows: RowSchema, rules: Rules, target: TargetTable): MappedSchema {
  const { computed, targetName, isKept: goesOn, keyOf } = columnRules(rules);
  const isKept = rows.columns.map(({ name }) => goesOn(name));
  const types = new Map(computed.map((name) => [name, computedType(target.columns.get(name)?.dataType ?? '')]));
  const typeOf = (name: string): ComputedType => types.get(name) as ComputedType;
  const kept = rows.columns.filter((_, index) => isKept[index]);
  return {
    isKept,
    computed,
    typeOf,
    rows: {
      ...rows,
      key: keyOf(rows.key, target.primaryKey),
      columns: [
        ...kept.map((column) => ({ ...column, name: targetName(column.name) })),
        ...computed.map((name) => computedColumn(name, target.columns.get(name)?.dataType ?? '', typeOf(name))),
      ],
    },
  };
}

export function computedColumn(name: string, type: string, { kind }: ComputedType): RowColumn {
  const skip = kind === 'double' ? skipDouble : skipLengthPrefixed;
  const skipNullable = (from: Source): void => {
    if (from.bytes[from.at++] !== 0) skip(from);
  };
  return { name, type, kind, nullBranch: 0, skip: skipNullable };
}
