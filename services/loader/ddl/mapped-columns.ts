import type { Mapping } from '../../../shared/model/channel.ts';
import type { Reason } from '../../../shared/model/status.ts';
import type { TableRoute } from '../../../shared/model/table-route.ts';
import type { Ddl } from '../../../shared/sql/ddl.ts';
import { namedColumns } from '../../../shared/sql/named-columns.ts';
import type { DdlRules } from './ddl-choice.ts';

type Rules = Pick<Mapping, 'columns' | 'delete'>;

/**
 * Why a statement cannot be repeated at the target under the column rules of its tables' mappings: it names columns that are called otherwise there, are
 * left out or computed, so it would change other columns than it means. undefined: the rules do not touch it.
 */
export function mappedColumnReason(
  ddl: Ddl,
  words: string,
  { routeOf }: Pick<DdlRules, 'routeOf'>,
): Reason | undefined {
  const routes = ddl.tables.filter(({ role }) => OWN_ROLES.has(role)).flatMap(({ name }) => routeOf(name) ?? []);
  const [first] = routes;
  if (first === undefined) return undefined;
  if (routes.some((route) => rulesText(route) !== rulesText(first))) return betweenRules(words);
  const named = namedColumns(ddl);
  const touched =
    [...named.columns, ...named.words].find((name) => isRuled(first.mapping, name)) ??
    named.columns.find((name) => isLeftOut(first.mapping, name));
  return touched === undefined ? undefined : mappedColumn(words, touched);
}

const OWN_ROLES = new Set(['subject', 'new-name', 'exchange', 'like']);

function rulesText({ mapping: { columns = {}, delete: logical } }: TableRoute): string {
  return JSON.stringify([columns, logical?.mark]);
}

/** A name of the source that the rules mean, or of the target that they fill. */
function isRuled({ columns = {}, delete: logical }: Rules, name: string): boolean {
  const { exclude = [], rename = {}, set = {} } = columns;
  const ruled = [...exclude, ...Object.keys(rename), ...Object.values(rename), ...Object.keys(set)];
  return has(logical === undefined ? ruled : [...ruled, logical.mark], name);
}

function isLeftOut({ columns }: Rules, name: string): boolean {
  return columns?.include !== undefined && !has(columns.include, name);
}

function has(names: readonly string[], name: string): boolean {
  return names.some((each) => each.toLowerCase() === name.toLowerCase());
}

function mappedColumn(words: string, column: string): Reason {
  return {
    code: 'DDL_COLUMN_MAPPED',
    message: `${words} names ${column}, and the mapping leaves out, renames or sets a column of this name`,
    remedy:
      'write it in the columns of the target (lutra ddl edit), or skip it; change the mapping first if rows are to follow it',
  };
}

function betweenRules(words: string): Reason {
  return {
    code: 'DDL_COLUMN_MAPPED',
    message: `${words} concerns tables of mappings with different rules about columns`,
    remedy: 'write what it means for the target (lutra ddl edit), or skip it',
  };
}
