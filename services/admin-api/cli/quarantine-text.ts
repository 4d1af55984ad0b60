import type { QuarantineEntry, ShownImage } from '../../../shared/model/quarantine-entry.ts';
import { paint, printable, table } from './screen.ts';

/** Rows in quarantine as a table. */
export function listText(items: readonly QuarantineEntry[], total: number): string {
  if (items.length === 0) return 'no rows in quarantine';
  const rows = items.map((entry) => [
    entry.id,
    entry.pipeline,
    entry.state === 'refused' ? paint('red', entry.state) : entry.state,
    printable(entry.table),
    keyText(entry),
    entry.row?.op ?? '-',
    new Date(entry.committedAt).toISOString(),
    printable(entry.reason?.message ?? (entry.decision === undefined ? '-' : decidedText(entry))),
  ]);
  const more = total > items.length ? [`${total - items.length} more; see --limit, --table, --state`] : [];
  return [table(['ID', 'PIPELINE', 'STATE', 'TABLE', 'KEY', 'CHANGE', 'COMMITTED', 'WHY'], rows), ...more].join('\n');
}

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
