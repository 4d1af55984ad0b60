import { AvroWriter } from '../../shared/codec/avro-writer.ts';
import type { Cell } from './cell-codec.ts';
import type { DeclaredType } from './column.ts';
import { paddedBinary } from './text-cells.ts';

const SIZES: Readonly<Record<DeclaredType, number>> = { uuid: 16, inet6: 16, inet4: 4 };
const TEXTS: Readonly<Record<DeclaredType, (bytes: Buffer) => string>> = {
  uuid: uuidText,
  inet6: inet6Text,
  inet4: inet4Text,
};

/** UUID, INET6 and INET4 of MariaDB as text. */
export function declared(type: DeclaredType): Cell {
  const read = paddedBinary(1, SIZES[type]);
  const bytes = new AvroWriter(64);
  return (input, out) => {
    bytes.at = 0;
    read(input, bytes);
    out.text(TEXTS[type](bytes.bytes.subarray(1, 1 + SIZES[type])));
  };
}

/** Time-based and random UUIDs (versions 1 to 5) are stored with their groups in reverse order; others as they are, and the server tells them apart by these two bytes. Source: MariaDB `plugin/type_uuid/sql_type_uuid.h`. */
function uuidText(b: Buffer): string {
  const version = b[8] as number;
  const isSwapped = ((b[6] as number) & 0x80) !== 0 && version > 0 && version <= 0x80;
  const hex = (start: number, end: number): string => b.toString('hex', start, end);
  if (isSwapped) return `${hex(12, 16)}-${hex(10, 12)}-${hex(8, 10)}-${hex(6, 8)}-${hex(0, 6)}`;
  return `${hex(0, 4)}-${hex(4, 6)}-${hex(6, 8)}-${hex(8, 10)}-${hex(10, 16)}`;
}

function inet4Text(b: Buffer): string {
  return b.join('.');
}

/** The longest run of zero groups is left out; addresses that hold one of IPv4 show it. */
function inet6Text(b: Buffer): string {
  const groups = Array.from({ length: 8 }, (_, i) => b.readUInt16BE(2 * i));
  let gap = { start: -1, length: 0 };
  for (let i = 0; i < 8; i++) {
    let length = 0;
    while (i + length < 8 && groups[i + length] === 0) length++;
    if (length > gap.length) gap = { start: i, length };
  }
  const isMapped = gap.start === 0 && gap.length === 5 && groups[5] === 0xffff;
  const isCompatible = gap.start === 0 && gap.length === 6;
  const words = groups.map((group) => group.toString(16));
  if (isMapped) return `::ffff:${inet4Text(b.subarray(12))}`;
  if (isCompatible) return `::${inet4Text(b.subarray(12))}`;
  if (gap.start < 0) return words.join(':');
  return `${words.slice(0, gap.start).join(':')}::${words.slice(gap.start + gap.length).join(':')}`;
}
