import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TableName } from '../../../../shared/model/table-pattern.ts';
import { ReplicationError } from '../../../../shared/runtime/errors.ts';
import { parseDdl } from '../../../../shared/sql/parse-ddl.ts';
import { renderDdl } from '../../../../shared/sql/render-ddl.ts';
import type { SqlDialect } from '../../../../shared/sql/tokens.ts';

/** Tables of `app` and `shop` become `t_<name>` of `mapped`; those that begin with `_` are not mapped. */
function render(sql: string, target: 'mysql' | 'mariadb' = 'mysql', dialect: SqlDialect = {}): string | undefined {
  const tableName = ({ schema, table }: TableName): TableName | undefined =>
    ['app', 'shop'].includes(schema) && !table.startsWith('_') ? { schema: 'mapped', table: `t_${table}` } : undefined;
  const schemaName = (schema: string): string | undefined => (schema === 'app' ? 'mapped' : undefined);
  return renderDdl(parseDdl(sql, 'app', dialect), { tableName, schemaName, target });
}

function refuses(code: string, pattern: RegExp, sql: string, target: 'mysql' | 'mariadb' = 'mysql'): void {
  assert.throws(
    () => render(sql, target),
    (error) => error instanceof ReplicationError && error.code === code && pattern.test(error.message),
    sql,
  );
}

const RENDERED: readonly (readonly [promise: string, sql: string, expected: string | undefined])[] = [
  ['names are qualified', 'ALTER TABLE a ADD b INT', 'ALTER TABLE `mapped`.`t_a` ADD b INT'],
  [
    'a string with a table name stays',
    "ALTER TABLE a COMMENT 'a, app.a'",
    "ALTER TABLE `mapped`.`t_a` COMMENT 'a, app.a'",
  ],
  [
    'a column named like its table stays',
    'CREATE TABLE a (a INT, KEY a (a))',
    'CREATE TABLE `mapped`.`t_a` (a INT, KEY a (a))',
  ],
  [
    'quotes in names',
    'DROP TABLE `we``ird`, `a.b`, shop.`表`',
    'DROP TABLE `mapped`.`t_we``ird`, `mapped`.`t_a.b`, `mapped`.`t_表`',
  ],
  ['blanks around the dot', 'TRUNCATE TABLE app . a', 'TRUNCATE TABLE `mapped`.`t_a`'],
  ['a leading dot', 'TRUNCATE TABLE .a', 'TRUNCATE TABLE `mapped`.`t_a`'],
  [
    'LIKE',
    'CREATE TABLE IF NOT EXISTS a (LIKE shop.b)',
    'CREATE TABLE IF NOT EXISTS `mapped`.`t_a` (LIKE `mapped`.`t_b`)',
  ],
  [
    'REFERENCES',
    'ALTER TABLE a ADD CONSTRAINT f FOREIGN KEY (x) REFERENCES b (id) ON DELETE SET NULL, ADD c INT',
    'ALTER TABLE `mapped`.`t_a` ADD CONSTRAINT f FOREIGN KEY (x) REFERENCES `mapped`.`t_b` (id) ON DELETE SET NULL, ADD c INT',
  ],
  [
    'exchange of a partition',
    'ALTER TABLE a EXCHANGE PARTITION p WITH TABLE shop.b WITHOUT VALIDATION',
    'ALTER TABLE `mapped`.`t_a` EXCHANGE PARTITION p WITH TABLE `mapped`.`t_b` WITHOUT VALIDATION',
  ],
  ['RENAME in ALTER', 'ALTER TABLE a RENAME shop.b', 'ALTER TABLE `mapped`.`t_a` RENAME `mapped`.`t_b`'],
  [
    'unmapped subjects fall out of DROP',
    'DROP TABLE IF EXISTS _x, a, other.b CASCADE',
    'DROP TABLE IF EXISTS `mapped`.`t_a` CASCADE',
  ],
  ['a DROP of unmapped tables is nothing', 'DROP TABLE _x, other.b', undefined],
  ['an ALTER of an unmapped table is nothing', 'ALTER TABLE _x ADD FOREIGN KEY (a) REFERENCES a (id)', undefined],
  [
    'unmapped pairs fall out of RENAME',
    'RENAME TABLE _x TO _y, a TO b',
    'RENAME TABLE `mapped`.`t_a` TO `mapped`.`t_b`',
  ],
  [
    'a swap through a name without a mapping',
    'RENAME TABLE a TO _tmp, b TO a, _tmp TO b',
    'RENAME TABLE `mapped`.`t_a` TO `mapped`.`_tmp`, `mapped`.`t_b` TO `mapped`.`t_a`, `mapped`.`_tmp` TO `mapped`.`t_b`',
  ],
  ['an index', 'CREATE INDEX i ON a (x) ALGORITHM=INPLACE LOCK NONE', 'CREATE INDEX i ON `mapped`.`t_a` (x)'],
  [
    'how a server works is left out',
    'ALTER TABLE a ALGORITHM=INSTANT, ADD b INT, LOCK=NONE',
    'ALTER TABLE `mapped`.`t_a` ADD b INT',
  ],
  [
    'a database',
    'CREATE SCHEMA IF NOT EXISTS `app` CHARSET latin1',
    'CREATE SCHEMA IF NOT EXISTS `mapped` CHARSET latin1',
  ],
  ['the default database', 'ALTER DATABASE CHARACTER SET latin1', 'ALTER DATABASE `mapped` CHARACTER SET latin1'],
  ['an unmapped database is nothing', 'DROP DATABASE other', undefined],
  [
    'versioned comments become text',
    'CREATE TABLE /*!50100 IF NOT EXISTS */ a (id INT /* a */) /*!50100 ENGINE=InnoDB */',
    'CREATE TABLE  IF NOT EXISTS  `mapped`.`t_a` (id INT /* a */)  ENGINE=InnoDB',
  ],
  ['a logged CREATE … SELECT', 'CREATE TABLE a (id INT) START TRANSACTION', 'CREATE TABLE `mapped`.`t_a` (id INT)'],
  [
    'the tables of a query, without those that WITH defines',
    'CREATE TABLE a AS WITH c AS (SELECT * FROM b) SELECT c.x, d.y FROM c JOIN shop.d ON c.id = d.id WHERE EXISTS (SELECT 1 FROM e)',
    'CREATE TABLE `mapped`.`t_a` AS WITH c AS (SELECT * FROM `mapped`.`t_b`) SELECT c.x, d.y FROM c JOIN `mapped`.`t_d` ON c.id = d.id WHERE EXISTS (SELECT 1 FROM `mapped`.`t_e`)',
  ],
  ['a prefix of MariaDB', 'SET STATEMENT lock_wait_timeout=1 FOR DROP TABLE a WAIT 5', 'DROP TABLE `mapped`.`t_a`'],
];

for (const [promise, sql, expected] of RENDERED) {
  test(`rendered with mapped names: ${promise}`, () => {
    assert.equal(render(sql)?.trim(), expected);
  });
}

test('names in double quotes are names only in the mode of the source that says so', () => {
  const sql = 'CREATE TABLE "a" ("b" INT, c INT COMMENT \'"a"\')';
  assert.equal(
    render(sql, 'mysql', { sqlMode: 'ANSI_QUOTES' }),
    'CREATE TABLE `mapped`.`t_a` (`b` INT, c INT COMMENT \'"a"\')',
  );
  refuses('DDL_UNREADABLE', /line 1, column 14/, sql);
});

test('a backslash at the end of a string is read in the mode of the source', () => {
  const sql = "ALTER TABLE a COMMENT 'x\\', ADD b INT COMMENT ','";
  assert.match(render(sql, 'mysql', { sqlMode: 'NO_BACKSLASH_ESCAPES' }) ?? '', /^ALTER TABLE `mapped`\.`t_a`/);
  refuses('DDL_UNREADABLE', /column/, sql);
});

test('what needs a name without a mapping is refused and names the table', () => {
  refuses('DDL_UNMAPPABLE', /refers to app\._p/, 'ALTER TABLE a ADD FOREIGN KEY (x) REFERENCES _p (id)');
  refuses('DDL_UNMAPPABLE', /made like app\._p/, 'CREATE TABLE a LIKE _p');
  refuses('DDL_UNMAPPABLE', /gets the name app\._b/, 'RENAME TABLE a TO _b');
  refuses('DDL_UNMAPPABLE', /begins with app\._b/, 'RENAME TABLE _b TO a');
  refuses('DDL_UNMAPPABLE', /gets the name other\.a/, 'ALTER TABLE a RENAME other.a');
  refuses('DDL_UNMAPPABLE', /exchanged with other\.b/, 'ALTER TABLE a EXCHANGE PARTITION p WITH TABLE other.b');
  refuses('DDL_UNMAPPABLE', /reads app\._q/, 'CREATE TABLE a SELECT * FROM _q');
});

test("MySQL's words are translated for MariaDB, or refused by name", () => {
  const to = (sql: string): string | undefined => render(sql, 'mariadb')?.replace('`mapped`.`t_a` ', '');
  assert.equal(to('ALTER TABLE a COLLATE=utf8mb4_0900_ai_ci'), 'ALTER TABLE COLLATE=utf8mb4_uca1400_nopad_ai_ci');
  assert.equal(to('ALTER TABLE a ADD p POINT SRID 4326'), 'ALTER TABLE ADD p POINT REF_SYSTEM_ID=4326');
  assert.equal(to('ALTER TABLE a ALTER INDEX i INVISIBLE'), 'ALTER TABLE ALTER INDEX i IGNORED');
  assert.equal(
    to("ALTER TABLE a ADD c INT AS (d->>'$.x')"),
    "ALTER TABLE ADD c INT AS (json_unquote(json_extract(d, '$.x')))",
  );
  assert.equal(to("ALTER TABLE a ENCRYPTION='N', DROP CHECK c"), 'ALTER TABLE DROP CONSTRAINT c');
  assert.equal(to("ALTER TABLE a ENCRYPTION='N'"), undefined);
  refuses('DDL_UNMAPPABLE', /index on an expression/, 'CREATE INDEX i ON a ((lower(b)))', 'mariadb');
  refuses('DDL_UNMAPPABLE', /type VECTOR/, 'ALTER TABLE a ADD v VECTOR(3)', 'mariadb');
  refuses('DDL_UNMAPPABLE', /utf8mb4_de_pb_0900_ai_ci/, 'ALTER TABLE a COLLATE utf8mb4_de_pb_0900_ai_ci', 'mariadb');
});

test("MariaDB's words are translated for MySQL, or refused by name", () => {
  const to = (sql: string): string | undefined =>
    render(sql, 'mysql')?.replace('`mapped`.`t_a` ', '').replace(/ +/g, ' ');
  assert.equal(
    to('ALTER ONLINE TABLE IF EXISTS a WAIT 5 ADD COLUMN IF NOT EXISTS b INT'),
    'ALTER TABLE ADD COLUMN b INT',
  );
  assert.equal(
    to('ALTER TABLE a ADD b VARCHAR(50) DEFAULT uuid() COMMENT "x"'),
    'ALTER TABLE ADD b VARCHAR(50) DEFAULT (uuid()) COMMENT "x"',
  );
  assert.equal(to('ALTER TABLE a ADD b INT AS (c) PERSISTENT, PAGE_CHECKSUM=1'), 'ALTER TABLE ADD b INT AS (c) STORED');
  assert.equal(to('ALTER TABLE a COLLATE uca1400_nopad_ai_ci'), 'ALTER TABLE COLLATE utf8mb4_0900_ai_ci');
  refuses('DDL_UNMAPPABLE', /type UUID/, 'CREATE TABLE a (id UUID)');
  refuses('DDL_UNMAPPABLE', /type INET6/, 'ALTER TABLE a ADD b INET6');
  refuses('DDL_UNMAPPABLE', /system versioning/, 'ALTER TABLE a ADD SYSTEM VERSIONING');
  refuses('DDL_UNMAPPABLE', /CREATE OR REPLACE/, 'CREATE OR REPLACE TABLE a (id INT)');
  refuses('DDL_UNMAPPABLE', /storage engine aria/, 'CREATE TABLE a (id INT) ENGINE=Aria');
});

test('what cannot be read is refused with its place', () => {
  refuses('DDL_UNREADABLE', /line 2, column 15: a type .*"\("/, 'ALTER TABLE a\n ADD nonsense (');
  refuses('DDL_UNREADABLE', /the end of the statement/, 'ALTER TABLE a ADD b');
  refuses('DDL_UNREADABLE', /"FROBNICATE/, 'ALTER TABLE a FROBNICATE b');
  refuses('DDL_UNREADABLE', /closed quote/, "ALTER TABLE a COMMENT 'x");
  refuses('DDL_UNREADABLE', /GRANT/, 'GRANT ALL ON a TO b');
  refuses('DDL_UNREADABLE', /line 1, column \d+: a query/, 'CREATE TABLE a SELECT FROM WHERE');
});
