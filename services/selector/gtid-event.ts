import type { EventReader } from './event-reader.ts';

export type GtidEvent = {
  /** `uuid:n`, `domain-server-sequence`, or empty for an anonymous transaction. */
  readonly gtid: string;
  /** Commit time at the server that wrote this log, µs. */
  readonly committed: number;
  /** The event group ends without a commit event (MariaDB: DDL). */
  readonly standalone: boolean;
};

const LOGICAL_CLOCK = 2;
const MARIADB_STANDALONE = 1;

/** GTID and ANONYMOUS_GTID. Source: MySQL `libs/mysql/binlog/event/control_events.h`, Gtid_event. */
export function readGtid(event: EventReader, anonymous: boolean, headerSeconds: number): GtidEvent {
  event.skip(1);
  const sid = event.slice(16).toString('hex');
  const gno = event.u64();
  const uuid = `${sid.slice(0, 8)}-${sid.slice(8, 12)}-${sid.slice(12, 16)}-${sid.slice(16, 20)}-${sid.slice(20)}`;
  let committed = headerSeconds * 1_000_000;
  if (event.left >= 24 && event.u8() === LOGICAL_CLOCK) {
    event.skip(16);
    committed = event.uint(6) + (event.u8() & 0x7f) * 2 ** 48;
  }
  return { gtid: anonymous ? '' : `${uuid}:${gno}`, committed, standalone: false };
}

/** GTID event of MariaDB; the server id stands in the common header. Source: MariaDB knowledge base, "GTID_EVENT". */
export function readMariadbGtid(event: EventReader, serverId: number, headerSeconds: number): GtidEvent {
  const sequence = event.u64();
  const domain = event.uint(4);
  const flags = event.u8();
  return {
    gtid: `${domain}-${serverId}-${sequence}`,
    committed: headerSeconds * 1_000_000,
    standalone: (flags & MARIADB_STANDALONE) !== 0,
  };
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
    const uuid = `${sid.slice(0, 8)}-${sid.slice(8, 12)}-${sid.slice(12, 16)}-${sid.slice(16, 20)}-${sid.slice(20)}${tag}`;
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
