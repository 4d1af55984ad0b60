import type { Row, Server } from '../../demo/servers.ts';

/** How servers of one flavour replicate by GTID, as far as the flavours differ. */
export type Replicas = {
  readonly flavour: 'MySQL' | 'MariaDB';
  readonly engine: 'mysql' | 'mariadb';
  /** Settings beside those of the stack. */
  readonly settings: readonly string[];
  /** The expression of what a server has executed. */
  readonly executed: string;
  /** What a replica has at least received, by its row of SHOW REPLICA STATUS. */
  readonly received: (status: Row) => string;
  /** Makes a server the replica of another, from what it has executed on. */
  readonly follow: (source: Server) => string;
  /** Begins the log of a server anew, and its GTIDs with it. */
  readonly reset: string;
  /** Tells a server with a new log that its tables hold these transactions, as a restored backup does. */
  readonly restored: (gtids: string) => string;
};

export const MYSQL: Replicas = {
  flavour: 'MySQL',
  engine: 'mysql',
  settings: [],
  executed: '@@GLOBAL.gtid_executed',
  received: ({ Executed_Gtid_Set, Retrieved_Gtid_Set }) => `${Executed_Gtid_Set},${Retrieved_Gtid_Set}`,
  follow: ({ host, port }) =>
    `CHANGE REPLICATION SOURCE TO SOURCE_HOST = '${host}', SOURCE_PORT = ${port}, SOURCE_USER = 'lutra',
      SOURCE_PASSWORD = 'lutra', SOURCE_AUTO_POSITION = 1, GET_SOURCE_PUBLIC_KEY = 1, SOURCE_CONNECT_RETRY = 1`,
  reset: 'RESET BINARY LOGS AND GTIDS',
  restored: (gtids) => `SET GLOBAL gtid_purged = '${gtids}'`,
};

/** Both servers write to one domain, as those that take over from each other do: `0-2-…` goes on behind `0-1-…`. */
export const MARIADB: Replicas = {
  flavour: 'MariaDB',
  engine: 'mariadb',
  settings: ['--gtid-domain-id=0', '--log-slave-updates=ON'],
  executed: '@@GLOBAL.gtid_binlog_pos',
  received: ({ Gtid_IO_Pos }) => String(Gtid_IO_Pos),
  follow: ({ host, port }) =>
    `CHANGE MASTER TO MASTER_HOST = '${host}', MASTER_PORT = ${port}, MASTER_USER = 'lutra', MASTER_PASSWORD = 'lutra',
      MASTER_USE_GTID = slave_pos, MASTER_DEMOTE_TO_SLAVE = 1, MASTER_CONNECT_RETRY = 1`,
  reset: 'RESET MASTER',
  restored: (gtids) => `SET GLOBAL gtid_slave_pos = '${gtids}'`,
};
