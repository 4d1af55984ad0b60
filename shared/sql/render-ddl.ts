import type { TableName } from '../model/table-pattern.ts';
import { keyOf } from '../mysql/table-facts.ts';
import { statementStart } from './classify.ts';
import type { AlterItem, Ddl, DdlTable, TableRole } from './ddl.ts';
import { unmappable } from './ddl-errors.ts';
import { dialectEdits } from './dialect.ts';
import type { Flavour } from './dialect-collations.ts';
import { applyEdits, type Edit, withoutItems } from './edits.ts';
import { tokenize } from './tokens.ts';

export type Rendering = {
  /** The target's table of a source table; undefined when it is not mapped. */
  readonly tableName: (source: TableName) => TableName | undefined;
  readonly schemaName: (source: string) => string | undefined;
  readonly target: Flavour;
};

/**
 * The statement's text for the target: every table under its mapped, qualified name, the server's own words translated, and left out what steers
 * how a server works (ALGORITHM, LOCK, WAIT). Subjects without a mapping fall out of DROP and RENAME; undefined when nothing remains.
 * To be run with the sql_mode of the source and in any schema. Errors: DDL_UNMAPPABLE for a name without a mapping that the rest needs,
 * and for what the target's server cannot say.
 */
export function renderDdl(ddl: Ddl, rendering: Rendering): string | undefined {
  const names = ddl.database === undefined ? tableEdits(ddl, rendering) : databaseEdits(ddl, rendering);
  if (names === undefined) return undefined;
  const { list, shells } = tokenize(ddl.sql, ddl.dialect);
  const edits: Edit[] = [
    ...names,
    ...dialectEdits(ddl, list, rendering.target),
    ...shells.map((shell) => ({ ...shell, text: '' })),
  ];
  const cut = ddl.kind === 'alter-table' ? withoutItems(ddl, emptyItems(ddl, edits), edits) : undefined;
  if (cut === 'nothing') return undefined;
  if (cut) edits.push(cut);
  const start = list[statementStart(list)]?.start ?? 0;
  const end = list.findLast(({ kind, text }) => kind !== 'end' && text !== ';')?.end ?? ddl.sql.length;
  return applyEdits(ddl.sql, edits, { start, end }).trim();
}

/** Items of which the edits leave nothing, and those that only steer how the server works. */
function emptyItems(ddl: Ddl, edits: readonly Edit[]): Set<AlterItem> {
  const isEmpty = (item: AlterItem): boolean =>
    (item.kind === 'no-structure' && (item.words === 'ALGORITHM' || item.words === 'LOCK')) ||
    applyEdits(ddl.sql, edits, item.range).trim() === '';
  return new Set(ddl.items.filter(isEmpty));
}

function databaseEdits(ddl: Ddl, { schemaName }: Rendering): Edit[] | undefined {
  const name = schemaName(ddl.database ?? '');
  if (name === undefined) return undefined;
  if (ddl.databaseRange) return [{ ...ddl.databaseRange, text: quote(name) }];
  // NOTE ALTER DATABASE without a name means the default schema: the name goes behind the second word.
  const at = tokenize(ddl.sql, ddl.dialect).list[1]?.end ?? 0;
  return [{ start: at, end: at, text: ` ${quote(name)}` }];
}

function tableEdits(ddl: Ddl, rendering: Rendering): Edit[] | undefined {
  switch (ddl.kind) {
    case 'drop-table':
      return dropEdits(ddl, rendering);
    case 'rename-table':
      return renameEdits(ddl, rendering);
    default:
      return singleEdits(ddl, rendering);
  }
}

function singleEdits(ddl: Ddl, { tableName }: Rendering): Edit[] | undefined {
  const subject = ddl.tables.find(({ role }) => role === 'subject');
  if (subject === undefined) return undefined;
  const isSkipped = tableName(subject.name) === undefined;
  const renamed = ddl.tables.find(({ role, name }) => role === 'new-name' && tableName(name) !== undefined);
  if (isSkipped && renamed === undefined) return undefined;
  return ddl.tables.map((table) => nameEdit(table, tableName(table.name)));
}

function dropEdits(ddl: Ddl, { tableName }: Rendering): Edit[] | undefined {
  const kept = ddl.tables.filter(({ name }) => tableName(name) !== undefined);
  if (kept.length === 0) return undefined;
  const text = kept.map(({ name }) => qualified(tableName(name) as TableName)).join(', ');
  return [{ start: ddl.tables[0]?.range.start ?? 0, end: ddl.tables.at(-1)?.range.end ?? 0, text }];
}

/** Pairs of which neither name is mapped fall out. A name that only passes from one pair to a later one goes along in the target's schema. */
function renameEdits(ddl: Ddl, { tableName }: Rendering): Edit[] | undefined {
  const passing = new Map<string, TableName>();
  const pairs: string[] = [];
  ddl.renames.forEach(({ from, to }, index) => {
    const oldName = passing.get(keyOf(from)) ?? tableName(from);
    let newName = tableName(to);
    const goesOn = ddl.renames.slice(index + 1).some((later) => keyOf(later.from) === keyOf(to));
    if (newName === undefined && oldName !== undefined && goesOn) {
      newName = { schema: oldName.schema, table: to.table };
      passing.set(keyOf(to), newName);
    }
    if (oldName === undefined && newName === undefined) return;
    if (oldName === undefined) throw unmapped(from, 'subject');
    if (newName === undefined) throw unmapped(to, 'new-name');
    pairs.push(`${qualified(oldName)} TO ${qualified(newName)}`);
  });
  if (pairs.length === 0) return undefined;
  const first = ddl.tables[0]?.range.start ?? 0;
  return [{ start: first, end: ddl.tables.at(-1)?.range.end ?? first, text: pairs.join(', ') }];
}

function nameEdit({ name, role, range }: DdlTable, target: TableName | undefined): Edit {
  if (target === undefined) throw unmapped(name, role);
  return { ...range, text: qualified(target) };
}

const WORDS: Readonly<Record<TableRole, string>> = {
  subject: 'a rename begins with',
  'new-name': 'a table gets the name',
  like: 'a table is made like',
  references: 'a foreign key refers to',
  reads: 'the statement reads',
  exchange: 'a partition is exchanged with',
};

function unmapped({ schema, table }: TableName, role: TableRole): Error {
  return unmappable(
    `${WORDS[role]} ${schema}.${table}, which no mapping of the pipeline names`,
    'add a mapping for that table, or write by hand what the statement means for the target and approve that text, or skip it',
  );
}
const quote = (name: string): string => `\`${name.replaceAll('`', '``')}\``;
const qualified = ({ schema, table }: TableName): string => `${quote(schema)}.${quote(table)}`;
