/** Bytes in Avro's binary encoding, appended to one growing buffer. Source: Avro 1.12 specification, "Binary encoding". */
export class AvroWriter {
  bytes: Buffer;
  at = 0;

  constructor(initialBytes = 1 << 16) {
    this.bytes = Buffer.allocUnsafe(initialBytes);
  }

  /** Makes room for `more` bytes; every caller asks once for all that it writes next. */
  reserve(more: number): void {
    if (this.at + more <= this.bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.bytes.length * 2, this.at + more));
    this.bytes.copy(grown, 0, 0, this.at);
    this.bytes = grown;
  }

  /** int or long of 32 bits. At most 5 bytes. */
  int(n: number): void {
    const b = this.bytes;
    let v = ((n << 1) ^ (n >> 31)) >>> 0;
    while (v >= 128) {
      b[this.at++] = (v & 127) | 128;
      v >>>= 7;
    }
    b[this.at++] = v;
  }

  /** long of magnitude below 2^52. At most 8 bytes. */
  long(n: number): void {
    if (n >= -1073741824 && n <= 1073741823) {
      this.int(n);
      return;
    }
    const b = this.bytes;
    let v = n >= 0 ? n * 2 : -n * 2 - 1;
    while (v >= 128) {
      b[this.at++] = (v % 128) | 128;
      v = Math.floor(v / 128);
    }
    b[this.at++] = v;
  }

  /** long of 64 bits. At most 10 bytes. */
  bigLong(n: bigint): void {
    const b = this.bytes;
    let v = BigInt.asUintN(64, (n << 1n) ^ (n >> 63n));
    while (v >= 128n) {
      b[this.at++] = Number(v & 127n) | 128;
      v >>= 7n;
    }
    b[this.at++] = Number(v);
  }

  boolean(value: boolean): void {
    this.bytes[this.at++] = value ? 1 : 0;
  }

  /** string or bytes: length, then the bytes as they are. */
  slice(from: Uint8Array, start: number, end: number): void {
    const length = end - start;
    this.reserve(length + 5);
    this.int(length);
    const b = this.bytes;
    if (length < 48) {
      let to = this.at;
      for (let i = start; i < end; i++) b[to++] = from[i] as number;
    } else {
      b.set(from.subarray(start, end), this.at);
    }
    this.at += length;
  }

  /** Bytes that are encoded already. */
  raw(from: Uint8Array, length: number): void {
    this.reserve(length);
    this.bytes.set(from.subarray(0, length), this.at);
    this.at += length;
  }

  text(value: string): void {
    const bytes = Buffer.from(value);
    this.slice(bytes, 0, bytes.length);
  }
}
