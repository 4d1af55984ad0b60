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

export type MappingRoute = Pick<TableRoute, 'target' | 'mapping' | 'index'>;
type Destination = { readonly mapped: MappedSchema; readonly plan: CompiledPlan };

/** Where the rows of a source table go under its mapping; plans without what the mapping makes of values. */
export type MappedRows = Destination & {
  readonly place: MappingPlace;
  /** Where copies of deleted rows go. */
  readonly history: Destination | undefined;
};

/** The plan of a source table under its mapping. Errors: TARGET_…, DOCUMENT_INVALID. */
export async function mappedPlan(rows: RowSchema, route: MappingRoute, tools: PlanTools): Promise<CompiledPlan> {
  const { place, mapped, plan, history } = await mapRows(rows, route, tools);
  const encoder = new RowEncoder(place, mapped, place.mapping.delete);
  const copies = history && { plan: history.plan, encoder: new RowEncoder(place, history.mapped, undefined) };
  return { ...plan, transform: compileTransform({ place, encoder, history: copies }) };
}

/** Errors: TARGET_…, DOCUMENT_INVALID. */
export async function mapRows(
  rows: RowSchema,
  { target: name, mapping, index }: MappingRoute,
  { targetTable, plan }: PlanTools,
): Promise<MappedRows> {
  const place: MappingPlace = { mapping, index, rows };
  const target = await targetTable(name);
  const mapped = mapSchema(rows, mapping, target);
  expectKey(place, mapped);
  expectWritable(place, mapped, target);
  const to = mapping.delete?.history;
  return {
    place,
    mapped,
    plan: { ...plan(mapped.rows, target), transform: undefined },
    history: to === undefined ? undefined : historyOf(await targetTable(to)),
  };

  function historyOf(copies: TargetTable): Destination {
    const schema = mapSchema(rows, { columns: mapping.columns }, copies);
    const names = new Set(schema.rows.columns.map((column) => column.name));
    const isKeyed = copies.primaryKey.length > 0 && copies.primaryKey.every((column) => names.has(column));
    const keyed = { ...schema, rows: { ...schema.rows, key: isKeyed ? copies.primaryKey : [] } };
    return { mapped: keyed, plan: { ...plan(keyed.rows, copies), transform: undefined } };
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
