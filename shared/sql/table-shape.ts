import { createHash } from 'node:crypto';
import type { TableName } from '../model/table-pattern.ts';

/** A column as information_schema tells it, in the one form that both servers and all versions share. */
export type ColumnShape = {
  readonly name: string;
  /** Canonical: `int unsigned`, `varchar(64)`, `enum('a','b')`. MariaDB's JSON, a checked longtext, is `json`. */
  readonly type: string;
  readonly nullable: boolean;
  /** Text of a literal, or an expression in parentheses; undefined: none, or NULL. */
  readonly default: string | undefined;
  readonly onUpdate: boolean;
  readonly charset: string | undefined;
  readonly collation: string | undefined;
  readonly comment: string;
  readonly generated: { readonly expression: string; readonly stored: boolean } | undefined;
  readonly invisible: boolean;
  readonly autoIncrement: boolean;
};

export type IndexShape = {
  readonly name: string;
  readonly unique: boolean;
  readonly kind: 'index' | 'fulltext' | 'spatial' | 'vector';
  /** `a`, `a(10)`, `a DESC`, `(lower(a))`. */
  readonly parts: readonly string[];
  readonly invisible: boolean;
};

export type ForeignKeyShape = {
  readonly name: string;
  readonly columns: readonly string[];
  readonly table: TableName;
  readonly referenced: readonly string[];
  readonly onDelete: string;
  readonly onUpdate: string;
};

export type CheckShape = { readonly name: string; readonly expression: string };

/** The structure of one table. Lists other than columns are in the order of their names. */
export type TableShape = {
  readonly name: TableName;
  readonly engine: string;
  readonly charset: string;
  readonly collation: string;
  readonly comment: string;
  readonly versioned: boolean;
  readonly columns: readonly ColumnShape[];
  /** In key order; empty without one. */
  readonly primaryKey: readonly string[];
  /** Without the primary key. */
  readonly indexes: readonly IndexShape[];
  readonly foreignKeys: readonly ForeignKeyShape[];
  readonly checks: readonly CheckShape[];
  readonly partitions: readonly string[];
};

/** A text that is equal exactly when two structures are, whatever their tables are called. */
export function shapeFingerprint({ name: _, ...structure }: TableShape): string {
  return createHash('sha256').update(JSON.stringify(structure)).digest('hex').slice(0, 32);
}

/** An expression without what servers add or leave out: blanks, quotes of names, capitals, parentheses, character set introducers. */
export function looseExpression(text: string): string {
  return text
    .replace(/_utf8mb[34]\\?'|_latin1\\?'|\\'/g, "'")
    .replace(/[`\s()]/g, '')
    .toLowerCase();
}
