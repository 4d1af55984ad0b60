import { at, type Cell } from './cell-codec.ts';

/** Bytes behind a little-endian length of `lengthBytes`; text in UTF-8 or ASCII, or bytes. */
export function counted(lengthBytes: number): Cell {
  return (input, out) => {
    const length = input.bytes.readUIntLE(input.at, lengthBytes);
    const start = input.at + lengthBytes;
    input.at = start + length;
    out.slice(input.bytes, start, Math.min(input.at, input.end));
  };
}

export const countedShort: Cell = (input, out) => {
  const start = input.at + 1;
  input.at = start + at(input.bytes, input.at);
  out.slice(input.bytes, start, Math.min(input.at, input.end));
};

/** BINARY(size): the log drops trailing zero bytes, the column has them. */
export function paddedBinary(lengthBytes: number, size: number): Cell {
  return (input, out) => {
    const length = input.bytes.readUIntLE(input.at, lengthBytes);
    const start = input.at + lengthBytes;
    input.at = start + length;
    out.reserve(size + 5);
    out.int(Math.max(size, length));
    out.bytes.set(input.bytes.subarray(start, input.at), out.at);
    out.bytes.fill(0, out.at + length, out.at + Math.max(size, length));
    out.at += Math.max(size, length);
  };
}

/** latin1 as MySQL has it: Windows-1252, its five unused bytes as the control characters of the same number. */
export function latin1(lengthBytes: number): Cell {
  return (input, out) => {
    const length = input.bytes.readUIntLE(input.at, lengthBytes);
    const start = input.at + lengthBytes;
    input.at = start + length;
    let size = 0;
    for (let i = start; i < input.at; i++) size += (LATIN1[at(input.bytes, i)] as Buffer).length;
    out.reserve(size + 5);
    out.int(size);
    for (let i = start; i < input.at; i++) {
      const encoded = LATIN1[at(input.bytes, i)] as Buffer;
      for (const byte of encoded) out.bytes[out.at++] = byte;
    }
  };
}
const WINDOWS_1252 = new TextDecoder('windows-1252');
const LATIN1 = Array.from({ length: 256 }, (_, code) => Buffer.from(WINDOWS_1252.decode(Uint8Array.of(code))));

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
      if (((at(input.bytes, input.at + (i >> 3)) >> (i & 7)) & 1) === 1) names.push(members[i] ?? '');
    }
    input.at += bytes;
    out.text(names.join(','));
  };
}
