import type { TableName } from '../../model/table-pattern.ts';
import type { TableRoute } from '../../model/table-route.ts';
import type { TargetTable } from '../../mysql/target-table.ts';
import type { CompiledPlan } from '../row-event.ts';
import type { RowSchema } from '../row-schema.ts';
import { type MappedSchema, mapSchema } from './mapped-schema.ts';
import { type MappingPlace, ruleRefused } from './mapping-place.ts';
import { RowEncoder } from './row-encoder.ts';
import { compileTransform } from './row-transform.ts';

/** What a plan is made with. */
export type PlanTools = {
  /** Errors: TARGET_CHECK_FAILED when the table does not exist. */
  readonly targetTable: (name: TableName) => Promise<TargetTable>;
  /** The plan of rows that have the schema of the target already. */
  readonly plan: (rows: RowSchema, target: TargetTable) => Omit<CompiledPlan, 'transform'>;
};

/** The plan of a source table under its mapping. Errors: TARGET_…, DOCUMENT_INVALID. */
export async function mappedPlan(
  rows: RowSchema,
  { target: name, mapping, index }: TableRoute,
  { targetTable, plan }: PlanTools,
): Promise<CompiledPlan> {
  const place: MappingPlace = { mapping, index, rows };
  const target = await targetTable(name);
  const mapped = mapSchema(rows, mapping, target);
  expectKey(place, mapped);
  expectWritable(place, mapped, target);
  const encoder = new RowEncoder(place, mapped, mapping.delete);
  const own = plan(mapped.rows, target);
  const history = mapping.delete?.history === undefined ? undefined : await historyPlan(place, mapping.delete.history);
  return { ...own, transform: compileTransform({ place, encoder, history }) };

  async function historyPlan(at: MappingPlace, table: TableName): Promise<{ plan: CompiledPlan; encoder: RowEncoder }> {
    const copies = await targetTable(table);
    const schema = mapSchema(rows, { columns: mapping.columns }, copies);
    const names = new Set(schema.rows.columns.map((column) => column.name));
    const isKeyed = copies.primaryKey.length > 0 && copies.primaryKey.every((column) => names.has(column));
    const keyed = { ...schema, rows: { ...schema.rows, key: isKeyed ? copies.primaryKey : [] } };
    return {
      plan: { ...plan(keyed.rows, copies), transform: undefined },
      encoder: new RowEncoder(at, keyed, undefined),
    };
  }
}

function expectKey(place: MappingPlace, { rows }: MappedSchema): void {
  const names = new Set(rows.columns.map(({ name }) => name));
  const lost = rows.key.filter((name) => !names.has(name));
  if (lost.length > 0) throw ruleRefused(place, `columns leaves out the key column ${lost.join(', ')}`);
}

function expectWritable(place: MappingPlace, { computed }: MappedSchema, target: TargetTable): void {
  const generated = computed.filter((name) => target.columns.get(name)?.isGenerated);
  if (generated.length === 0) return;
  throw ruleRefused(place, `${generated.join(', ')} of the target is a generated column and takes no value`);
}
