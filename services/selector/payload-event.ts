import { createZstdDecompress, zstdDecompressSync } from 'node:zlib';
import type { EventReader } from './event-reader.ts';
import { HEADER } from './event-types.ts';

/** A compressed transaction: the events of it behind one another, without checksums. */
export type Payload = { readonly compressed: boolean; readonly bytes: Buffer; readonly plainBytes: number };

const Field = { END: 0, SIZE: 1, COMPRESSION: 2, PLAIN_SIZE: 3 } as const;
const ZSTD = 0;
const NONE = 255;
/** Up to here a payload is unpacked at once; above, piece by piece, so that memory does not grow with the transaction. */
const AT_ONCE_BYTES = 1 << 20;
const PIECE_BYTES = 1 << 20;
const LARGEST_EVENT = 2 ** 30 + 2 ** 20;

/** The body of a TRANSACTION_PAYLOAD event. Source: MySQL `libs/mysql/binlog/event/codecs/binary.cpp`. Errors: RangeError. */
export function readPayload(body: EventReader): Payload {
  let size = 0;
  let plainBytes = 0;
  let compression = NONE;
  for (let field = body.lenenc(); field !== Field.END; field = body.lenenc()) {
    const end = body.lenenc() + body.at;
    if (field === Field.SIZE) size = body.lenenc();
    else if (field === Field.COMPRESSION) compression = body.lenenc();
    else if (field === Field.PLAIN_SIZE) plainBytes = body.lenenc();
    body.at = end;
  }
  if (compression !== ZSTD && compression !== NONE) throw new RangeError(`the compression ${compression} is not known`);
  return { compressed: compression === ZSTD, bytes: body.slice(size), plainBytes };
}

/** The events of a payload, one by one, each with its header. A view of bytes that are reused. Errors: RangeError for a payload that is damaged. */
export async function* payloadEvents(payload: Payload): AsyncGenerator<Buffer> {
  const framer = new Framer();
  for await (const piece of pieces(payload)) yield* framer.push(piece);
  framer.end();
}

async function* pieces({ compressed, bytes, plainBytes }: Payload): AsyncGenerator<Buffer> {
  if (!compressed) {
    yield bytes;
    return;
  }
  try {
    if (plainBytes <= AT_ONCE_BYTES) {
      yield zstdDecompressSync(bytes, { maxOutputLength: Math.max(plainBytes, 1) });
      return;
    }
    const stream = createZstdDecompress({ chunkSize: PIECE_BYTES });
    stream.end(bytes);
    for await (const piece of stream) yield piece as Buffer;
  } catch (error) {
    if (
      error instanceof Error &&
      'code' in error &&
      /^(Z_|ZSTD|ERR_ZSTD|ERR_BUFFER_TOO_LARGE)/.test(String(error.code))
    ) {
      throw new RangeError(`its payload cannot be unpacked (${error.message})`);
    }
    throw error;
  }
}

/** Cuts a stream of bytes into events by the lengths in their headers. */
class Framer {
  private waiting: Buffer[] = [];
  private waitingBytes = 0;
  private wantedBytes = HEADER;

  *push(piece: Buffer): Generator<Buffer> {
    this.waiting.push(piece);
    this.waitingBytes += piece.length;
    if (this.waitingBytes < this.wantedBytes) return;
    const bytes = this.waiting.length === 1 ? piece : Buffer.concat(this.waiting, this.waitingBytes);
    let at = 0;
    this.wantedBytes = HEADER;
    while (bytes.length - at >= HEADER) {
      const length = bytes.readUInt32LE(at + 9);
      if (length < HEADER || length > LARGEST_EVENT)
        throw new RangeError(`an event inside says that it has ${length} bytes`);
      if (bytes.length - at < length) {
        this.wantedBytes = length;
        break;
      }
      yield bytes.subarray(at, at + length);
      at += length;
    }
    const rest = bytes.subarray(at);
    this.waiting = rest.length > 0 ? [rest] : [];
    this.waitingBytes = rest.length;
  }

  end(): void {
    if (this.waitingBytes > 0) throw new RangeError('its payload ends inside an event');
  }
}
