import type { QuarantineEntry, ShownImage } from '../../../shared/model/quarantine-entry.ts';
import { moment, paint, printable } from './screen.ts';

/** Columns of a list of rows in quarantine. */
export const QUARANTINE_COLUMNS: readonly (readonly [title: string, cell: (entry: QuarantineEntry) => string])[] = [
  ['ID', ({ id }) => id],
  ['PIPELINE', ({ pipeline }) => pipeline],
  ['STATE', ({ state }) => (state === 'refused' ? paint('red', state) : state)],
  ['TABLE', ({ table }) => printable(table)],
  ['KEY', keyText],
  ['CHANGE', ({ row }) => row?.op ?? '-'],
  ['COMMITTED', ({ committedAt }) => moment(committedAt)],
  ['WHY', (entry) => printable(entry.reason?.message ?? decidedText(entry))],
];

/** Everything that is known of a row. */
export function rowText(entry: QuarantineEntry): string {
  const { id, state, reason, sql, row, gtid, file, position, topic, partition, offset } = entry;
  return [
    `${paint('bold', `${printable(entry.table)} ${id}`)} ${state === 'refused' ? paint('red', state) : state}`,
    `  key:        ${keyText(entry)}`,
    `  change:     ${row?.op ?? '-'}, committed ${new Date(entry.committedAt).toISOString()}, in quarantine since ${new Date(entry.quarantinedAt).toISOString()}`,
    `  source:     ${printable(gtid === '' ? `${file}:${position}` : gtid)}; offset ${offset}, partition ${partition} of ${topic}`,
    ...(reason === undefined ? [] : [`  why:        ${printable(reason.message)} [${printable(reason.code)}]`]),
    ...(reason === undefined ? [] : [`  ${paint('cyan', 'remedy')}:     ${printable(reason.remedy)}`]),
    ...(sql === undefined ? [] : [`  statement:  ${printable(sql)}`]),
    ...(entry.decision === undefined ? [] : [`  decision:   ${decidedText(entry)}`]),
    ...imageLines('before', row?.before),
    ...imageLines('after', row?.after),
  ].join('\n');
}

function keyText({ row }: QuarantineEntry): string {
  const columns = Object.entries(row?.key ?? {});
  if (columns.length === 0) return '-';
  return printable(columns.map(([name, value]) => `${name}=${value ?? 'NULL'}`).join(', '));
}

function decidedText({ decision }: QuarantineEntry): string {
  if (decision === undefined) return '-';
  return `${decision.action} by ${printable(decision.by)}, ${new Date(decision.at).toISOString()}`;
}

function imageLines(title: string, image: ShownImage | undefined): string[] {
  if (image === undefined) return [];
  return [
    `  ${title}:`,
    ...Object.entries(image).map(
      ([name, value]) => `    ${printable(name)} = ${value === null ? 'NULL' : printable(value)}`,
    ),
  ];
}
