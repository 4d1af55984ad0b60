/** The tables of a chaos schema, and what must be true of them at the target in every snapshot. */

export const ACCOUNTS = 40;
export const VERSIONED = 60;
const OPENING_BALANCE = 1_000;

/** Sum of all balances, whoever has transferred what to whom. */
export const BANK_TOTAL = 2 * ACCOUNTS * OPENING_BALANCE;
export const BANK_SQL = '(SELECT SUM(balance) FROM checking) + (SELECT SUM(balance) FROM savings)';

/** Name -> what stands in the brackets of CREATE TABLE. `journal` has no key: a transaction that is applied twice stands there twice. */
const TABLES: Readonly<Record<string, string>> = {
  checking: 'id INT NOT NULL PRIMARY KEY, balance BIGINT NOT NULL',
  savings: 'id INT NOT NULL PRIMARY KEY, balance BIGINT NOT NULL',
  versions: 'id INT NOT NULL PRIMARY KEY, version BIGINT NOT NULL, note VARCHAR(60)',
  items: 'id INT NOT NULL PRIMARY KEY, code VARCHAR(20) NOT NULL, v INT NOT NULL, UNIQUE KEY code (code)',
  parents: 'id INT NOT NULL PRIMARY KEY, name VARCHAR(40)',
  children:
    'id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, parent_id INT NOT NULL, n INT, FOREIGN KEY (parent_id) REFERENCES parents (id) ON DELETE CASCADE',
  journal: 'worker INT NOT NULL, n INT NOT NULL, kind VARCHAR(12) NOT NULL',
  pulse: 'id INT NOT NULL PRIMARY KEY, at BIGINT NOT NULL',
};

export function schemaStatements(schema: string): readonly string[] {
  const tables = Object.entries(TABLES).map(([name, body]) => `CREATE TABLE ${schema}.${name} (${body})`);
  return [`CREATE DATABASE ${schema} CHARACTER SET utf8mb4`, ...tables];
}

/** The rows that everything begins with, as one transaction. */
export function firstRows(schema: string): readonly string[] {
  const rows = (count: number, row: (n: number) => string): string =>
    Array.from({ length: count }, (_, n) => row(n)).join(', ');
  const accounts = rows(ACCOUNTS, (n) => `(${n}, ${OPENING_BALANCE})`);
  return [
    'START TRANSACTION',
    `INSERT INTO ${schema}.checking VALUES ${accounts}`,
    `INSERT INTO ${schema}.savings VALUES ${accounts}`,
    `INSERT INTO ${schema}.versions VALUES ${rows(VERSIONED, (n) => `(${n}, 0, '')`)}`,
    `INSERT INTO ${schema}.pulse VALUES (1, 0)`,
    'COMMIT',
  ];
}
