import { ReplicationError } from '../runtime/errors.ts';

const PAGE_BYTES = 256 << 10;
const KEPT_PAGES = 64;
const MAX_TEXT_BYTES = 64 << 20;

/** Pages that output is written to, used again once the database has taken what they hold. At most 16 MB are kept. */
export class PagePool {
  private readonly free: Buffer[] = [];

  take(bytes: number): Buffer {
    if (bytes > PAGE_BYTES) return Buffer.allocUnsafeSlow(bytes);
    return this.free.pop() ?? Buffer.allocUnsafeSlow(PAGE_BYTES);
  }

  give(page: Buffer): void {
    if (page.length === PAGE_BYTES && this.free.length < KEPT_PAGES) this.free.push(page);
  }
}

/** Output bytes in pages. `reserve` first, then write to `bytes` at `at` without further checks. */
export class ByteSink {
  bytes: Buffer;
  at = 0;
  private readonly pool: PagePool;
  private pages: { bytes: Buffer; length: number }[] = [];
  private closedBytes = 0;
  private reservedEnd = 0;

  constructor(pool: PagePool) {
    this.pool = pool;
    this.bytes = pool.take(0);
  }

  get length(): number {
    return this.closedBytes + this.at;
  }

  /** Makes room for `bytes` in one page. */
  reserve(bytes: number): void {
    if (this.bytes.length - this.at < bytes) this.turnPage(bytes);
    this.reservedEnd = this.at + bytes;
  }

  /** Makes room for `bytes` more than were reserved, for one who finds out while writing. */
  widen(bytes: number): void {
    this.reserve(Math.max(0, this.reservedEnd - this.at) + bytes);
  }

  private turnPage(bytes: number): void {
    this.closePage();
    if (this.bytes.length < bytes) {
      this.pool.give(this.bytes);
      this.bytes = this.pool.take(bytes);
    }
  }

  writeText(text: string): void {
    this.reserve(text.length * 3);
    this.at += this.bytes.write(text, this.at, 'utf8');
  }

  private closePage(): void {
    if (this.at === 0) return;
    this.pages.push({ bytes: this.bytes, length: this.at });
    this.closedBytes += this.at;
    this.bytes = this.pool.take(0);
    this.at = 0;
  }

  /** What has been written, in order. */
  chunks(): Buffer[] {
    const written = this.pages.map(({ bytes, length }) => bytes.subarray(0, length));
    if (this.at > 0) written.push(this.bytes.subarray(0, this.at));
    return written;
  }

  /** As one text. Errors: RECORD_TOO_LARGE. */
  text(): string {
    if (this.length > MAX_TEXT_BYTES) throw tooLarge(this.length);
    return this.chunks()
      .map((chunk) => chunk.toString('utf8'))
      .join('');
  }

  /** Gives the pages back; the sink must not be used after. */
  release(): void {
    for (const { bytes } of this.pages) this.pool.give(bytes);
    this.pool.give(this.bytes);
    this.pages = [];
  }
}

function tooLarge(bytes: number): ReplicationError {
  const mb = (size: number): number => Math.round(size / (1 << 20));
  return new ReplicationError(
    'RECORD_TOO_LARGE',
    `a row makes a statement of ${mb(bytes)} MB, and one of ${mb(MAX_TEXT_BYTES)} MB is the largest that is sent`,
    'SET GLOBAL local_infile = ON at the target: then large rows are streamed, where the table has no unique key but the primary one, no trigger and no foreign key; or leave the large column out of the mapping',
  );
}
