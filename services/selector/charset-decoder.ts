import type { AvroWriter } from '../../shared/codec/avro-writer.ts';
import { type CharsetTable, QUAD_CODES } from './charset-table.ts';

/** Appends the text in `bytes[start..end)` as UTF-8, without a length. Errors: RangeError for bytes that are no character of the set; nothing is replaced. */
export type CharsetDecoder = (bytes: Buffer, start: number, end: number, to: AvroWriter) => void;

/** A decoder from the server's own table. */
export function tableDecoder(charset: string, { single, double, triple, quad }: CharsetTable): CharsetDecoder {
  const isAscii = single.subarray(0, 128).every((point, code) => point === code);
  return (b, start, end, to) => {
    to.reserve((end - start) * 3);
    for (let i = start; i < end; ) {
      const first = b[i] as number;
      if (isAscii && first < 128) {
        to.bytes[to.at++] = first;
        i++;
        continue;
      }
      let point = single[first] as number;
      let size = 1;
      if (point < 0 && double !== undefined && i + 1 < end) {
        const second = b[i + 1] as number;
        point = double[(first << 8) | second] as number;
        size = 2;
        if (point < 0 && triple !== undefined && first === 0x8f && i + 2 < end) {
          point = triple[(second << 8) | (b[i + 2] as number)] as number;
          size = 3;
        }
        if (point < 0 && quad !== undefined && i + 3 < end) {
          point = gb18030(quad, first, second, b[i + 2] as number, b[i + 3] as number);
          size = 4;
        }
      }
      if (point < 0) throw noCharacter(charset, i - start);
      writePoint(to, point);
      i += size;
    }
  };
}

/** Four-byte codes: those of the first planes by table, those from 90308130 on run through U+10000 to U+10FFFF. */
function gb18030(quad: Int32Array, a: number, b: number, c: number, d: number): number {
  if (a < 0x81 || b < 0x30 || b > 0x39 || c < 0x81 || c > 0xfe || d < 0x30 || d > 0x39) return -1;
  const place = (a - 0x81) * 12_600 + (b - 0x30) * 1_260 + (c - 0x81) * 10 + (d - 0x30);
  if (place < QUAD_CODES) return quad[place] as number;
  const point = place - 15 * 12_600 + 0x10000;
  return point >= 0x10000 && point <= 0x10ffff ? point : -1;
}

/** utf16, utf16le, ucs2 and utf32: fixed units, of which surrogates must come in pairs. */
export function unitDecoder(charset: 'utf16' | 'utf16le' | 'ucs2' | 'utf32'): CharsetDecoder {
  const size = charset === 'utf32' ? 4 : 2;
  const read = (b: Buffer, i: number): number =>
    charset === 'utf16le' ? b.readUInt16LE(i) : charset === 'utf32' ? b.readUInt32BE(i) : b.readUInt16BE(i);
  return (b, start, end, to) => {
    if ((end - start) % size !== 0) throw noCharacter(charset, end - start - ((end - start) % size));
    to.reserve((end - start) * 2);
    for (let i = start; i < end; i += size) {
      const at = i;
      let point = read(b, i);
      if (point >= 0xd800 && point < 0xdc00 && size === 2 && charset !== 'ucs2' && i + 2 < end) {
        const low = read(b, i + 2);
        if (low < 0xdc00 || low > 0xdfff) throw noCharacter(charset, at - start);
        point = 0x10000 + ((point - 0xd800) << 10) + (low - 0xdc00);
        i += 2;
      }
      if ((point >= 0xd800 && point < 0xe000) || point > 0x10ffff) throw noCharacter(charset, at - start);
      writePoint(to, point);
    }
  };
}

function noCharacter(charset: string, byte: number): RangeError {
  return new RangeError(`byte ${byte} of a text begins no character of ${charset}`);
}

function writePoint(to: AvroWriter, point: number): void {
  const b = to.bytes;
  if (point < 0x80) b[to.at++] = point;
  else if (point < 0x800) {
    b[to.at++] = 0xc0 | (point >> 6);
    b[to.at++] = 0x80 | (point & 63);
  } else if (point < 0x10000) {
    b[to.at++] = 0xe0 | (point >> 12);
    b[to.at++] = 0x80 | ((point >> 6) & 63);
    b[to.at++] = 0x80 | (point & 63);
  } else {
    b[to.at++] = 0xf0 | (point >> 18);
    b[to.at++] = 0x80 | ((point >> 12) & 63);
    b[to.at++] = 0x80 | ((point >> 6) & 63);
    b[to.at++] = 0x80 | (point & 63);
  }
}
