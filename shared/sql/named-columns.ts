import type { AlterItem, ColumnDefinition, Ddl, IndexPart } from './ddl.ts';
import { type SqlDialect, tokenize } from './tokens.ts';

/** What a statement names of its subject, as written. `words`: every name and word within its expressions, columns and others. */
export type NamedColumns = { readonly columns: readonly string[]; readonly words: readonly string[] };

export function namedColumns({ items, sql, dialect }: Ddl): NamedColumns {
  return {
    columns: items.flatMap(namesOf),
    words: items.flatMap((item) => expressionsOf(item, sql)).flatMap((text) => wordsOf(text, dialect)),
  };
}

function namesOf(item: AlterItem): string[] {
  switch (item.kind) {
    case 'add-column':
      return [item.column.name, ...placeNames(item)];
    case 'change-column':
      return [item.from, item.column.name, ...placeNames(item)];
    case 'rename-column':
      return [item.from, item.to];
    case 'drop-column':
    case 'alter-default':
    case 'alter-column-visibility':
      return [item.name];
    case 'add-index':
      return partNames(item.index.parts);
    case 'add-primary-key':
      return partNames(item.parts);
    case 'add-foreign-key':
      return [...item.key.columns];
    default:
      return [];
  }
}

function placeNames({ place }: Extract<AlterItem, { kind: 'add-column' | 'change-column' }>): string[] {
  return typeof place === 'object' ? [place.after] : [];
}

function partNames(parts: readonly IndexPart[]): string[] {
  return parts.flatMap(({ column }) => column ?? []);
}

function expressionsOf(item: AlterItem, sql: string): string[] {
  switch (item.kind) {
    case 'add-column':
    case 'change-column':
      return columnExpressions(item.column);
    case 'alter-default':
      return item.default?.kind === 'expression' ? [item.default.text] : [];
    case 'add-index':
      return item.index.parts.flatMap(({ expression }) => expression ?? []);
    case 'add-check':
      return [item.check.expression];
    case 'partition':
      return item.words === 'BY' ? [sql.slice(item.range.start, item.range.end)] : [];
    default:
      return [];
  }
}

function columnExpressions({ generated, default: value, checks }: ColumnDefinition): string[] {
  return [
    ...(generated === undefined ? [] : [generated.expression]),
    ...(value?.kind === 'expression' ? [value.text] : []),
    ...checks.map(({ expression }) => expression),
  ];
}

function wordsOf(text: string, dialect: SqlDialect): string[] {
  return tokenize(text, dialect).list.flatMap(({ kind, value, text: word }) =>
    kind === 'quoted' ? [value] : kind === 'word' ? [word] : [],
  );
}
