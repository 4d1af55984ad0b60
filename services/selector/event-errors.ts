import { ReplicationError } from '../../shared/runtime/errors.ts';
import type { EventHeader } from './event-header.ts';
import { Event, eventName, HEADER } from './event-types.ts';
import { logReset } from './log-reset.ts';
import type { LogTail } from './log-tail.ts';

const ADVICE: Record<number, string> = {
  [Event.PARTIAL_UPDATE_ROWS]: "it holds partial JSON; SET GLOBAL binlog_row_value_options = ''",
  [Event.INCIDENT]: 'the server says that its log is incomplete here',
  [Event.MARIADB_START_ENCRYPTION]: 'the log is encrypted and the server did not decrypt it',
};

/** Errors about events of one source's log, each with the place of its event. */
export class EventErrors {
  private readonly source: string;
  private readonly log: LogTail;

  constructor(source: string, log: LogTail) {
    this.source = source;
    this.log = log;
  }

  place(header: EventHeader): string {
    return `${this.log.file}:${header.start} of source ${this.source}`;
  }

  /** An error of decoding or of the table with the event's place; any other as it is. */
  placed(error: unknown, header: EventHeader): unknown {
    const place = this.place(header);
    if (error instanceof RangeError) {
      return new ReplicationError(
        'SOURCE_EVENT_UNSUPPORTED',
        `the ${eventName(header.type)} event at ${place} cannot be decoded: ${error.message}`,
        'check the log with mysqlbinlog --verify-binlog-checksum; nothing was stepped over',
        error,
      );
    }
    const isOurs =
      error instanceof ReplicationError &&
      (error.code === 'SOURCE_EVENT_UNSUPPORTED' || error.code === 'SOURCE_TYPE_UNSUPPORTED');
    if (!isOurs || error.message.includes(place)) return error;
    return new ReplicationError(error.code, `${error.message}, at ${place}`, error.remedy, error);
  }

  tooShort(length: number): ReplicationError {
    return new ReplicationError(
      'SOURCE_STREAM_BROKEN',
      `the source ${this.source} sent ${length} bytes where an event header has ${HEADER}`,
      'the selector connects again from its last position by itself',
    );
  }

  unsupported(header: EventHeader, why: string): ReplicationError {
    return new ReplicationError(
      'SOURCE_EVENT_UNSUPPORTED',
      `the ${eventName(header.type)} event at ${this.place(header)} cannot be replicated: ${why}`,
      'nothing was stepped over; after mending the cause, move the source behind this transaction and copy the tables it touches',
    );
  }

  /** A transaction that was read already comes once more. */
  begunAnew(header: EventHeader, gtid: string): ReplicationError {
    const evidence = `${gtid} was read already and is written again at ${this.place(header)}`;
    return logReset(`source ${this.source}`, evidence);
  }

  /** A kind of event that nothing here reads. */
  notCovered(header: EventHeader): ReplicationError {
    return this.unsupported(header, ADVICE[header.type] ?? 'this kind of event is not covered');
  }
}
