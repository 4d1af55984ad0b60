import { canonicalDefault, isSameDefault } from './column-default.ts';
import { columnType } from './column-type.ts';
import type { ColumnDefinition } from './ddl.ts';
import { type ColumnShape, looseExpression, type TableShape } from './table-shape.ts';

/** Whether a column is of the kind that a definition says: type, character set, nullness, generated or not. */
export function isSameKind(definition: ColumnDefinition, found: ColumnShape, table: TableShape): boolean {
  const wanted = columnType(definition.type, table.charset);
  const nullable = definition.nullable ?? true;
  const isKey = definition.primaryKey || table.primaryKey.includes(found.name);
  const isSerial = wanted.isSerial || definition.autoIncrement;
  const generated = definition.generated;
  return (
    isSameType(wanted.type, found) &&
    (wanted.charset === undefined || wanted.charset === found.charset) &&
    (wanted.collation === undefined ||
      found.charset === undefined ||
      isSameCollation(wanted.collation, found.collation)) &&
    found.nullable === (nullable && !isKey && !isSerial) &&
    found.autoIncrement === isSerial &&
    (generated === undefined) === (found.generated === undefined) &&
    generated?.stored === found.generated?.stored
  );
}

/** Whether a column is surely exactly what a definition says, its default, comment and expression included. */
export function isSameColumn(definition: ColumnDefinition, found: ColumnShape, table: TableShape): boolean {
  const expression = definition.generated?.expression;
  return (
    definition.name === found.name &&
    isSameKind(definition, found, table) &&
    isSameDefault(canonicalDefault(definition.default), found.default, found.type) &&
    definition.onUpdate === found.onUpdate &&
    definition.comment === found.comment &&
    definition.invisible === found.invisible &&
    (expression === undefined || looseExpression(expression) === found.generated?.expression)
  );
}

/** NOTE without strict mode a VARCHAR that is too long becomes a TEXT; that one is another type here. */
function isSameType(wanted: string, found: ColumnShape): boolean {
  return wanted === found.type || (wanted === 'json' && found.type === 'longtext');
}

/** MariaDB shows the short name of a collation in full. */
function isSameCollation(wanted: string, found: string | undefined): boolean {
  return wanted === found || found?.endsWith(`_${wanted}`) === true;
}
