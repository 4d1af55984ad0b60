/**
 * Sets of GTIDs in the servers' own text forms: MySQL `uuid[:tag]:1-5:7,…` and MariaDB `domain-server-sequence,…`,
 * where a position stands for all transactions of its domain up to the sequence. Source: MySQL manual, "GTID Sets"; MariaDB manual, "Global Transaction ID".
 */
export type GtidSet = {
  /** Adds one transaction: `uuid:n` or `uuid:tag:n` (MySQL), `domain-server-sequence` (MariaDB). */
  add(gtid: string): void;
  contains(gtid: string): boolean;
  /** Whether a server writes a transaction again that the set has; of a MariaDB domain only its last server can be told so. Empty: false. */
  repeats(gtid: string): boolean;
  /** Whether every GTID of another set, given as text, is in this one. */
  containsAll(set: string): boolean;
  toString(): string;
};

/** Parses either form; empty text is the empty set and takes the form of the first GTID that is added. Throws a plain Error that names the part it cannot read. */
export function parseGtidSet(text: string): GtidSet {
  const clean = text.replace(/\s/g, '');
  const set = new TextGtidSet();
  if (clean === '') return set;
  for (const part of clean.split(',')) set.addRange(part);
  return set;
}

type Interval = [first: number, last: number];

class TextGtidSet implements GtidSet {
  /** MySQL: `uuid` or `uuid:tag` -> sorted, disjoint intervals. */
  private readonly intervals = new Map<string, Interval[]>();
  /** MariaDB: domain -> last GTID seen. */
  private readonly domains = new Map<string, { server: string; sequence: bigint }>();

  add(gtid: string): void {
    if (isMariadb(gtid)) this.addMariadb(gtid);
    else {
      const colon = gtid.lastIndexOf(':');
      this.addInterval(gtid.slice(0, colon).toLowerCase(), Number(gtid.slice(colon + 1)));
    }
  }

  contains(gtid: string): boolean {
    if (isMariadb(gtid)) {
      const [domain = '', , sequence = '0'] = gtid.split('-');
      const known = this.domains.get(domain);
      return known !== undefined && BigInt(sequence) <= known.sequence;
    }
    const colon = gtid.lastIndexOf(':');
    const number = Number(gtid.slice(colon + 1));
    const list = this.intervals.get(gtid.slice(0, colon).toLowerCase()) ?? [];
    return list.some(([first, last]) => first <= number && number <= last);
  }

  repeats(gtid: string): boolean {
    if (gtid === '' || !this.contains(gtid)) return false;
    const [domain = '', server] = gtid.split('-');
    return !isMariadb(gtid) || this.domains.get(domain)?.server === server;
  }

  containsAll(set: string): boolean {
    const other = new TextGtidSet();
    for (const part of set.split(',')) if (part !== '') other.addRange(part);
    const mariadb = [...other.domains].map(([domain, { server, sequence }]) => `${domain}-${server}-${sequence}`);
    if (!mariadb.every((gtid) => this.contains(gtid))) return false;
    return [...other.intervals].every(([id, list]) => {
      const own = this.intervals.get(id) ?? [];
      return list.every(([first, last]) => own.some((known) => known[0] <= first && last <= known[1]));
    });
  }

  toString(): string {
    const mysql = [...this.intervals].map(
      ([id, list]) =>
        `${id}:${list.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(':')}`,
    );
    const mariadb = [...this.domains].map(([domain, { server, sequence }]) => `${domain}-${server}-${sequence}`);
    return [...mysql, ...mariadb].join(',');
  }

  /** `uuid:1-5:tag:3` or `0-1-100`. */
  addRange(part: string): void {
    if (isMariadb(part)) {
      this.addMariadb(part);
      return;
    }
    const [uuid = '', ...rest] = part.split(':');
    if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(uuid) || rest.length === 0) {
      throw new Error(`"${part}" is neither a MySQL GTID set (uuid:1-5) nor a MariaDB position (0-1-100)`);
    }
    let id = uuid.toLowerCase();
    for (const piece of rest) {
      const range = /^(\d+)(?:-(\d+))?$/.exec(piece);
      if (range) this.addInterval(id, Number(range[1]), Number(range[2] ?? range[1]));
      else if (/^[a-z_][a-z0-9_]{0,31}$/i.test(piece)) id = `${uuid.toLowerCase()}:${piece.toLowerCase()}`;
      else throw new Error(`"${piece}" in the GTID set "${part}" is neither a number, a range nor a tag`);
    }
  }

  private addMariadb(gtid: string): void {
    const [domain = '', server = '', sequence = '0'] = gtid.split('-');
    this.domains.set(domain, { server, sequence: BigInt(sequence) });
  }

  private addInterval(id: string, first: number, last = first): void {
    const list = this.intervals.get(id) ?? [];
    if (list.length === 0) this.intervals.set(id, list);
    const tail = list.at(-1);
    if (tail && first === tail[1] + 1) {
      tail[1] = last;
      return;
    }
    if (list.some((known) => known[0] <= first && last <= known[1])) return;
    list.push([first, last]);
    if (tail && first > tail[1]) return;
    this.intervals.set(id, joined(list));
  }
}

function isMariadb(text: string): boolean {
  return /^\d+-\d+-\d+$/.test(text);
}

function joined(list: Interval[]): Interval[] {
  const sorted = [...list].sort((a, b) => a[0] - b[0]);
  const out: Interval[] = [];
  for (const [first, last] of sorted) {
    const tail = out.at(-1);
    if (tail && first <= tail[1] + 1) tail[1] = Math.max(tail[1], last);
    else out.push([first, last]);
  }
  return out;
}

/** A GTID set for messages: cut when it is long. */
export function briefGtids(gtidSet: string): string {
  return gtidSet.length > 200 ? `${gtidSet.slice(0, 200)}…` : gtidSet;
}
