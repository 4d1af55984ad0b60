import type { Connection } from './connection.ts';
import { readRows } from './query.ts';

/** What a server says about itself. */
export type ServerFacts = {
  readonly flavour: 'MySQL' | 'MariaDB';
  readonly version: string;
  /** Global variables that exist on this server, names in lower case. */
  readonly variables: ReadonlyMap<string, string>;
};

const WANTED = [
  'binlog_expire_logs_seconds',
  'binlog_format',
  'binlog_row_image',
  'binlog_row_metadata',
  'binlog_row_value_options',
  'expire_logs_days',
  'gtid_mode',
  'gtid_strict_mode',
  'local_infile',
  'log_bin',
  'lower_case_table_names',
  'max_allowed_packet',
  'read_only',
  'server_id',
  'super_read_only',
];

export async function readServerFacts(connection: Connection): Promise<ServerFacts> {
  const [row] = await readRows(connection, 'SELECT VERSION() AS version');
  const version = row?.version ?? '';
  const variables = await readRows(connection, 'SHOW GLOBAL VARIABLES WHERE Variable_name IN (?)', [WANTED]);
  return {
    flavour: /mariadb/i.test(version) ? 'MariaDB' : 'MySQL',
    version,
    variables: new Map(variables.map((each) => [(each.Variable_name ?? '').toLowerCase(), each.Value ?? ''])),
  };
}

/** Whether the server's version is at least the one given, part by part: `10.11.6-MariaDB` is at least `10.5`. */
export function isAtLeast(facts: ServerFacts, wanted: string): boolean {
  const found = (/^\d+(\.\d+)*/.exec(facts.version)?.[0] ?? '0').split('.').map(Number);
  const least = wanted.split('.').map(Number);
  for (const [i, part] of least.entries()) {
    const have = found[i] ?? 0;
    if (have !== part) return have > part;
  }
  return true;
}

/** A boolean variable; undefined when this server has no such variable. */
export function isOn(facts: ServerFacts, name: string): boolean | undefined {
  const value = facts.variables.get(name)?.toUpperCase();
  return value === undefined ? undefined : value === 'ON' || value === '1' || value === 'YES';
}

/** The statement that sets a global variable for good. */
export function setStatement(facts: ServerFacts, name: string, value: string): string {
  return facts.flavour === 'MySQL'
    ? `SET PERSIST ${name} = ${value}`
    : `SET GLOBAL ${name} = ${value}, and ${name} = ${value} under [mariadbd] in my.cnf`;
}
