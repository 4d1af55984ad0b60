const NOTHING = new Uint8Array(0);

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

  /**
   * Appends a record whose value is `head` followed by `body` (null: a tombstone); all bytes are copied.
   * Returns where the value begins, for `patch`; it stays right until `reset`.
   */
  append(
    key: Uint8Array,
    keyLength: number,
    head: Uint8Array | null,
    headLength: number,
    body: Uint8Array = NOTHING,
    bodyLength = 0,
  ): number {
    const valueLength = head === null ? -1 : headLength + bodyLength;
    const offsetDelta = this.records;
    const keyAndValue = varintLength(keyLength) + keyLength + varintLength(valueLength) + Math.max(valueLength, 0);
    const bodyBytes = 2 + varintLength(offsetDelta) + keyAndValue + 1;
    this.reserve(bodyBytes + 5);
    this.varint(bodyBytes);
    const b = this.bytes;
    b[this.end++] = 0;
    b[this.end++] = 0;
    this.varint(offsetDelta);
    this.varint(keyLength);
    this.copy(key, keyLength);
    this.varint(valueLength);
    const valueAt = this.end;
    if (head !== null) this.copy(head, headLength);
    this.copy(body, bodyLength);
    b[this.end++] = 0;
    this.records++;
    return valueAt;
  }

  /** Overwrites one byte of a value that was appended since the last `reset`. */
  patch(at: number, byte: number): void {
    this.bytes[at] = byte;
  }

  /** A view of the written bytes; valid until the next `reset`. */
  view(): Buffer {
    return this.bytes.subarray(0, this.end);
  }

  reset(): void {
    this.end = 0;
    this.records = 0;
  }

  private copy(from: Uint8Array, length: number): void {
    const b = this.bytes;
    if (length < 48) {
      let to = this.end;
      for (let i = 0; i < length; i++) b[to++] = from[i] as number;
    } else {
      b.set(from.subarray(0, length), this.end);
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
