import { inflateSync } from 'node:zlib';
import type { EventReader } from './event-reader.ts';

const COMPRESSED = 0x80;
const MOST_BYTES = 2 ** 30;

/**
 * What a compressed event of MariaDB (log_bin_compress) holds from `event.at` on, unpacked: a byte that tells the size of the length, the length
 * big-endian, zlib data. Source: MariaDB `sql/log_event.cc`, binlog_buf_uncompress. Errors: RangeError.
 */
export function unpackRecord(event: EventReader): Buffer {
  const header = event.u8();
  const lengthBytes = header & 7;
  if ((header & 0xf8) !== COMPRESSED || lengthBytes === 0 || lengthBytes > 4) {
    throw new RangeError(`compressed data begins with ${header}`);
  }
  const length = event.slice(lengthBytes).readUIntBE(0, lengthBytes);
  if (length > MOST_BYTES) throw new RangeError(`compressed data says that it holds ${length} bytes`);
  return inflateExactly(event.slice(event.left), length);
}

/** zlib data that must give exactly `length` bytes. */
export function inflateExactly(packed: Buffer, length: number, inflate: typeof inflateSync = inflateSync): Buffer {
  try {
    const plain = inflate(packed, { maxOutputLength: Math.max(1, length) });
    if (plain.length === length) return plain;
  } catch {
    // NOTE every failure of zlib means the same here: these bytes are not what the server wrote.
  }
  throw new RangeError('compressed data cannot be unpacked to the length that it names');
}
