import type { AvroWriter } from './avro-writer.ts';

/**
 * Record keys: `["schema","table",key values…]` as JSON text. Numbers as they are, text as JSON strings, bytes as hex strings.
 * A key value is taken from the Avro bytes of its cell, so there is one writer per Avro type.
 */
export class KeyWriter {
  bytes: Buffer = Buffer.allocUnsafe(1 << 12);
  length = 0;

  begin(prefix: Buffer): void {
    this.reserve(prefix.length);
    prefix.copy(this.bytes, 0);
    this.length = prefix.length;
  }

  /** Appends the cell that stands at `at` of the Avro bytes. */
  cell(avro: string, from: AvroWriter, at: number): void {
    this.reserve(32);
    this.bytes[this.length++] = 44;
    const b = from.bytes;
    if (avro === 'int' || avro === 'long') this.integer(b, at);
    else if (avro === 'float') this.plain(String(b.readFloatLE(at)));
    else if (avro === 'double') this.plain(String(b.readDoubleLE(at)));
    else this.counted(avro === 'bytes', b, at);
  }

  end(): void {
    this.reserve(1);
    this.bytes[this.length++] = 93;
  }

  private integer(b: Buffer, at: number): void {
    let n = 0;
    let scale = 1;
    let i = at;
    for (; (b[i] as number) >= 128; i++) {
      n += ((b[i] as number) & 127) * scale;
      scale *= 128;
    }
    n += (b[i] as number) * scale;
    if (i - at >= 7) this.plain(bigInteger(b, at).toString());
    else this.digits(n % 2 === 0 ? n / 2 : -(n + 1) / 2);
  }

  private digits(n: number): void {
    if (n < 0) {
      this.bytes[this.length++] = 45;
      n = -n;
    }
    let count = 1;
    for (let limit = 10; n >= limit; limit *= 10) count++;
    for (let i = this.length + count - 1; i >= this.length; i--) {
      this.bytes[i] = 48 + (n % 10);
      n = Math.floor(n / 10);
    }
    this.length += count;
  }

  private counted(binary: boolean, b: Buffer, at: number): void {
    let length = 0;
    let shift = 0;
    let i = at;
    for (; (b[i] as number) >= 128; i++) {
      length |= ((b[i] as number) & 127) << shift;
      shift += 7;
    }
    length = (length | ((b[i] as number) << shift)) >>> 1;
    const start = i + 1;
    if (binary) this.plain(`"${b.toString('hex', start, start + length)}"`);
    else this.jsonText(b, start, length);
  }

  private jsonText(b: Buffer, start: number, length: number): void {
    this.reserve(length + 2);
    const mark = this.length;
    this.bytes[this.length++] = 34;
    for (let p = start; p < start + length; p++) {
      const byte = b[p] as number;
      if (byte < 32 || byte === 34 || byte === 92 || byte === 127) {
        this.length = mark;
        this.plain(JSON.stringify(b.toString('utf8', start, start + length)));
        return;
      }
      this.bytes[this.length++] = byte;
    }
    this.bytes[this.length++] = 34;
  }

  private plain(text: string): void {
    const bytes = Buffer.byteLength(text);
    this.reserve(bytes);
    this.length += this.bytes.write(text, this.length);
  }

  private reserve(more: number): void {
    if (this.length + more + 2 <= this.bytes.length) return;
    const grown = Buffer.allocUnsafe((this.length + more) * 2);
    this.bytes.copy(grown, 0, 0, this.length);
    this.bytes = grown;
  }
}

function bigInteger(b: Buffer, at: number): bigint {
  let n = 0n;
  let shift = 0n;
  let i = at;
  for (; (b[i] as number) >= 128; i++) {
    n |= BigInt((b[i] as number) & 127) << shift;
    shift += 7n;
  }
  n |= BigInt(b[i] as number) << shift;
  return (n >> 1n) ^ -(n & 1n);
}
