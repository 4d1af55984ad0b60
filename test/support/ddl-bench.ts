import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { Connection } from 'mysql2/promise';
import { connect, type Server } from '../../demo/servers.ts';
import type { TableName } from '../../shared/model/table-pattern.ts';
import { keyOf } from '../../shared/mysql/table-facts.ts';
import { classifyStatement } from '../../shared/sql/classify.ts';
import type { Ddl } from '../../shared/sql/ddl.ts';
import type { Flavour } from '../../shared/sql/dialect-collations.ts';
import { evolveTables, type TableModel, tableModel } from '../../shared/sql/evolve-table.ts';
import { parseDdl } from '../../shared/sql/parse-ddl.ts';
import { readTableShapes } from '../../shared/sql/read-table-shapes.ts';
import { type Remaining, remainingDdl } from '../../shared/sql/remaining-ddl.ts';
import { renderDdl } from '../../shared/sql/render-ddl.ts';
import type { TableShape } from '../../shared/sql/table-shape.ts';

/**
 * Source schemas `app` and `shop` and target schemas beside them on one server: a statement is run at the source, rendered, and its rendering run at the target.
 * Statements write `{app}` and `{shop}` for the schemas; the connection's default schema is `{app}`.
 */
export class DdlBench implements AsyncDisposable {
  readonly word = randomBytes(3).toString('hex');
  readonly connection: Connection;
  readonly flavour: Flavour;
  readonly app = `da_${this.word}`;
  readonly shop = `ds_${this.word}`;

  /** Source tables as they are known by now; `unknown` counts those that a statement's text did not tell. */
  readonly models = new Map<string, TableModel>();
  unknown = 0;

  private constructor(connection: Connection, flavour: Flavour) {
    this.connection = connection;
    this.flavour = flavour;
  }

  static async open(server: Server, flavour: Flavour): Promise<DdlBench> {
    const bench = new DdlBench(await connect(server, {}), flavour);
    for (const schema of [bench.app, bench.shop]) {
      await bench.connection.query(`CREATE DATABASE ${schema} CHARACTER SET utf8mb4`);
      await bench.connection.query(`CREATE DATABASE m${schema} CHARACTER SET utf8mb4`);
    }
    await bench.connection.query(`USE ${bench.app}`);
    return bench;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const [rows] = await this.connection.query(
      `SELECT SCHEMA_NAME AS name FROM information_schema.SCHEMATA WHERE SCHEMA_NAME LIKE '%\\_${this.word}%'`,
    );
    await this.connection.query('SET foreign_key_checks = 0');
    for (const { name } of rows as { name: string }[]) await this.connection.query(`DROP DATABASE \`${name}\``);
    await this.connection.end();
  }

  text(sql: string): string {
    return sql.replaceAll('{app}', this.app).replaceAll('{shop}', this.shop);
  }

  tableName({ schema, table }: TableName): TableName {
    return { schema: `m${schema}`, table: `m_${table}` };
  }

  parse(sql: string): Ddl {
    return parseDdl(sql, this.app, { flavour: this.flavour });
  }

  /** The rendering for this server, or undefined. */
  render(ddl: Ddl, target: Flavour = this.flavour): string | undefined {
    return renderDdl(ddl, { tableName: (name) => this.tableName(name), schemaName: (schema) => `m${schema}`, target });
  }

  async shapes(names: readonly TableName[]): Promise<Map<string, TableShape>> {
    return readTableShapes(this.connection, names);
  }

  async remaining(rendered: string): Promise<Remaining> {
    const ddl = this.parse(rendered);
    return remainingDdl(ddl, await this.shapes(ddl.tables.map(({ name }) => name)));
  }

  /** Runs a statement at the source; at the target what is rendered of it. Returns the rendering. */
  async run(sql: string): Promise<string | undefined> {
    const text = this.text(sql);
    const rendered = classifyStatement(text).kind === 'other' ? undefined : this.render(this.parse(text));
    await this.connection.query(text);
    if (rendered !== undefined) await this.atTarget(rendered);
    return rendered;
  }

  /** Runs a rendering as the loader does: in no schema of its own. */
  async atTarget(sql: string): Promise<void> {
    await this.connection.query('USE information_schema');
    try {
      await this.connection.query(sql);
    } finally {
      await this.connection.query(`USE ${this.app}`);
    }
  }

  /** What the text of a statement that was run at the source says of its tables, against what the server says. */
  async assertEvolved(ddl: Ddl): Promise<void> {
    const changed = evolveTables(ddl, (name) => this.models.get(keyOf(name)));
    const names = ddl.tables.map(({ name }) => name);
    const shapes = await this.shapes(names);
    for (const name of names) {
      const shape = shapes.get(keyOf(name));
      const found = shape && tableModel(shape);
      const model = changed.has(keyOf(name)) ? changed.get(keyOf(name)) : this.models.get(keyOf(name));
      if (model)
        assert.deepEqual(model, found && withDefaultsUnknown(found, model), `${name.table} evolved by ${ddl.sql}`);
      if (found === undefined) this.models.delete(keyOf(name));
      else this.models.set(keyOf(name), found);
      if (found !== undefined && model === undefined) this.unknown++;
    }
  }

  /** Every base table of the bench. */
  async tables(): Promise<TableName[]> {
    const [rows] = await this.connection.query(
      `SELECT TABLE_SCHEMA AS \`schema\`, TABLE_NAME AS \`table\` FROM information_schema.TABLES WHERE TABLE_SCHEMA LIKE '%\\_${this.word}%' AND TABLE_TYPE <> 'VIEW'`,
    );
    return rows as TableName[];
  }

  /** Asserts that the tables of a statement are equal at source and target. */
  async assertEqual(ddl: Ddl, rendered: string): Promise<void> {
    const names = [...ddl.tables, ...this.parse(rendered).tables].map(({ name }) => name);
    const found = [...(await this.shapes(names)).values()].map(({ name }) => name);
    await this.assertTables(ddl.sql, found);
  }

  /** Asserts that each of these source tables has its equal among them and no other is there. */
  async assertTables(after: string, names: readonly TableName[]): Promise<void> {
    const shapes = await this.shapes(names);
    const isTarget = ({ schema }: TableName): boolean => schema.startsWith('m');
    const expected = names.filter((name) => !isTarget(name)).map((name) => keyOf(this.tableName(name)));
    assert.deepEqual(names.filter(isTarget).map(keyOf).sort(), expected.sort(), `tables after ${after}`);
    for (const name of names.filter((each) => !isTarget(each))) {
      const source = shapes.get(keyOf(name));
      const target = shapes.get(keyOf(this.tableName(name)));
      assert.deepEqual(this.withoutNames(target), this.withoutNames(source), `${name.table} after ${after}`);
    }
  }

  /** A structure without what the mapping changes: names of tables, and of constraints that the server named after them. */
  private withoutNames(shape: TableShape | undefined): unknown {
    if (shape === undefined) return undefined;
    const own = shape.name.table;
    const plain = ({ schema, table }: TableName): TableName =>
      schema.startsWith('m') ? { schema: schema.slice(1), table: table.slice(2) } : { schema, table };
    const generated = (name: string): string => (name.startsWith(`${own}_`) ? name.slice(own.length) : name);
    const sorted = <T extends { name: string }>(list: readonly T[]): T[] =>
      list.map((each) => ({ ...each, name: generated(each.name) }));
    return {
      ...shape,
      name: plain(shape.name),
      foreignKeys: sorted(shape.foreignKeys.map((key) => ({ ...key, table: plain(key.table) }))),
      checks: sorted(shape.checks),
    };
  }
}

/** What is found, without the character sets that the text of a statement leaves to a default. */
function withDefaultsUnknown(found: TableModel, model: TableModel): TableModel {
  return {
    ...found,
    charset: model.charset === undefined ? undefined : found.charset,
    columns: found.columns.map((column, at) =>
      model.columns[at]?.charset === undefined && model.charset === undefined
        ? { ...column, charset: undefined }
        : column,
    ),
  };
}
