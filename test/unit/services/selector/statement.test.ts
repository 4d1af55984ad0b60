import assert from 'node:assert/strict';
import { test } from 'node:test';
import { statementKind } from '../../../../services/selector/statement.ts';

const CASES: readonly [sql: string, kind: string][] = [
  ['BEGIN', 'begin'],
  ['COMMIT', 'commit'],
  ['rollback', 'rollback'],
  ['ROLLBACK TO `s1`', 'savepoint'],
  ['SAVEPOINT `s1`', 'savepoint'],
  ["XA START X'61'", 'xa'],
  ['insert into t values (1)', 'rows'],
  ['/* hint */ UPDATE t SET a = 1', 'rows'],
  ['-- a line\n  DELETE FROM t', 'rows'],
  ['/*!40000 ALTER TABLE `t` DISABLE KEYS */', 'other'],
  ['CREATE TABLE t (insert_time int)', 'other'],
  ['truncate table t', 'other'],
  ["GRANT SELECT ON *.* TO 'u'@'%'", 'other'],
  ['/*!100000 INSERT INTO t VALUES (1) */', 'rows'],
];

for (const [sql, kind] of CASES) {
  test(`${JSON.stringify(sql)} is ${kind}`, () => assert.equal(statementKind(sql), kind));
}
