import { randomInt, randomUUID } from 'node:crypto';
import ZongJi from '@vlasky/zongji';
import type { MysqlAddress } from '../../shared/mysql/connection.ts';
import { mysqlError } from '../../shared/mysql/connection.ts';
import { asReplicationError, ReplicationError } from '../../shared/runtime/errors.ts';

/** Where the dump begins: behind a GTID set, or at the head of a log file. */
export type DumpStart = { readonly gtidSet: string } | { readonly file: string };

export type EventSink = {
  /** Takes one event, `bytes[at..end)` with its header at `at`; the bytes are reused after the call. A promise holds the stream until it settles. */
  take(bytes: Buffer, at: number, end: number): Promise<void> | undefined;
  /** Told before the first event whether events end with a checksum. */
  expectChecksum(enabled: boolean): void;
};

/** What a reader tells about itself while it reads. */
export type StreamProgress = {
  /** Events that the server has sent. */
  events: number;
  /** The stream waits for the sink. */
  isHeld: boolean;
};

const SILENCE_MS = 20_000;
const HEARTBEAT_NS = 1_000_000_000;

type Packet = {
  buffer: Buffer;
  offset: number;
  end: number;
  isEOF(): boolean;
  isError(): boolean;
  asError(encoding: string): Error;
};
type BinlogCommand = new (callback: unknown) => { start(packet: Packet, connection: unknown): unknown };
type Internals = {
  useChecksum: boolean;
  BinlogClass: BinlogCommand;
  connection: { pause(): void; resume(): void; query(sql: string, done: (error: Error | null) => void): void } | null;
};

/**
 * Reads a server's binary log with zongji's connection and framing; the events go to the sink as bytes.
 * Every error of zongji ends the stream: it would drop the event and go on. Resolves when the signal ends it.
 * Errors: SOURCE_UNREACHABLE, SOURCE_ACCESS_DENIED, SOURCE_LOG_PURGED, SOURCE_STREAM_BROKEN, and what the sink throws.
 */
export async function readBinlog(
  address: MysqlAddress,
  start: DumpStart,
  sink: EventSink,
  signal: AbortSignal,
  progress: StreamProgress = { events: 0, isHeld: false },
): Promise<void> {
  if (signal.aborted) return;
  const { host, port, user, password, ssl } = address;
  const zongji = new ZongJi({ host, port, user, password, ...(ssl === undefined ? {} : { ssl }) });
  const internals = zongji as unknown as Internals;
  let watchdog: NodeJS.Timeout | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      const stream = new Stream(internals, progress, reject);
      const end = (): void => {
        stream.close();
        resolve();
      };
      signal.addEventListener('abort', end, { once: true });
      zongji.on('error', (error: Error) => reject(dumpError(error, address)));
      zongji.on('ready', () => {
        internals.connection?.query(sessionSettings(), (error) => error && reject(dumpError(error, address)));
        sink.expectChecksum(internals.useChecksum);
        internals.BinlogClass = rawEvents(internals.BinlogClass, stream, sink, (error) =>
          reject(dumpError(error, address)),
        );
      });
      watchdog = setInterval(() => {
        if (stream.silentMs() > SILENCE_MS) reject(silent(address));
      }, 1_000);
      zongji.start({
        serverId: randomInt(1 << 24, 2 ** 32 - 1),
        ...('gtidSet' in start ? { gtidSet: start.gtidSet } : { filename: start.file, position: 4 }),
      } as never);
    });
  } finally {
    clearInterval(watchdog);
    zongji.stop();
  }
}

/**
 * Heartbeats tell silence from a dead link; the write time-out lets us hold the stream for an hour; the UUID names us in SHOW REPLICAS.
 * Strict: a MariaDB whose log begins behind the start, as that of a restored backup does, refuses instead of beginning with what it has.
 */
function sessionSettings(): string {
  return `SET @source_heartbeat_period=${HEARTBEAT_NS}, @master_heartbeat_period=${HEARTBEAT_NS}, @slave_uuid='${randomUUID()}', @replica_uuid=@slave_uuid, @slave_gtid_strict_mode=1, SESSION net_write_timeout=3600`;
}

class Stream {
  private holds = 0;
  private isClosed = false;
  private lastEventAt = Date.now();
  private readonly internals: Internals;
  private readonly progress: StreamProgress;
  private readonly fail: (error: unknown) => void;

  constructor(internals: Internals, progress: StreamProgress, fail: (error: unknown) => void) {
    this.internals = internals;
    this.progress = progress;
    this.fail = fail;
  }

  /** NOTE what was received already would still come: an event behind one that was left out would move the position over it. */
  close(): void {
    this.isClosed = true;
  }

  hold(): void {
    this.progress.isHeld = true;
    if (this.holds++ === 0) this.internals.connection?.pause();
  }

  release(): void {
    if (--this.holds > 0 || this.isClosed) return;
    this.progress.isHeld = false;
    this.lastEventAt = Date.now();
    this.internals.connection?.resume();
  }

  deliver(sink: EventSink, packet: Packet): void {
    if (this.isClosed) return;
    this.lastEventAt = Date.now();
    this.progress.events++;
    try {
      const wait = sink.take(packet.buffer, packet.offset + 1, packet.end);
      if (wait === undefined) return;
      this.hold();
      wait.then(
        () => this.release(),
        (error) => this.end(error),
      );
    } catch (error) {
      this.hold();
      this.end(error);
    }
  }

  private end(error: unknown): void {
    this.close();
    this.fail(error);
  }

  silentMs(): number {
    return this.holds > 0 ? 0 : Date.now() - this.lastEventAt;
  }
}

/** zongji's dump command with a packet handler of our own: nothing is parsed, filtered or dropped by it. */
function rawEvents(base: BinlogCommand, stream: Stream, sink: EventSink, fail: (error: Error) => void): BinlogCommand {
  return class extends base {
    override start(packet: Packet, connection: unknown): unknown {
      super.start(packet, connection);
      return this.feed;
    }

    private readonly feed = (packet: Packet): unknown => {
      if (packet.isError()) fail(packet.asError('utf8'));
      else if (packet.isEOF()) fail(new Error('the server ended the dump'));
      else stream.deliver(sink, packet);
      return this.feed;
    };
  };
}

const PURGED = 1236;

function dumpError(error: Error, address: MysqlAddress): ReplicationError {
  if (error instanceof ReplicationError) return error;
  const number = 'errno' in error ? error.errno : undefined;
  const code = 'code' in error ? String(error.code) : '';
  const place = `database ${address.name} at ${address.host}:${address.port}`;
  if (number === PURGED || code === 'ER_MASTER_FATAL_ERROR_READING_BINLOG') {
    return new ReplicationError(
      'SOURCE_LOG_PURGED',
      `${place} no longer has the log that is needed next: ${error.message}`,
      'the rows in between cannot be read any more: copy the tables again, then start from a position the server has',
      error,
    );
  }
  if (/ECONN|PROTOCOL|ETIMEDOUT|EPIPE|EHOSTUNREACH|ENOTFOUND|ER_ACCESS_DENIED/.test(code))
    return mysqlError(error, 'SOURCE', address);
  if (error instanceof RangeError) return asReplicationError(error);
  return new ReplicationError(
    'SOURCE_STREAM_BROKEN',
    `the log stream of ${place} broke: ${error.message}`,
    'the selector connects again from its last position by itself',
    error,
  );
}

function silent(address: MysqlAddress): ReplicationError {
  return new ReplicationError(
    'SOURCE_STREAM_BROKEN',
    `database ${address.name} at ${address.host}:${address.port} sent neither an event nor a heartbeat for ${SILENCE_MS / 1000} s`,
    'the selector connects again from its last position by itself',
  );
}
