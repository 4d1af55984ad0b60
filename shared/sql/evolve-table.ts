import type { TableName } from '../model/table-pattern.ts';
import { keyOf } from '../mysql/table-facts.ts';
import { canonicalCharset, charsetOfCollation, columnType } from './column-type.ts';
import { widenedText } from './convert-charset.ts';
import type { AlterItem, ColumnDefinition, ColumnPlace, Ddl } from './ddl.ts';
import { isSameName } from './item-state.ts';
import type { TableShape } from './table-shape.ts';

/** What of a column decides how its values stand in the log. */
export type ColumnModel = {
  readonly name: string;
  /** Canonical, as in `ColumnShape`. */
  readonly type: string;
  readonly nullable: boolean;
  /** Of texts, ENUM and SET; undefined for other types, and where a statement left it to a default that is not known. */
  readonly charset: string | undefined;
};

export type TableModel = {
  /** Default of new columns; undefined when it is not known. */
  readonly charset: string | undefined;
  readonly columns: readonly ColumnModel[];
  /** In key order. */
  readonly primaryKey: readonly string[];
};

export function tableModel({ charset, columns, primaryKey }: TableShape): TableModel {
  return {
    charset,
    columns: columns.map(({ name, type, nullable, charset: own }) => ({ name, type, nullable, charset: own })),
    primaryKey: primaryKey.map((part) => part.replace(/(\(\d+\))?( DESC)?$/, '')),
  };
}

/**
 * The models that a statement changes, by `keyOf(name)`: undefined for tables that are gone and for those whose columns the text alone does not tell
 * (made from a query, changed without being known). `schemaCharset` is the default of a schema, if it is known. Pure; never guesses.
 */
export function evolveTables(
  ddl: Ddl,
  known: (name: TableName) => TableModel | undefined,
  schemaCharset: (schema: string) => string | undefined = () => undefined,
): Map<string, TableModel | undefined> {
  const changed = new Map<string, TableModel | undefined>();
  const now = (name: TableName): TableModel | undefined =>
    changed.has(keyOf(name)) ? changed.get(keyOf(name)) : known(name);
  const subject = ddl.tables.find(({ role }) => role === 'subject')?.name;
  switch (ddl.kind) {
    case 'create-table':
      if (subject && !(ddl.ifNotExists && now(subject)))
        changed.set(keyOf(subject), created(ddl, subject, now, schemaCharset));
      break;
    case 'alter-table':
      if (subject) {
        changed.set(keyOf(subject), altered(now(subject), ddl.items));
        for (const { name, role } of ddl.tables) if (role === 'new-name') changed.set(keyOf(name), now(subject));
      }
      break;
    case 'drop-table':
      for (const { name } of ddl.tables) changed.set(keyOf(name), undefined);
      break;
    default:
      break;
  }
  for (const { from, to } of ddl.renames) {
    if (keyOf(from) === keyOf(to)) continue;
    changed.set(keyOf(to), now(from));
    changed.set(keyOf(from), undefined);
  }
  return changed;
}

function created(
  ddl: Ddl,
  { schema }: TableName,
  now: (name: TableName) => TableModel | undefined,
  schemaCharset: (schema: string) => string | undefined,
): TableModel | undefined {
  if (ddl.likeOf) return now(ddl.likeOf);
  // NOTE what IF NOT EXISTS met is not in the text.
  if (ddl.fromQuery || ddl.ifNotExists) return undefined;
  const empty: TableModel = { charset: optionCharset(ddl.items) ?? schemaCharset(schema), columns: [], primaryKey: [] };
  return altered(empty, ddl.items);
}

/** A character set that the options of a statement name, by itself or by a collation. */
function optionCharset(items: readonly AlterItem[]): string | undefined {
  let charset: string | undefined;
  for (const item of items) {
    if (item.kind !== 'option') continue;
    if (item.name === 'CHARACTER SET') charset = item.value === 'default' ? undefined : canonicalCharset(item.value);
    if (item.name === 'COLLATE') charset = charsetOfCollation(item.value) ?? charset;
  }
  return charset;
}

/**
 * NOTE servers first take away and change columns where they stand, then put new and moved ones in the order of the statement, behind the columns'
 * new names. The table's new default character set holds for the columns of the same statement.
 */
function altered(model: TableModel | undefined, items: readonly AlterItem[]): TableModel | undefined {
  if (model === undefined || items.some(({ kind }) => kind === 'versioning')) return undefined;
  const conversion = items.find((item) => item.kind === 'convert-charset');
  const base = conversion?.kind === 'convert-charset' ? converted(model, conversion) : model;
  if (base === undefined) return undefined;
  const draft = new Draft({ ...base, charset: optionCharset(items) ?? base.charset });
  for (const item of items) draft.inPlace(item);
  for (const item of items) draft.put(item);
  for (const item of items) draft.keys(item);
  return draft.result();
}

class Draft {
  private charset: string | undefined;
  private columns: ColumnModel[];
  private primaryKey: readonly string[];
  private isKnown = true;
  /** New and old name of every column that kept its place, for keys. */
  private readonly original: readonly ColumnModel[];

  constructor(model: TableModel) {
    this.charset = model.charset;
    this.columns = [...model.columns];
    this.original = model.columns;
    this.primaryKey = model.primaryKey;
  }

  result(): TableModel | undefined {
    if (!this.isKnown) return undefined;
    const columns = this.columns.map((column) =>
      this.primaryKey.some((name) => isSameName(name, column.name)) ? { ...column, nullable: false } : column,
    );
    return { charset: this.charset, columns, primaryKey: this.primaryKey };
  }

  /** Drops, renames, and changes that move nothing. */
  inPlace(item: AlterItem): void {
    if (item.kind === 'drop-column') this.replace(item.name, item.ifExists, () => []);
    else if (item.kind === 'rename-column')
      this.replace(item.from, item.ifExists, (old) => [{ ...old, name: item.to }]);
    else if (item.kind === 'change-column') {
      const isMoved = item.place !== undefined;
      this.replace(item.from, item.ifExists, () => (isMoved ? [] : [this.columnOf(item.column)]));
    }
  }

  put(item: AlterItem): void {
    if (item.kind === 'add-column') {
      const exists = this.columns.some(({ name }) => isSameName(name, item.column.name));
      if (exists && item.ifNotExists) return;
      if (exists) this.isKnown = false;
      this.insert(item.column, item.place);
    } else if (item.kind === 'change-column' && item.place !== undefined) {
      const isThere = this.original.some(({ name }) => isSameName(name, item.from));
      if (isThere) this.insert(item.column, item.place);
    }
  }

  keys(item: AlterItem): void {
    if (item.kind === 'drop-primary-key') this.primaryKey = [];
    if (item.kind === 'drop-constraint' && item.name.toUpperCase() === 'PRIMARY') this.primaryKey = [];
    if (item.kind === 'rename-column') this.renameKey(item.from, item.to);
    if (item.kind === 'change-column') this.renameKey(item.from, item.column.name);
    if (item.kind === 'drop-column') this.primaryKey = this.primaryKey.filter((name) => !isSameName(name, item.name));
    if (item.kind === 'add-primary-key') this.primaryKey = item.parts.map(({ column }) => this.nameOf(column ?? ''));
    const column = item.kind === 'add-column' || item.kind === 'change-column' ? item.column : undefined;
    if (column?.primaryKey) this.primaryKey = [column.name];
  }

  private renameKey(from: string, to: string): void {
    this.primaryKey = this.primaryKey.map((name) => (isSameName(name, from) ? to : name));
  }

  private nameOf(name: string): string {
    return this.columns.find((column) => isSameName(column.name, name))?.name ?? name;
  }

  private replace(name: string, ifExists: boolean, by: (old: ColumnModel) => ColumnModel[]): void {
    // NOTE names in a statement are those from before it: what another action has renamed is found by its old place.
    const old = this.original.find((column) => isSameName(column.name, name));
    const at = old === undefined ? -1 : this.columns.indexOf(old);
    if (old === undefined || at < 0) {
      if (!ifExists) this.isKnown = false;
      return;
    }
    this.columns.splice(at, 1, ...by(old));
  }

  private insert(definition: ColumnDefinition, place: ColumnPlace | undefined): void {
    const column = this.columnOf(definition);
    if (place === undefined) this.columns.push(column);
    else if (place === 'first') this.columns.unshift(column);
    else {
      const at = this.columns.findIndex(({ name }) => isSameName(name, place.after));
      if (at < 0) this.isKnown = false;
      this.columns.splice(at + 1, 0, column);
    }
  }

  private columnOf(definition: ColumnDefinition): ColumnModel {
    const unknown = '';
    const { type, charset, isSerial } = columnType(definition.type, this.charset ?? unknown);
    const isCounter = isSerial || definition.autoIncrement || definition.primaryKey;
    return {
      name: definition.name,
      type,
      nullable: (definition.nullable ?? true) && !isCounter,
      charset: charset === unknown ? undefined : charset,
    };
  }
}

/** The model with all its texts in another character set; undefined when it is not said which. */
function converted(model: TableModel, item: Extract<AlterItem, { kind: 'convert-charset' }>): TableModel | undefined {
  const charset = item.charset === undefined ? charsetOfCollation(item.collation) : canonicalCharset(item.charset);
  if (charset === undefined) return undefined;
  const columns = model.columns.map((column) =>
    column.charset === undefined
      ? column
      : { ...column, type: widenedText(column.type, column.charset, charset), charset },
  );
  return { ...model, charset, columns };
}
