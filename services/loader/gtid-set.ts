/** A set of GTIDs: per source (MySQL `uuid` or `uuid:tag`, MariaDB domain) the transaction numbers it holds, both ends included. */
export type GtidSet = ReadonlyMap<string, readonly (readonly [bigint, bigint])[]>;

/**
 * Parses the server's text: MySQL `uuid:1-5:7,uuid:tag:1-9`, MariaDB `0-1-100,1-1-5`. A MariaDB position means everything of the domain up to its number.
 * Errors: RangeError naming the part that is neither.
 */
export function parseGtidSet(text: string): GtidSet {
  const set = new Map<string, [bigint, bigint][]>();
  for (const part of text.split(',').map((piece) => piece.trim())) {
    if (part === '') continue;
    const maria = /^(\d+)-\d+-(\d+)$/.exec(part);
    if (maria) addInterval(set, maria[1] ?? '', 0n, BigInt(maria[2] ?? '0'));
    else addMysqlPart(set, part);
  }
  return set;
}

function addMysqlPart(set: Map<string, [bigint, bigint][]>, part: string): void {
  const [uuid, ...rest] = part.toLowerCase().split(':');
  let source = uuid ?? '';
  for (const piece of rest) {
    const interval = /^(\d+)(?:-(\d+))?$/.exec(piece);
    if (interval) addInterval(set, source, BigInt(interval[1] ?? '0'), BigInt(interval[2] ?? interval[1] ?? '0'));
    else if (/^[a-z_]\w{0,31}$/.test(piece)) source = `${uuid}:${piece}`;
    else throw new RangeError(`${part} is no part of a GTID set`);
  }
  if (rest.length === 0) throw new RangeError(`${part} is no part of a GTID set`);
}

function addInterval(set: Map<string, [bigint, bigint][]>, source: string, first: bigint, last: bigint): void {
  const intervals = set.get(source) ?? [];
  intervals.push([first, last]);
  set.set(source, intervals);
}

/** Whether the set holds one GTID: `uuid:5`, `uuid:tag:5` or `0-1-100`. */
export function containsGtid(set: GtidSet, gtid: string): boolean {
  for (const [source, intervals] of parseGtidSet(gtid)) {
    const number = intervals[0]?.[1];
    if (number === undefined) return false;
    return (set.get(source) ?? []).some(([first, last]) => first <= number && number <= last);
  }
  return false;
}
