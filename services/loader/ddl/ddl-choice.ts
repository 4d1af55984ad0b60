import { type Channel, type DdlPolicy, databaseDdlPolicyOf, ddlPolicyOf } from '../../../shared/model/channel.ts';
import type { Reason } from '../../../shared/model/status.ts';
import type { TableName } from '../../../shared/model/table-pattern.ts';
import type { TableRoute } from '../../../shared/model/table-route.ts';
import { keyOf } from '../../../shared/mysql/table-facts.ts';
import { ReplicationError } from '../../../shared/runtime/errors.ts';
import { classifyStatement, type DdlKind } from '../../../shared/sql/classify.ts';
import { changedTables, type Ddl } from '../../../shared/sql/ddl.ts';
import { parseDdl } from '../../../shared/sql/parse-ddl.ts';
import { renderDdl } from '../../../shared/sql/render-ddl.ts';
import type { SqlDialect } from '../../../shared/sql/tokens.ts';
import { mappedColumnReason } from './mapped-columns.ts';
import { type RowRemoval, rowRemovalOf } from './row-removal.ts';

/** How a pipeline treats statements: its routes, the schemas they lead to, and the policies. */
export type DdlRules = {
  readonly channel: Pick<Channel, 'policies'>;
  readonly routeOf: (source: TableName) => TableRoute | undefined;
  readonly target: 'mysql' | 'mariadb';
};

export type SourceStatement = { readonly schema: string; readonly sql: string; readonly dialect: SqlDialect };

/** What is to be done with a statement, by its text alone. `tables`: those of the target that it concerns. */
export type Choice =
  /** It concerns no mapped table. */
  | { readonly kind: 'none' }
  | { readonly kind: 'skip'; readonly words: string; readonly tables: readonly TableName[]; readonly reason: Reason }
  /** A person has to decide. Without `tables` it is not known what it concerns. */
  | {
      readonly kind: 'hold';
      readonly words: string;
      readonly tables: readonly TableName[];
      readonly reason: Reason;
      readonly targetSql?: string;
    }
  | {
      readonly kind: 'apply';
      readonly words: string;
      readonly tables: readonly TableName[];
      readonly targetSql: string;
      readonly removal: RowRemoval | undefined;
    };

/** Never throws for what stands in the statement. */
export function chooseDdl(source: SourceStatement, rules: DdlRules): Choice {
  const { kind, words } = classifyStatement(source.sql, source.dialect);
  if (kind === 'other') return notReplicated(words);
  let ddl: Ddl;
  try {
    ddl = parseDdl(source.sql, source.schema, source.dialect);
  } catch (error) {
    return { kind: 'hold', words, tables: [], reason: reasonOf(error) };
  }
  return isAboutDatabase(kind) ? chooseDatabase(ddl, words, rules) : chooseTable(ddl, words, rules);
}

export function isAboutDatabase(kind: DdlKind): boolean {
  return kind === 'create-database' || kind === 'alter-database' || kind === 'drop-database';
}

function notReplicated(words: string): Choice {
  const reason = {
    code: 'DDL_NOT_REPLICATED',
    message: `${words || 'a statement'} is not replicated`,
    remedy: 'run it at the target by hand if it is wanted there',
  };
  return { kind: 'skip', words, tables: [], reason };
}

function chooseTable(ddl: Ddl, words: string, rules: DdlRules): Choice {
  const routes = changedTables(ddl).flatMap((name) => rules.routeOf(name) ?? []);
  if (routes.length === 0) return { kind: 'none' };
  const tables = unique(routes.map(({ target }) => target));
  const policy = strictest(routes.map(({ mapping }) => ddlPolicyOf(rules.channel, mapping)));
  if (policy === 'ignore') return { kind: 'skip', words, tables, reason: ignored(words) };
  const merged = routes.find(({ isMerged }) => isMerged);
  const removal = rowRemovalOf(ddl);
  try {
    const targetSql = renderDdl(ddl, {
      tableName: (name) => rules.routeOf(name)?.target,
      schemaName: () => undefined,
      target: rules.target,
    });
    if (targetSql === undefined) return { kind: 'none' };
    const mapped = mappedColumnReason(ddl, words, rules);
    if (mapped !== undefined) return { kind: 'hold', words, tables, reason: mapped };
    if (policy === 'hold') return { kind: 'hold', words, tables, targetSql, reason: heldByPolicy(words) };
    if (removal !== undefined && routes.some(({ mapping }) => mapping.delete !== undefined)) {
      return { kind: 'hold', words, tables, targetSql, reason: removesMarked(words) };
    }
    if (merged !== undefined && (removal !== undefined || ddl.renames.length > 0)) {
      return { kind: 'hold', words, tables, targetSql, reason: ofOneShard(words, merged.target) };
    }
    return { kind: 'apply', words, tables, targetSql, removal };
  } catch (error) {
    return { kind: 'hold', words, tables, reason: reasonOf(error) };
  }
}

function chooseDatabase(ddl: Ddl, words: string, rules: DdlRules): Choice {
  const probe = { schema: ddl.database ?? '', table: 'any' };
  const target = rules.routeOf(probe)?.target.schema;
  if (target === undefined) return { kind: 'none' };
  const policy = databaseDdlPolicyOf(rules.channel);
  if (policy === 'ignore') return { kind: 'skip', words, tables: [], reason: ignored(words) };
  const targetSql = renderDdl(ddl, { tableName: () => undefined, schemaName: () => target, target: rules.target });
  if (targetSql === undefined) return { kind: 'none' };
  const tables = [{ schema: target, table: '*' }];
  if (policy === 'hold') return { kind: 'hold', words, tables, targetSql, reason: heldByPolicy(words) };
  return { kind: 'apply', words, tables, targetSql, removal: undefined };
}

function strictest(policies: readonly DdlPolicy[]): DdlPolicy {
  if (policies.includes('hold')) return 'hold';
  return policies.includes('apply') ? 'apply' : 'ignore';
}

function unique(tables: readonly TableName[]): TableName[] {
  return [...new Map(tables.map((name) => [keyOf(name), name])).values()];
}

function ignored(words: string): Reason {
  return {
    code: 'DDL_IGNORED',
    message: `${words} is ignored by the policy of the channel or mapping`,
    remedy: 'change the target by hand if rows need it; policies.ddl: apply executes the next ones',
  };
}

function heldByPolicy(words: string): Reason {
  return {
    code: 'DDL_HELD',
    message: `${words} waits for a decision, as the policy of the channel or mapping asks`,
    remedy: 'lutra ddl apply, edit or skip; rows of its tables are kept meanwhile',
  };
}

function ofOneShard(words: string, { schema, table }: TableName): Reason {
  return {
    code: 'DDL_OF_ONE_SHARD',
    message: `${words} of one source table would take the rows of all others from ${schema}.${table} too`,
    remedy: 'delete the rows of this shard at the target by hand, then skip it; or apply it if all are meant',
  };
}

export function reasonOf(error: unknown): Reason {
  if (error instanceof ReplicationError) return { code: error.code, message: error.message, remedy: error.remedy };
  const message = error instanceof Error ? error.message : String(error);
  return { code: 'UNEXPECTED', message, remedy: 'decide by hand: apply an edited statement, or skip it' };
}

function removesMarked(words: string): Reason {
  return {
    code: 'DDL_REMOVES_ROWS',
    message: `${words} would remove rows, and the mapping only marks deleted ones`,
    remedy: 'mark the rows at the target by hand, then skip it; or apply it if they are to go',
  };
}
