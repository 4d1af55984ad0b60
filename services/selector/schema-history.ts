import type { LogPosition } from '../../shared/model/position.ts';
import type { TableName } from '../../shared/model/table-pattern.ts';
import { keyOf } from '../../shared/mysql/table-facts.ts';
import { ReplicationError } from '../../shared/runtime/errors.ts';
import { classifyStatement } from '../../shared/sql/classify.ts';
import type { Flavour } from '../../shared/sql/dialect-collations.ts';
import { evolveTables, type TableModel } from '../../shared/sql/evolve-table.ts';
import { parseDdl } from '../../shared/sql/parse-ddl.ts';
import type { TableMap } from './column.ts';
import { describeTable, type Widths } from './schema-agreement.ts';
import { isReached } from './schema-position.ts';
import type { SchemaVersion, StoredTable } from './schema-store.ts';

export type HistoryParts = {
  readonly source: string;
  readonly flavour: Flavour;
  readonly widths: Widths;
  /** The log names the columns itself: then only tables that are known already are followed. */
  readonly isNamed: boolean;
  readonly now: () => LogPosition;
  /** Everything before it is at Kafka: no run begins before it. */
  readonly covered: () => LogPosition;
  readonly save: (tables: readonly StoredTable[]) => Promise<void>;
  /** Definitions as the server has them, of those tables that no DDL has touched since `from`. */
  readonly capture: (names: readonly TableName[], from: LogPosition) => Promise<ReadonlyMap<string, TableModel>>;
};

/**
 * The definitions of a source's tables over time, for logs that do not name columns (binlog_row_metadata other than FULL). A definition comes from the
 * server when no DDL lies between the place of the log and the server's present, from then on from the DDL in the log. It is saved before anything
 * that follows it, with the place from which it holds, so that a run that begins earlier decodes with the definition of that time.
 * What is not known for sure is refused.
 */
export class SchemaHistory {
  private readonly parts: HistoryParts;
  private readonly tables = new Map<string, { readonly name: TableName; versions: readonly SchemaVersion[] }>();

  constructor(parts: HistoryParts, stored: readonly StoredTable[]) {
    this.parts = parts;
    for (const { name, versions } of stored) this.tables.set(keyOf(name), { name, versions });
  }

  /** Reads definitions of those tables that have none at the present place. */
  async learn(names: readonly TableName[]): Promise<void> {
    const missing = names.filter((name) => this.known(name) === undefined);
    if (missing.length === 0) return;
    const from = this.parts.now();
    const found = await this.parts.capture(missing, from);
    const learned = missing.flatMap((name) => {
      const model = found.get(keyOf(name));
      return model === undefined ? [] : [{ name, model }];
    });
    await this.keep(learned.map(({ name, model }) => ({ name, version: { from, model } })));
  }

  /** The table map with names, character sets, members and key. Errors: SCHEMA_HISTORY_UNKNOWN, SCHEMA_HISTORY_MISMATCH. */
  async describe(map: TableMap): Promise<TableMap> {
    if (this.known(map) === undefined || this.lacksCharset(map)) await this.relearn(map);
    const model = this.known(map);
    if (model === undefined) throw this.unknown(map);
    const described = describeTable(map, model, this.parts.flavour, this.parts.widths);
    if (typeof described === 'string') throw this.mismatch(map, described);
    return described;
  }

  /** Follows a statement of the log; `after` is the place behind it. Resolves when what it changes is saved; undefined when it changes nothing. */
  follow(schema: string, sql: string, sqlMode: string, after: LogPosition): Promise<void> | undefined {
    const { kind } = classifyStatement(sql);
    if (kind === 'other' || kind === 'truncate-table' || kind === 'create-index' || kind === 'drop-index')
      return undefined;
    if (this.parts.isNamed && this.tables.size === 0) return undefined;
    const changed = this.changes(schema, sql, sqlMode);
    const kept = changed.filter(({ name }) => !this.parts.isNamed || this.tables.has(keyOf(name)));
    return kept.length === 0
      ? undefined
      : this.keep(kept.map(({ name, model }) => ({ name, version: { from: after, model: model ?? null } })));
  }

  private changes(schema: string, sql: string, sqlMode: string): { name: TableName; model: TableModel | undefined }[] {
    const forget = (which: (name: TableName) => boolean): { name: TableName; model: undefined }[] =>
      [...this.tables.values()].filter(({ name }) => which(name)).map(({ name }) => ({ name, model: undefined }));
    try {
      const ddl = parseDdl(sql, schema, { flavour: this.parts.flavour, sqlMode });
      if (ddl.kind === 'drop-database') return forget((name) => name.schema === ddl.database);
      const evolved = evolveTables(ddl, (name) => this.known(name));
      return [...evolved].map(([key, model]) => {
        const [of = '', table = ''] = JSON.parse(key) as string[];
        return { name: { schema: of, table }, model };
      });
    } catch (error) {
      if (!(error instanceof ReplicationError)) throw error;
      // NOTE a statement that cannot be read may have changed any table: every definition is to be read anew.
      return forget(() => true);
    }
  }

  private known(name: TableName): TableModel | undefined {
    const now = this.parts.now();
    const version = this.tables.get(keyOf(name))?.versions.findLast(({ from }) => isReached(from, now));
    return asModel(version?.model ?? undefined);
  }

  /** A statement left the character set to a default, and the log does not tell it either. */
  private lacksCharset(map: TableMap): boolean {
    const model = this.known(map);
    return (
      model?.columns.some(
        ({ type, charset }, index) =>
          charset === undefined &&
          /^(char|varchar|\w*text|enum|set)\b/.test(type) &&
          (map.columns[index]?.charset ?? '') === '',
      ) ?? false
    );
  }

  private async relearn(name: TableName): Promise<void> {
    const from = this.parts.now();
    const model = (await this.parts.capture([name], from)).get(keyOf(name));
    if (model) await this.keep([{ name: { schema: name.schema, table: name.table }, version: { from, model } }]);
  }

  /** Adds versions and saves them. Those that lie ahead are of an earlier run of the same log: they are made again. */
  private async keep(
    list: readonly { name: TableName; version: { from: LogPosition; model: TableModel | null } }[],
  ): Promise<void> {
    const covered = this.parts.covered();
    const saved = list.map(({ name, version }) => {
      const before = this.tables.get(keyOf(name))?.versions ?? [];
      const past = before.filter(({ from }) => isReached(from, version.from) && !isSamePlace(from, version.from));
      const first = Math.max(
        0,
        past.findLastIndex(({ from }) => isReached(from, covered)),
      );
      const model = version.model === null ? null : storedModel(version.model);
      const versions = [...past.slice(first), { from: version.from, model }];
      this.tables.set(keyOf(name), { name, versions });
      return { name, versions };
    });
    await this.parts.save(saved);
  }

  private unknown({ schema, table }: TableName): ReplicationError {
    const { file, position } = this.parts.now();
    return new ReplicationError(
      'SCHEMA_HISTORY_UNKNOWN',
      `the log of ${this.parts.source} does not name the columns of ${schema}.${table}, and its definition at ${file}:${position} is not known: the table was changed or dropped after that place`,
      'SET GLOBAL binlog_row_metadata = FULL at the source for the time to come; copy this table, and start the source behind the change',
    );
  }

  private mismatch({ schema, table }: TableName, difference: string): ReplicationError {
    const { file, position } = this.parts.now();
    return new ReplicationError(
      'SCHEMA_HISTORY_MISMATCH',
      `the definition of ${schema}.${table} in the schema history is not the one in the log of ${this.parts.source} behind ${file}:${position}: ${difference}`,
      `write a null value for the key ${JSON.stringify([this.parts.source, schema, table])} on the schemas topic and resume, so that the definition is read from the server; if it has changed since, copy the table and start behind the change`,
    );
  }
}

function isSamePlace(a: LogPosition, b: LogPosition): boolean {
  return isReached(a, b) && isReached(b, a);
}

function storedModel({ charset, columns, primaryKey }: TableModel): NonNullable<SchemaVersion['model']> {
  return {
    ...(charset === undefined ? {} : { charset }),
    columns: columns.map(({ name, type, nullable, charset: own }) => ({
      name,
      type,
      nullable,
      ...(own === undefined ? {} : { charset: own }),
    })),
    primaryKey: [...primaryKey],
  };
}

function asModel(stored: SchemaVersion['model'] | undefined): TableModel | undefined {
  if (!stored) return undefined;
  const columns = stored.columns.map(({ charset, ...column }) => ({ ...column, charset }));
  return { charset: stored.charset, columns, primaryKey: stored.primaryKey };
}
