import type { EventReader } from './event-reader.ts';

export type GtidEvent = {
  /** `uuid:n`, `domain-server-sequence`, or empty for an anonymous transaction. */
  readonly gtid: string;
  /** Commit time at the server that wrote this log, µs. */
  readonly committed: number;
  /** Whether the one statement behind it is all of it, without COMMIT; undefined where the log does not tell. */
  readonly standalone: boolean | undefined;
  /** MariaDB: the xid of a transaction that ends with XA PREPARE, as `XA COMMIT` will write it. */
  readonly preparedXid?: string;
};

const LOGICAL_CLOCK = 2;
const MARIADB_STANDALONE = 1;
const MARIADB_GROUP_COMMIT = 2;
const MARIADB_PREPARED_XA = 64;

/** GTID and ANONYMOUS_GTID. Source: MySQL `libs/mysql/binlog/event/control_events.h`, Gtid_event. */
export function readGtid(event: EventReader, anonymous: boolean, headerSeconds: number): GtidEvent {
  event.skip(1);
  const sid = event.slice(16).toString('hex');
  const gno = event.u64();
  const uuid = uuidText(sid);
  let committed = headerSeconds * 1_000_000;
  if (event.left >= 24 && event.u8() === LOGICAL_CLOCK) {
    event.skip(16);
    committed = event.uint(6) + (event.u8() & 0x7f) * 2 ** 48;
  }
  return { gtid: anonymous ? '' : `${uuid}:${gno}`, committed, standalone: undefined };
}

const TaggedField = { FLAGS: 0, UUID: 1, NUMBER: 2, TAG: 3, IMMEDIATE_COMMIT: 6, ORIGINAL_COMMIT: 7 } as const;
const VERSION = 1;
const LAST_KNOWN_FIELD = 11;

/** GTID_TAGGED: numbered fields of variable-length integers. Source: MySQL `control_events.h`, Gtid_event; `libs/mysql/serialization/readme.md`. Errors: RangeError. */
export function readTaggedGtid(event: EventReader, headerSeconds: number): GtidEvent {
  const start = event.at;
  const version = Number(serialized(event));
  if (version !== VERSION) throw new RangeError(`a tagged GTID is of version ${version}`);
  const end = Math.min(event.end, start + Number(serialized(event)));
  if (Number(serialized(event)) > LAST_KNOWN_FIELD + 1)
    throw new RangeError('a tagged GTID has fields that must be known');
  const sid = Buffer.alloc(16);
  let number = 0n;
  let tag = '';
  let committed = headerSeconds * 1_000_000;
  for (let field = -1; event.at < end && field < TaggedField.IMMEDIATE_COMMIT; ) {
    field = Number(serialized(event));
    if (field === TaggedField.UUID) for (let i = 0; i < 16; i++) sid[i] = Number(serialized(event));
    else if (field === TaggedField.TAG) tag = event.text(Number(serialized(event)));
    else if (field === TaggedField.NUMBER) number = serialized(event) >> 1n;
    else if (field === TaggedField.IMMEDIATE_COMMIT) committed = Number(serialized(event));
    else serialized(event);
  }
  return {
    gtid: `${uuidText(sid.toString('hex'))}:${tag === '' ? '' : `${tag}:`}${number}`,
    committed,
    standalone: undefined,
  };
}

/** An integer of 1 to 9 bytes: as many ones at the low end of the first byte as bytes follow. */
function serialized(event: EventReader): bigint {
  const first = event.u8();
  let more = 0;
  while (more < 8 && ((first >> more) & 1) === 1) more++;
  let rest = 0n;
  for (let i = 0; i < more; i++) rest |= BigInt(event.u8()) << BigInt(8 * i);
  return more === 8 ? rest : (rest << BigInt(7 - more)) | BigInt(first >> (more + 1));
}

function uuidText(hex: string): string {
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** GTID event of MariaDB; the server id stands in the common header. Source: MariaDB knowledge base, "GTID_EVENT". */
export function readMariadbGtid(event: EventReader, serverId: number, headerSeconds: number): GtidEvent {
  const sequence = event.u64();
  const domain = event.uint(4);
  const flags = event.u8();
  const head = {
    gtid: `${domain}-${serverId}-${sequence}`,
    committed: headerSeconds * 1_000_000,
    standalone: (flags & MARIADB_STANDALONE) !== 0,
  };
  if ((flags & MARIADB_PREPARED_XA) === 0) return head;
  if ((flags & MARIADB_GROUP_COMMIT) !== 0) event.skip(8);
  return { ...head, preparedXid: readXid(event) };
}

function readXid(event: EventReader): string {
  const format = event.uint(4);
  const gtridLength = event.u8();
  const bqualLength = event.u8();
  const gtrid = event.slice(gtridLength).toString('hex');
  return `X'${gtrid}',X'${event.slice(bqualLength).toString('hex')}',${format}`;
}

/** The GTID set that stands at the head of a MySQL log file: all that came before it. */
export function readPreviousGtids(event: EventReader): string {
  const parts: string[] = [];
  const header = event.u64();
  const tagged = header >> 56n === 1n;
  const count = Number(tagged ? (header & 0x00ff_ffff_ffff_ff00n) >> 8n : header & 0x0000_ffff_ffff_ffffn);
  for (let i = 0; i < count; i++) {
    const sid = event.slice(16).toString('hex');
    const tagLength = tagged ? event.u8() >> 1 : 0;
    const tag = tagLength > 0 ? `:${event.text(tagLength)}` : '';
    const uuid = `${uuidText(sid)}${tag}`;
    const intervals: string[] = [];
    for (let n = Number(event.u64()); n > 0; n--) {
      const first = event.u64();
      const behind = event.u64();
      intervals.push(`${first}-${behind - 1n}`);
    }
    parts.push(`${uuid}:${intervals.join(':')}`);
  }
  return parts.join(',');
}

/** The last GTID per domain at the head of a MariaDB log file. Several entries of one domain: the highest sequence counts. */
export function readMariadbGtidList(event: EventReader): string {
  const count = event.uint(4) & 0x0fff_ffff;
  const byDomain = new Map<number, { server: number; sequence: bigint }>();
  for (let i = 0; i < count; i++) {
    const domain = event.uint(4);
    const server = event.uint(4);
    const sequence = event.u64();
    const known = byDomain.get(domain);
    if (!known || sequence > known.sequence) byDomain.set(domain, { server, sequence });
  }
  return [...byDomain].map(([domain, { server, sequence }]) => `${domain}-${server}-${sequence}`).join(',');
}
