import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { classifyStatement } from '../../../../shared/sql/classify.ts';

const CLASSES: readonly (readonly [sql: string, kind: string, words: string])[] = [
  ['CREATE TABLE t (id INT)', 'create-table', 'CREATE TABLE'],
  ['/* CREATE VIEW */ create /*!50100 or replace */ -- VIEW\n table `view` (id int)', 'create-table', 'CREATE TABLE'],
  ['# DROP\nALTER ONLINE IGNORE TABLE t ADD c INT', 'alter-table', 'ALTER TABLE'],
  ['/*!40101 ALTER TABLE t FORCE */', 'alter-table', 'ALTER TABLE'],
  ['drop tables a, b', 'drop-table', 'DROP TABLE'],
  ['TRUNCATE t', 'truncate-table', 'TRUNCATE TABLE'],
  ['RENAME TABLE a TO b', 'rename-table', 'RENAME TABLE'],
  ['CREATE UNIQUE INDEX i ON t (a)', 'create-index', 'CREATE INDEX'],
  ['CREATE OR REPLACE FULLTEXT INDEX i ON t (a)', 'create-index', 'CREATE INDEX'],
  ['DROP INDEX i ON t', 'drop-index', 'DROP INDEX'],
  ['create schema s', 'create-database', 'CREATE DATABASE'],
  ['ALTER DATABASE s CHARSET latin1', 'alter-database', 'ALTER DATABASE'],
  ['DROP SCHEMA IF EXISTS s', 'drop-database', 'DROP DATABASE'],
  ["SET STATEMENT max_statement_time=1, sql_mode=concat('FOR', 'x') FOR DROP TABLE t", 'drop-table', 'DROP TABLE'],
  ['CREATE TEMPORARY TABLE t (id INT)', 'other', 'CREATE TEMPORARY TABLE'],
  ['DROP TEMPORARY TABLE t', 'other', 'DROP TEMPORARY TABLE'],
  ['CREATE OR REPLACE TEMPORARY TABLE t (id INT)', 'other', 'CREATE TEMPORARY TABLE'],
  ['CREATE ALGORITHM=MERGE DEFINER=`table`@`%` SQL SECURITY INVOKER VIEW v AS SELECT 1', 'other', 'CREATE VIEW'],
  ['CREATE DEFINER=CURRENT_USER() TRIGGER t BEFORE INSERT ON x FOR EACH ROW SET @a = 1', 'other', 'CREATE TRIGGER'],
  ['CREATE DEFINER=table@index PROCEDURE p() SELECT 1', 'other', 'CREATE PROCEDURE'],
  ['CREATE AGGREGATE FUNCTION f RETURNS INT SONAME "x"', 'other', 'CREATE FUNCTION'],
  ['ALTER EVENT e DISABLE', 'other', 'ALTER EVENT'],
  ["CREATE USER 'a'@'b'", 'other', 'CREATE USER'],
  ['RENAME USER a TO b', 'other', 'RENAME USER'],
  ['CREATE SEQUENCE s', 'other', 'CREATE SEQUENCE'],
  ['CREATE SPATIAL REFERENCE SYSTEM 4120 NAME "x"', 'other', 'CREATE SPATIAL REFERENCE SYSTEM'],
  ['GRANT ALL ON *.* TO a', 'other', 'GRANT'],
  ['ANALYZE TABLE t', 'other', 'ANALYZE TABLE'],
  ['FLUSH TABLES', 'other', 'FLUSH TABLES'],
  ['SET PASSWORD FOR a = "x"', 'other', 'SET PASSWORD'],
  ['', 'other', ''],
];

for (const [sql, kind, words] of CLASSES) {
  test(`${JSON.stringify(sql)} is ${kind}, ${words}`, () => {
    assert.deepEqual(classifyStatement(sql), { kind, words });
  });
}

test('any text is classified without an error', () => {
  const pieces = fc.constantFrom(
    'CREATE ',
    'TABLE ',
    '/*!',
    '*/',
    "'",
    '`',
    '"',
    'DEFINER',
    '=',
    '@',
    '(',
    ')',
    '\\',
    ' ',
    '--',
    '\n',
    '表',
    '😀',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(pieces).map((list) => list.join('')),
      ),
      (sql) => {
        assert.equal(typeof classifyStatement(sql).words, 'string');
      },
    ),
  );
});
