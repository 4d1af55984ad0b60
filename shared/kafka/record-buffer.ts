/**
 * Records of one batch, already in Kafka's record format v2 (varint length, attributes, deltas, key, value, no headers).
 * Source: Kafka protocol, "Record Batch".
 */
export class RecordBuffer {
  private bytes: Buffer;
  private end = 0;
  private records = 0;

  constructor(initialBytes = 1 << 18) {
    this.bytes = Buffer.allocUnsafe(initialBytes);
  }

  get count(): number {
    return this.records;
  }

  get size(): number {
    return this.end;
  }

  /** Appends a record; key and value are copied. Resolves nothing, keeps nothing. */
  append(key: Uint8Array, keyLength: number, value: Uint8Array | null, valueStart: number, valueEnd: number): void {
    const valueLength = value === null ? -1 : valueEnd - valueStart;
    const offsetDelta = this.records;
    const bodyLength =
      2 +
      varintLength(offsetDelta) +
      varintLength(keyLength) +
      keyLength +
      varintLength(valueLength) +
      Math.max(valueLength, 0) +
      1;
    this.reserve(bodyLength + 5);
    this.varint(bodyLength);
    const b = this.bytes;
    b[this.end++] = 0;
    b[this.end++] = 0;
    this.varint(offsetDelta);
    this.varint(keyLength);
    this.copy(key, 0, keyLength);
    this.varint(valueLength);
    if (value !== null) this.copy(value, valueStart, valueEnd);
    b[this.end++] = 0;
    this.records++;
  }

  /** A view of the written bytes; valid until the next `reset`. */
  view(): Buffer {
    return this.bytes.subarray(0, this.end);
  }

  reset(): void {
    this.end = 0;
    this.records = 0;
  }

  private copy(from: Uint8Array, start: number, end: number): void {
    const b = this.bytes;
    const length = end - start;
    if (length < 48) {
      let to = this.end;
      for (let i = start; i < end; i++) b[to++] = from[i] as number;
    } else {
      b.set(from.subarray(start, end), this.end);
    }
    this.end += length;
  }

  private reserve(more: number): void {
    if (this.end + more <= this.bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.bytes.length * 2, this.end + more));
    this.bytes.copy(grown, 0, 0, this.end);
    this.bytes = grown;
  }

  private varint(n: number): void {
    let v = ((n << 1) ^ (n >> 31)) >>> 0;
    while (v >= 128) {
      this.bytes[this.end++] = (v & 127) | 128;
      v >>>= 7;
    }
    this.bytes[this.end++] = v;
  }
}

function varintLength(n: number): number {
  let v = ((n << 1) ^ (n >> 31)) >>> 0;
  let length = 1;
  while (v >= 128) {
    length++;
    v >>>= 7;
  }
  return length;
}
