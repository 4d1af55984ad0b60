import { HEADER } from './event-types.ts';

/** The common header of an event, as far as it is used. */
export type EventHeader = {
  readonly type: number;
  readonly seconds: number;
  readonly serverId: number;
  /** Position of the event in its file. */
  readonly start: number;
  /** Position behind it; 0 for events that are not in the file. */
  readonly next: number;
};

/** Reads the header at `at`, of which at least 19 bytes are there. `fallback`: where an event stands that is not in the file. */
export function readHeader(bytes: Buffer, at: number, fallback: number): EventHeader {
  const next = bytes.readUInt32LE(at + 13);
  const length = bytes.readUInt32LE(at + 9);
  return {
    seconds: bytes.readUInt32LE(at),
    type: bytes[at + 4] as number,
    serverId: bytes.readUInt32LE(at + 5),
    start: next >= length ? next - length : fallback,
    next,
  };
}

/** The header of an event inside another one: it stands where the outer one does. */
export function innerHeader(bytes: Buffer, outer: EventHeader): EventHeader {
  return { ...readHeader(bytes, 0, 0), start: outer.start, next: outer.next };
}

export function hasHeader(at: number, end: number): boolean {
  return end - at >= HEADER;
}
