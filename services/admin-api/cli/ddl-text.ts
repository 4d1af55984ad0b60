import type { DdlEntry } from '../../../shared/model/ddl-entry.ts';
import { paint, printable } from './screen.ts';

/** A held statement in the words of source and target, and what to do. */
export function heldLines({ id, reason, sql, targetSql }: DdlEntry): string[] {
  return [
    '',
    `${paint('bold', id)} ${paint('red', 'held')}: ${printable(reason?.message ?? '')}`,
    `  source: ${printable(sql)}`,
    ...(targetSql === undefined ? [] : [`  target: ${printable(targetSql)}`]),
    `  ${paint('cyan', 'remedy')}: ${printable(reason?.remedy ?? '')}`,
  ];
}
