/** A place in bytes that are read; moved by whoever reads. */
export type Source = { bytes: Buffer; at: number };

/** Reading of Avro's primitive encodings straight from bytes. Indices past the end read as 0; the caller checks the end of the record. */

/** An Avro int or long below 2^52 in size (its zigzag form takes one bit more); microseconds since 1970 reach that in the year 2112. */
export function readInteger(from: Source): number {
  const { bytes } = from;
  let at = from.at;
  let byte = bytes[at++] as number;
  let raw = byte & 127;
  for (let scale = 128; byte >= 128; scale *= 128) {
    byte = bytes[at++] as number;
    raw += (byte & 127) * scale;
  }
  from.at = at;
  return raw % 2 === 0 ? raw / 2 : -(raw + 1) / 2;
}

/** An Avro long of the full 64 bits. */
export function readBigInteger(from: Source): bigint {
  const { bytes } = from;
  let at = from.at;
  let raw = 0n;
  let shift = 0n;
  let byte: number;
  do {
    byte = bytes[at++] as number;
    raw |= BigInt(byte & 127) << shift;
    shift += 7n;
  } while (byte >= 128);
  from.at = at;
  return (raw >> 1n) ^ -(raw & 1n);
}

/** Length of an Avro string or bytes that follows; lengths are below 2^30. */
export function readLength(from: Source): number {
  const { bytes } = from;
  let byte = bytes[from.at++] as number;
  if (byte < 128) return byte >>> 1;
  let raw = byte & 127;
  for (let shift = 7; byte >= 128; shift += 7) {
    byte = bytes[from.at++] as number;
    raw |= (byte & 127) << shift;
  }
  return raw >>> 1;
}

export function skipInteger(from: Source): void {
  const { bytes } = from;
  while ((bytes[from.at++] as number) >= 128);
}

export function skipLengthPrefixed(from: Source): void {
  const length = readLength(from);
  from.at += length;
}

export function skipFloat(from: Source): void {
  from.at += 4;
}

export function skipDouble(from: Source): void {
  from.at += 8;
}

export function readText(from: Source): string {
  const length = readLength(from);
  const text = from.bytes.toString('utf8', from.at, from.at + length);
  from.at += length;
  return text;
}
