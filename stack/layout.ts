/** Names, sites and ports of every process of a stack. Pure: the same settings always give the same layout. */
import { StackError } from './errors.ts';

export const SITES = ['sh', 'us'] as const;
export type Site = (typeof SITES)[number];
/** The site where channels are written. */
export const CONTROL_SITE: Site = 'sh';

export type Role = 'broker' | 'mirror' | 'registry' | 'database' | 'redis' | 'selector' | 'loader' | 'admin-api';
export type Engine = 'mysql' | 'mariadb';

/** One database of a stack; `port` is the offset from the base port until `placeOf` adds it. */
export type Database = { readonly name: string; readonly engine: Engine; readonly site: Site; readonly offset: number };

/** Where one process stands: its first offset is its address, further ones are private to it. */
export type Place = {
  readonly name: string;
  readonly role: Role;
  readonly site: Site;
  readonly offsets: readonly number[];
  readonly engine?: Engine;
};

export const DEFAULT_BASE_PORT = 21000;
export const DEFAULT_DATABASES = 'order=mysql,user=mariadb,otter=mysql';
/** Ports that a stack may use: base … base + PORT_BLOCK - 1. */
export const PORT_BLOCK = 100;

const KNOWN_DATABASES: Readonly<Record<string, { site: Site; offset: number }>> = {
  order: { site: 'sh', offset: 31 },
  user: { site: 'sh', offset: 32 },
  otter: { site: 'us', offset: 33 },
};
const FIRST_FURTHER_DATABASE = 34;
const LAST_DATABASE = 49;

const PARTS: readonly Place[] = [
  { name: 'redis', role: 'redis', site: 'sh', offsets: [21] },
  { name: 'kafka-sh', role: 'broker', site: 'sh', offsets: [1, 2] },
  { name: 'kafka-us', role: 'broker', site: 'us', offsets: [11, 12] },
  { name: 'registry', role: 'registry', site: 'sh', offsets: [3, 4] },
  { name: 'mirror-us', role: 'mirror', site: 'us', offsets: [] },
  { name: 'mirror-sh', role: 'mirror', site: 'sh', offsets: [] },
];

const SERVICES: readonly Place[] = [
  { name: 'selector-sh', role: 'selector', site: 'sh', offsets: [51] },
  { name: 'loader-sh', role: 'loader', site: 'sh', offsets: [52] },
  { name: 'selector-us', role: 'selector', site: 'us', offsets: [61] },
  { name: 'loader-us', role: 'loader', site: 'us', offsets: [62] },
  { name: 'admin-api', role: 'admin-api', site: CONTROL_SITE, offsets: [80] },
];

/** Roles in the order of stopping: what writes goes before what it writes to. */
const STOP_ORDER: readonly Role[] = [
  'admin-api',
  'selector',
  'loader',
  'mirror',
  'registry',
  'broker',
  'database',
  'redis',
];

/** Every place of a stack, in the order of starting and showing: redis, databases, brokers, registry, mirrors, services. */
export function layout(databases: readonly Database[]): readonly Place[] {
  const [redis, ...rest] = PARTS;
  const stores = databases.map(
    ({ name, engine, site, offset }): Place => ({ name, role: 'database', site, offsets: [offset], engine }),
  );
  return [...(redis ? [redis] : []), ...stores, ...rest, ...SERVICES];
}

/** True for the processes that run Lutra's own code. */
export function isService(place: Pick<Place, 'role'>): boolean {
  return place.role === 'selector' || place.role === 'loader' || place.role === 'admin-api';
}

/** Place in the order of stopping, from 0. */
export function stopRank(role: Role): number {
  return STOP_ORDER.indexOf(role);
}

/** Reads `order=mysql,extra=mariadb@us`; a name without site stands at `sh`, save `otter` at `us`. */
export function parseDatabases(text: string): readonly Database[] {
  let further = FIRST_FURTHER_DATABASE;
  const databases: Database[] = [];
  for (const item of text.split(',').filter((part) => part.trim() !== '')) {
    const match = /^\s*([a-z][a-z0-9_-]*)=(mysql|mariadb)(?:@(sh|us))?\s*$/.exec(item);
    if (!match) {
      throw new StackError(
        `The database "${item}" is not understood; write NAME=mysql or NAME=mariadb, with @sh or @us.`,
      );
    }
    const [, name = '', engine, site] = match;
    const known = KNOWN_DATABASES[name];
    const offset = known?.offset ?? further++;
    refuseTaken(name, offset, databases);
    databases.push({
      name,
      engine: engine === 'mariadb' ? 'mariadb' : 'mysql',
      site: site === 'us' || site === 'sh' ? site : (known?.site ?? 'sh'),
      offset,
    });
  }
  return databases;
}

function refuseTaken(name: string, offset: number, earlier: readonly Database[]): void {
  if ([...PARTS, ...SERVICES, ...earlier].some((other) => other.name === name)) {
    throw new StackError(`The name ${name} is used twice in this stack; give the database another name.`);
  }
  if (offset > LAST_DATABASE) {
    throw new StackError(
      `The database ${name} is one too many: a stack has ports for 16 further databases; start a second stack with --dir.`,
    );
  }
}
