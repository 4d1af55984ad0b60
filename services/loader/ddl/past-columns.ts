import type { TableRoute } from '../../../shared/model/table-route.ts';
import type { TargetTable } from '../../../shared/mysql/target-table.ts';
import type { RowSchema } from '../../../shared/rows/row-schema.ts';
import type { KnownEffects, StreamPlace } from './ddl-effects.ts';

/**
 * The route of rows from a place before statements that took columns away from the target: a renamed column goes where it is called so now, a dropped one is
 * left out. A column that is missing for another reason stays, and is named as missing when the plan is made.
 */
export function pastRoute(
  route: TableRoute,
  rows: RowSchema,
  {
    table,
    place,
    effects,
  }: { readonly table: TargetTable; readonly place: StreamPlace; readonly effects: KnownEffects },
): TableRoute {
  const { columns = {} } = route.mapping;
  const rename: Record<string, string> = { ...columns.rename };
  const exclude = [...(columns.exclude ?? [])];
  let isOther = false;
  for (const { name } of rows.columns) {
    const wanted = rename[name] ?? name;
    const now = effects.columnNow(table, wanted, place);
    if (now === wanted) continue;
    isOther = true;
    if (now === undefined) exclude.push(name);
    else rename[name] = now;
  }
  return isOther ? { ...route, mapping: { ...route.mapping, columns: { ...columns, rename, exclude } } } : route;
}
