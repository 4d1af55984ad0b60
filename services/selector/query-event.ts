import { unpackRecord } from './compressed-record.ts';
import { EventReader } from './event-reader.ts';

/** A QUERY event: the statement as its session sent it, and what of the session's settings its meaning depends on. */
export type QueryEvent = {
  /** Default schema of the session. */
  readonly schema: string;
  /** In the character set of the client. A view of the event's bytes. */
  readonly text: Buffer;
  /** Collation id of character_set_client; 0 where the log does not tell. */
  readonly clientCollation: number;
  /** Bits of sql_mode; 0 where the log does not tell. */
  readonly sqlMode: bigint;
  /** As the session had it set; empty where the log does not tell. */
  readonly timeZone: string;
  readonly foreignKeyChecks: boolean;
};

/** Status variables that stand before those that we want, with their sizes; the others come behind. */
const Status = {
  FLAGS2: 0,
  SQL_MODE: 1,
  CATALOG: 2,
  AUTO_INCREMENT: 3,
  CHARSET: 4,
  TIME_ZONE: 5,
  CATALOG_NZ: 6,
  LC_TIME_NAMES: 7,
  CHARSET_DATABASE: 8,
} as const;
const NO_FOREIGN_KEY_CHECKS = 1 << 26;

/** Source: MySQL `libs/mysql/binlog/event/statement_events.h`, Query_event; MariaDB `sql/log_event.h`. Errors: RangeError. */
export function readQuery(body: EventReader): QueryEvent {
  body.skip(8);
  const schemaLength = body.u8();
  body.skip(2);
  const statusEnd = body.uint(2) + body.at;
  const status = readStatus(body, Math.min(statusEnd, body.end));
  body.at = statusEnd;
  const schema = body.text(schemaLength);
  body.skip(1);
  return { schema, text: body.slice(body.left), ...status };
}

/** The same with its text compressed, as MariaDB's log_bin_compress has it. */
export function readCompressedQuery(body: EventReader): QueryEvent {
  const { text, ...query } = readQuery(body);
  return { ...query, text: unpackRecord(new EventReader().open(text, 0, text.length)) };
}

function readStatus(body: EventReader, end: number): Omit<QueryEvent, 'schema' | 'text'> {
  let clientCollation = 0;
  let sqlMode = 0n;
  let timeZone = '';
  let foreignKeyChecks = true;
  while (body.at < end) {
    switch (body.u8()) {
      case Status.FLAGS2:
        foreignKeyChecks = (body.uint(4) & NO_FOREIGN_KEY_CHECKS) === 0;
        break;
      case Status.SQL_MODE:
        sqlMode = body.u64();
        break;
      case Status.CATALOG:
        body.skip(body.u8() + 1);
        break;
      case Status.CATALOG_NZ:
        body.skip(body.u8());
        break;
      case Status.AUTO_INCREMENT:
        body.skip(4);
        break;
      case Status.CHARSET:
        clientCollation = body.uint(2);
        body.skip(4);
        break;
      case Status.TIME_ZONE:
        timeZone = body.text(body.u8());
        break;
      case Status.LC_TIME_NAMES:
      case Status.CHARSET_DATABASE:
        body.skip(2);
        break;
      default:
        body.at = end;
    }
  }
  return { clientCollation, sqlMode, timeZone, foreignKeyChecks };
}
