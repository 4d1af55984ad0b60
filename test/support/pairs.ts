/** Processes of the stack of the tests as source and target: every combination of the two servers. */
export const PAIRS = [
  { source: 'order', target: 'otter', names: 'MySQL to MySQL' },
  { source: 'order', target: 'user', names: 'MySQL to MariaDB' },
  { source: 'user', target: 'otter', names: 'MariaDB to MySQL' },
  { source: 'user', target: 'user', names: 'MariaDB to MariaDB' },
] as const;
