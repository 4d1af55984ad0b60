import { inflateRawSync, inflateSync } from 'node:zlib';
import { AvroWriter } from '../../shared/codec/avro-writer.ts';
import { at, type Cell } from './cell-codec.ts';
import type { CharsetDecoder } from './charset-decoder.ts';
import { inflateExactly } from './compressed-record.ts';
import type { EventReader } from './event-reader.ts';

/** Writes what stands in `bytes[start..end)` as Avro string or bytes. */
export type Body = (bytes: Buffer, start: number, end: number, out: AvroWriter) => void;

/** Moves over a length of `lengthBytes` and so many bytes; returns where these begin. */
function enter(input: EventReader, lengthBytes: number): number {
  const b = input.bytes;
  const p = input.at;
  let length = at(b, p);
  if (lengthBytes === 2) length |= at(b, p + 1) << 8;
  else if (lengthBytes > 2) length = b.readUIntLE(p, lengthBytes);
  const start = p + lengthBytes;
  const end = start + length;
  // NOTE a length from behind the buffer is NaN, which no comparison but this one refuses.
  if (!(end <= input.end)) throw new RangeError('a text or bytes reach over the end of the event');
  input.at = end;
  return start;
}

/** What a body makes of the bytes behind a little-endian length of `lengthBytes`. */
export function counted(lengthBytes: number, body: Body): Cell {
  return (input, out) => {
    const start = enter(input, lengthBytes);
    body(input.bytes, start, input.at, out);
  };
}

/** Bytes as they are. */
export const raw: Body = (bytes, start, end, out) => out.slice(bytes, start, end);

/** Bytes, or text in UTF-8, behind a length, copied: the server has checked such text when it was written, and every byte of it is kept. */
export function copied(lengthBytes: number): Cell {
  return (input, out) => {
    const start = enter(input, lengthBytes);
    out.slice(input.bytes, start, input.at);
  };
}

let scratch = new AvroWriter(1 << 10);
const KEPT_BYTES = 1 << 20;

/** Text of another character set, converted as its server does. */
export function converted(decode: CharsetDecoder): Body {
  return (bytes, start, end, out) => {
    scratch.at = 0;
    decode(bytes, start, end, scratch);
    out.slice(scratch.bytes, 0, scratch.at);
    if (scratch.bytes.length > KEPT_BYTES) scratch = new AvroWriter(1 << 10);
  };
}

/** What a body makes of bytes, as a string: for names and statements, not for cells. */
export function textOf(body: Body, bytes: Buffer): string {
  const out = new AvroWriter(bytes.length + 16);
  body(bytes, 0, bytes.length, out);
  let start = 0;
  while ((out.bytes[start++] as number) >= 128);
  return out.bytes.toString('utf8', start, out.at);
}

const ZLIB = 8;
const MOST_BYTES = 2 ** 30;

/** A COMPRESSED column of MariaDB: method and number of length bytes, the length big-endian, then zlib data. Source: MariaDB `sql/field_comp.cc`. */
export function compressed(body: Body): Body {
  return (bytes, start, end, out) => {
    if (start === end) {
      body(bytes, start, end, out);
      return;
    }
    const header = at(bytes, start);
    const method = header >> 4;
    if (method === 0) {
      body(bytes, start + 1, end, out);
      return;
    }
    if (method !== ZLIB) throw new RangeError(`a compressed column uses the method ${method}`);
    const lengthBytes = header & 7;
    if (lengthBytes === 0 || start + 1 + lengthBytes > end) throw new RangeError('a compressed column has no length');
    const length = bytes.readUIntBE(start + 1, Math.min(lengthBytes, 6));
    if (length > MOST_BYTES) throw new RangeError(`a compressed column says that it holds ${length} bytes`);
    const packed = bytes.subarray(start + 1 + lengthBytes, end);
    const plain = inflateExactly(packed, length, (header & 8) === 0 ? inflateSync : inflateRawSync);
    body(plain, 0, plain.length, out);
  };
}

/** BINARY(size): the log drops trailing zero bytes, the column has them. */
export function paddedBinary(lengthBytes: number, size: number): Cell {
  return (input, out) => {
    const start = enter(input, lengthBytes);
    const length = input.at - start;
    if (length > size) throw new RangeError(`a BINARY(${size}) has ${length} bytes`);
    out.reserve(size + 5);
    out.int(size);
    out.bytes.set(input.bytes.subarray(start, input.at), out.at);
    out.bytes.fill(0, out.at + length, out.at + size);
    out.at += size;
  };
}

const WINDOWS_1252 = new TextDecoder('windows-1252');
const LATIN1 = Array.from({ length: 256 }, (_, code) => Buffer.from(WINDOWS_1252.decode(Uint8Array.of(code))));

/** latin1 as MySQL has it: Windows-1252, its five unused bytes as the control characters of the same number. */
export const latin1: Body = (bytes, start, end, out) => {
  let size = 0;
  for (let i = start; i < end; i++) size += (LATIN1[at(bytes, i)] as Buffer).length;
  out.reserve(size + 5);
  out.int(size);
  for (let i = start; i < end; i++) {
    const encoded = LATIN1[at(bytes, i)] as Buffer;
    for (const byte of encoded) out.bytes[out.at++] = byte;
  }
};

/** ENUM: 1 or 2 bytes of index; 0 is the empty string that an invalid value became. */
export function enumeration(members: readonly string[], indexBytes: number): Cell {
  const texts = ['', ...members].map((member) => Buffer.from(member));
  return (input, out) => {
    const index = input.bytes.readUIntLE(input.at, indexBytes);
    input.at += indexBytes;
    const text = texts[index];
    if (text === undefined) throw new RangeError(`an ENUM of ${members.length} members has index ${index}`);
    out.slice(text, 0, text.length);
  };
}

/** SET: a bit per member, joined by commas in the order of the definition. */
export function set(members: readonly string[], bytes: number): Cell {
  return (input, out) => {
    const names: string[] = [];
    for (let i = 0; i < bytes * 8; i++) {
      if (((at(input.bytes, input.at + (i >> 3)) >> (i & 7)) & 1) === 0) continue;
      const name = members[i];
      if (name === undefined) throw new RangeError(`a SET of ${members.length} members has member ${i + 1}`);
      names.push(name);
    }
    input.at += bytes;
    out.text(names.join(','));
  };
}
