import type { TableName } from '../model/table-pattern.ts';
import type { DdlKind } from './classify.ts';
import type { SqlDialect, TextRange } from './tokens.ts';

/**
 * subject: what the statement changes, makes or drops. new-name: what a subject is called afterwards, or the table a partition becomes.
 * like: the pattern of CREATE TABLE … LIKE. references: the parent of a foreign key. reads: a table of CREATE … SELECT, a member of UNION,
 * a sequence. exchange: the table that a partition is exchanged with.
 */
export type TableRole = 'subject' | 'new-name' | 'like' | 'references' | 'reads' | 'exchange';

/** One mention of a table; `range` covers its qualified name as written. */
export type DdlTable = { readonly name: TableName; readonly role: TableRole; readonly range: TextRange };

/**
 * What `range` covers. guard: IF [NOT] EXISTS where MySQL has none. collation, charset, srid, type: with their value. bare-default: an expression
 * without parentheses. index-visibility: INVISIBLE, IGNORED …. option: of a table, with its name. start-transaction: behind a logged CREATE TABLE.
 * manner: how the server is to carry it out (ALGORITHM, LOCK, WAIT, ONLINE). The others are named like their words.
 */
export type MarkKind =
  | 'guard'
  | 'collation'
  | 'charset'
  | 'srid'
  | 'type'
  | 'bare-default'
  | 'index-visibility'
  | 'column-visibility'
  | 'set-column-visibility'
  | 'option'
  | 'start-transaction'
  | 'manner'
  | 'enforced'
  | 'not-enforced'
  | 'alter-check'
  | 'drop-check'
  | 'functional-index'
  | 'vector-index'
  | 'persistent'
  | 'compressed-column'
  | 'column-versioning'
  | 'versioning'
  | 'sequence'
  | 'alter-ignore'
  | 'or-replace'
  | 'convert-partition'
  | 'system-time-partition'
  | 'without-overlaps';

export type Mark = { readonly kind: MarkKind; readonly range: TextRange; readonly value: string };

export type Rename = { readonly from: TableName; readonly to: TableName };

/** A statement that changes structure, as its text says it. Offsets are those of `sql`. */
export type Ddl = {
  readonly kind: DdlKind;
  readonly sql: string;
  readonly dialect: SqlDialect;
  readonly defaultSchema: string;
  /** In text order. */
  readonly tables: readonly DdlTable[];
  /** In the order in which they are carried out, of RENAME TABLE and ALTER TABLE … RENAME. */
  readonly renames: readonly Rename[];
  /** Of database statements; the default schema when ALTER DATABASE names none. */
  readonly database?: string;
  readonly databaseRange?: TextRange;
  readonly likeOf?: TableName;
  readonly ifExists: boolean;
  readonly ifNotExists: boolean;
  /** CREATE OR REPLACE, which drops first. */
  readonly orReplace: boolean;
  /** CREATE TABLE … SELECT: the columns of the query come behind those of `items`. */
  readonly fromQuery: boolean;
  /** Actions of ALTER TABLE, definitions and options of CREATE TABLE, the index of CREATE and DROP INDEX, options of database statements. */
  readonly items: readonly AlterItem[];
  /** Parts of the text that servers read differently. */
  readonly marks: readonly Mark[];
};

/** The tables that a statement makes, changes, renames or drops; those that it only refers to or reads are left out. */
export function changedTables({ tables }: Pick<Ddl, 'tables'>): TableName[] {
  return tables
    .filter(({ role }) => role === 'subject' || role === 'new-name' || role === 'exchange')
    .map(({ name }) => name);
}

/** Where a column goes; undefined: it stays, or goes to the end when it is new. */
export type ColumnPlace = 'first' | { readonly after: string };

export type ColumnDefault =
  | { readonly kind: 'literal'; readonly value: string }
  /** `text` as written, without the outer parentheses. */
  | { readonly kind: 'expression'; readonly text: string }
  | { readonly kind: 'null' };

export type ColumnDefinition = {
  readonly name: string;
  /** As written, with its lengths and members, without character set. */
  readonly type: ColumnTypeText;
  /** undefined: not said. */
  readonly nullable: boolean | undefined;
  readonly default: ColumnDefault | undefined;
  readonly onUpdate: boolean;
  readonly generated: { readonly expression: string; readonly stored: boolean } | undefined;
  readonly comment: string;
  readonly autoIncrement: boolean;
  readonly invisible: boolean;
  readonly primaryKey: boolean;
  readonly unique: boolean;
  readonly checks: readonly CheckDefinition[];
  /** Table of an inline REFERENCES; MySQL before 9 and InnoDB read over it, MariaDB and MySQL 9 make a foreign key. */
  readonly references: TableName | undefined;
  readonly range: TextRange;
};

/** A column's type as its words say it. */
export type ColumnTypeText = {
  /** In small letters: `int`, `double precision`, `national varchar`. */
  readonly words: string;
  /** What stands in the parentheses: `10`, `2`, the members of ENUM and SET. */
  readonly args: readonly string[];
  readonly unsigned: boolean;
  readonly zerofill: boolean;
  readonly charset: string | undefined;
  readonly collation: string | undefined;
  /** CHAR BYTE, and BINARY as an attribute (the collation `_bin`). */
  readonly byte: boolean;
  readonly binary: boolean;
  readonly range: TextRange;
};

/** A part of an index: a column, its first characters, or an expression. */
export type IndexPart = {
  readonly column: string | undefined;
  readonly expression: string | undefined;
  readonly length: number | undefined;
  readonly descending: boolean;
};

export type IndexDefinition = {
  /** undefined: the server names it after its first column. */
  readonly name: string | undefined;
  readonly kind: 'index' | 'unique' | 'fulltext' | 'spatial' | 'vector';
  readonly parts: readonly IndexPart[];
};

export type ForeignKeyDefinition = {
  readonly name: string | undefined;
  readonly columns: readonly string[];
  readonly table: TableName;
  readonly referenced: readonly string[];
};

export type CheckDefinition = { readonly name: string | undefined; readonly expression: string };

/** One action; `range` covers its text. Those of one `ADD (…, …)` have the same `group`, the range of the whole. */
export type AlterItem = { readonly range: TextRange; readonly group?: TextRange } & AlterAction;

export type AlterAction =
  | {
      readonly kind: 'add-column';
      readonly column: ColumnDefinition;
      readonly place?: ColumnPlace;
      readonly ifNotExists: boolean;
    }
  | { readonly kind: 'drop-column'; readonly name: string; readonly ifExists: boolean }
  | {
      /** `from` is the column's own name in MODIFY. */
      readonly kind: 'change-column';
      readonly from: string;
      readonly column: ColumnDefinition;
      readonly place?: ColumnPlace;
      readonly ifExists: boolean;
    }
  | { readonly kind: 'rename-column'; readonly from: string; readonly to: string; readonly ifExists: boolean }
  | { readonly kind: 'alter-default'; readonly name: string; readonly default: ColumnDefault | undefined }
  | { readonly kind: 'alter-column-visibility'; readonly name: string; readonly invisible: boolean }
  | { readonly kind: 'add-index'; readonly index: IndexDefinition; readonly ifNotExists: boolean }
  | { readonly kind: 'drop-index'; readonly name: string; readonly ifExists: boolean }
  | { readonly kind: 'rename-index'; readonly from: string; readonly to: string; readonly ifExists: boolean }
  | { readonly kind: 'alter-index-visibility'; readonly name: string; readonly invisible: boolean }
  | { readonly kind: 'add-primary-key'; readonly parts: readonly IndexPart[]; readonly ifNotExists: boolean }
  | { readonly kind: 'drop-primary-key' }
  | { readonly kind: 'add-foreign-key'; readonly key: ForeignKeyDefinition; readonly ifNotExists: boolean }
  | { readonly kind: 'drop-foreign-key'; readonly name: string; readonly ifExists: boolean }
  | { readonly kind: 'add-check'; readonly check: CheckDefinition; readonly ifNotExists: boolean }
  | { readonly kind: 'drop-check'; readonly name: string; readonly ifExists: boolean }
  /** DROP CONSTRAINT: a check, foreign key, unique index or the primary key of that name. */
  | { readonly kind: 'drop-constraint'; readonly name: string; readonly ifExists: boolean }
  | { readonly kind: 'rename-table'; readonly to: TableName }
  | {
      readonly kind: 'convert-charset';
      readonly charset: string | undefined;
      readonly collation: string | undefined;
    }
  /** Options of a table or database; `name` in capitals and one space between words: `ENGINE`, `CHARACTER SET`, `COLLATE`, `COMMENT`. */
  | { readonly kind: 'option'; readonly name: string; readonly value: string }
  /** `words`: `ADD`, `DROP`, `TRUNCATE`, `REORGANIZE`, `BY`, `REMOVE`, `EXCHANGE` … */
  | {
      readonly kind: 'partition';
      readonly words: string;
      readonly names: readonly string[];
      /** Of REORGANIZE: those that are divided anew. */
      readonly old?: readonly string[];
      /** Of BY … PARTITIONS n. */
      readonly count?: number;
    }
  /** PERIOD FOR, ADD and DROP SYSTEM VERSIONING. */
  | { readonly kind: 'versioning'; readonly words: string }
  /** Changes nothing that is visible in the structure: ALGORITHM, LOCK, FORCE, ORDER BY, ENABLE KEYS … */
  | { readonly kind: 'no-structure'; readonly words: string };
