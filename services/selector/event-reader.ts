/** Reads little-endian fields of one binlog event. A read past `end` throws: the event is not what its header says. */
export class EventReader {
  bytes: Buffer = Buffer.alloc(0);
  at = 0;
  end = 0;

  open(bytes: Buffer, at: number, end: number): this {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
    return this;
  }

  get left(): number {
    return this.end - this.at;
  }

  skip(count: number): void {
    this.need(count);
    this.at += count;
  }

  u8(): number {
    this.need(1);
    return this.bytes[this.at++] as number;
  }

  uint(size: number): number {
    this.need(size);
    const n = this.bytes.readUIntLE(this.at, size);
    this.at += size;
    return n;
  }

  u64(): bigint {
    this.need(8);
    const n = this.bytes.readBigUInt64LE(this.at);
    this.at += 8;
    return n;
  }

  /** Length-encoded integer. */
  lenenc(): number {
    const first = this.u8();
    if (first < 251) return first;
    if (first === 252) return this.uint(2);
    if (first === 253) return this.uint(3);
    if (first === 254) return Number(this.u64());
    throw new RangeError(`a length begins with ${first}`);
  }

  slice(length: number): Buffer {
    this.need(length);
    const part = this.bytes.subarray(this.at, this.at + length);
    this.at += length;
    return part;
  }

  text(length: number): string {
    return this.slice(length).toString('utf8');
  }

  private need(count: number): void {
    if (count < 0 || this.at + count > this.end) {
      throw new RangeError(`${count} bytes wanted where ${this.end - this.at} are left`);
    }
  }
}
