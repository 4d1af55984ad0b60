import { query, run, type Server } from '../demo/servers.ts';

export const SCHEMA = 'bench';

/** Tables of the benchmark: all like the tutorial's orders, one for each kind of load. */
export const TABLES = ['order_ten', 'order_one', 'order_huge', 'order_live'] as const;
export type TableName = (typeof TABLES)[number];

/** `created_at` of the live table is the moment of the insert in µs: it is what lag is measured from. */
function createTable(table: TableName): string {
  const digits = table === 'order_live' ? 6 : 3;
  return `CREATE TABLE ${SCHEMA}.${table} (
    order_id INT NOT NULL PRIMARY KEY,
    uid INT NOT NULL,
    amount DECIMAL(10,2) NOT NULL,
    freight DECIMAL(10,2) NULL,
    status VARCHAR(20) NOT NULL,
    receiver VARCHAR(64) NOT NULL,
    address VARCHAR(255) NULL,
    created_at DATETIME(${digits}) NOT NULL)`;
}

/** The columns of order `n`, which is an SQL expression. */
function order(n: string): string {
  return `${n}, ${n} % 9973, (${n} * 37 % 9999999) / 100, IF(${n} % 9 = 0, NULL, ${n} % 3000 / 100),
    ELT(1 + ${n} % 3, 'new', 'paid', 'shipped'), ELT(1 + ${n} % 4, '刘先生', '王小姐', '欧阳娜娜', 'Zoë Müller'),
    IF(${n} % 13 = 0, NULL, CONCAT('武汉市洪山区珞喻路', ${n} % 1999, '号 光谷广场 B 座')),
    TIMESTAMPADD(MICROSECOND, ${n} * 1000, '2026-11-21 08:00:00.000')`;
}

const TEN = Array.from({ length: 10 }, (_, index) => `(${order(`(@n + ${index})`)})`).join(',\n');

const PROCEDURES = [
  `CREATE PROCEDURE ${SCHEMA}.fill_order_ten(first INT, many INT) BEGIN
     SET @n = first;
     WHILE @n < first + many DO INSERT INTO ${SCHEMA}.order_ten VALUES ${TEN}; SET @n = @n + 10; END WHILE;
   END`,
  `CREATE PROCEDURE ${SCHEMA}.fill_order_one(first INT, many INT) BEGIN
     SET @n = first;
     WHILE @n < first + many DO INSERT INTO ${SCHEMA}.order_one VALUES (${order('@n')}); SET @n = @n + 1; END WHILE;
   END`,
  // Keeps the pace by its own clock; when it is late it inserts without pause until it has caught up.
  `CREATE PROCEDURE ${SCHEMA}.fill_order_live(first INT, many INT, per_second INT) BEGIN
     DECLARE began DOUBLE DEFAULT UNIX_TIMESTAMP(SYSDATE(6));
     DECLARE early DOUBLE;
     SET @n = first;
     WHILE @n < first + many DO
       SET early = began + (@n - first) / per_second - UNIX_TIMESTAMP(SYSDATE(6));
       IF early > 0.0002 THEN DO SLEEP(early); END IF;
       INSERT INTO ${SCHEMA}.order_live VALUES (@n, @n % 9973, 13999.00, 0.50, 'new', '刘先生', '武汉市洪山区珞喻路1037号', SYSDATE(6));
       SET @n = @n + 1;
     END WHILE;
   END`,
];

/** Makes schema and tables anew; nothing of it is in the server's log. `isSource`: with the procedures that fill them. */
export async function createTables(server: Server, isSource: boolean): Promise<void> {
  await run(server, [
    'SET sql_log_bin = 0',
    `DROP DATABASE IF EXISTS ${SCHEMA}`,
    `CREATE DATABASE ${SCHEMA} CHARACTER SET utf8mb4`,
    ...TABLES.map(createTable),
    ...(isSource ? PROCEDURES : []),
  ]);
}

/** Statements that fill a table with rows 1 to `rows`: in transactions of ten rows (one statement each), of one row, or in a single one. */
export function fillStatements(table: Exclude<TableName, 'order_live'>, rows: number): string[] {
  if (table !== 'order_huge') return [`CALL ${SCHEMA}.fill_${table}(1, ${rows})`];
  return [
    `SET SESSION cte_max_recursion_depth = ${rows + 1}`,
    `INSERT INTO ${SCHEMA}.order_huge
     WITH RECURSIVE numbers AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM numbers WHERE n < ${rows}) SELECT ${order('n')} FROM numbers`,
  ];
}

/** The server's own checksum over all rows; equal rows in equal tables give equal ones. */
export async function checksum(server: Server, table: TableName): Promise<string> {
  const [row] = await query(server, `CHECKSUM TABLE ${SCHEMA}.${table}`);
  return String(row?.Checksum);
}
