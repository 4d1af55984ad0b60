import assert from 'node:assert/strict';
import { test } from 'node:test';
import { columnFit } from '../../../shared/mysql/column-fit.ts';
import { parseGrants } from '../../../shared/mysql/grants.ts';
import type { ServerFacts } from '../../../shared/mysql/server-facts.ts';
import { checkSourceSettings } from '../../../shared/mysql/source-settings.ts';
import type { ColumnFacts } from '../../../shared/mysql/table-facts.ts';

function facts(version: string, variables: Record<string, string>): ServerFacts {
  const flavour = version.includes('MariaDB') ? 'MariaDB' : 'MySQL';
  const good = {
    log_bin: 'ON',
    binlog_format: 'ROW',
    binlog_row_image: 'FULL',
    binlog_row_metadata: 'FULL',
    server_id: '1',
  };
  return { flavour, version, variables: new Map(Object.entries({ ...good, ...variables })) };
}

function codes(version: string, variables: Record<string, string>): string[] {
  return checkSourceSettings(facts(version, variables), 'db').map(({ code }) => code);
}

test('A14: every setting that the log needs is named', () => {
  assert.deepEqual(codes('9.7.0', { gtid_mode: 'ON' }), []);
  assert.deepEqual(
    codes('9.7.0', {
      log_bin: 'OFF',
      binlog_format: 'MIXED',
      binlog_row_image: 'NOBLOB',
      binlog_row_metadata: 'MINIMAL',
      gtid_mode: 'OFF',
      binlog_row_value_options: 'PARTIAL_JSON',
      server_id: '0',
      binlog_expire_logs_seconds: '3600',
    }),
    [
      'BINLOG_OFF',
      'BINLOG_FORMAT',
      'BINLOG_ROW_IMAGE',
      'GTID_OFF',
      'BINLOG_PARTIAL_JSON',
      'BINLOG_ROW_METADATA',
      'SERVER_ID_ZERO',
      'BINLOG_RETENTION',
    ],
  );
  assert.deepEqual(codes('5.7.44-log', { gtid_mode: 'ON' }), ['VERSION_TOO_OLD']);
  assert.deepEqual(codes('10.4.30-MariaDB', {}), ['VERSION_TOO_OLD']);
  assert.deepEqual(codes('10.11.6-MariaDB', { gtid_strict_mode: 'OFF' }), ['GTID_NOT_STRICT']);
});

test('grants on everything, on schema patterns, on tables and revoked ones are understood', () => {
  const grants = parseGrants([
    'GRANT SELECT, REPLICATION SLAVE ON *.* TO `u`@`%`',
    'GRANT INSERT, UPDATE (`a`, `b`) ON `shop\\_a%`.* TO `u`@`%`',
    'GRANT ALL PRIVILEGES ON `own`.* TO `u`@`%` WITH GRANT OPTION',
    'GRANT DELETE ON `x``y`.`t` TO `u`@`%`',
    'REVOKE SELECT ON `secret`.* FROM `u`@`%`',
    "GRANT PROXY ON ''@'' TO 'root'@'localhost' WITH GRANT OPTION",
    'GRANT `role`@`%` TO `u`@`%`',
  ]);
  assert.ok(grants.hasGlobal('REPLICATION SLAVE') && !grants.hasGlobal('REPLICATION CLIENT'));
  assert.ok(grants.onSchema('any', 'SELECT') && !grants.onSchema('secret', 'SELECT'));
  assert.ok(grants.onSchema('shop_a1', 'INSERT') && !grants.onSchema('shopXa1', 'INSERT'));
  assert.ok(!grants.onSchema('shop_a1', 'UPDATE'));
  assert.ok(grants.onSchema('own', 'DELETE') && !grants.onSchema('any', 'DELETE'));
  assert.ok(grants.onTable('x`y', 't', 'DELETE') && !grants.onTable('x`y', 'u', 'DELETE'));
});

function column(columnType: string, more: Partial<ColumnFacts> = {}): ColumnFacts {
  const dataType = /^\w+/.exec(columnType)?.[0] ?? '';
  const [, first, second] = /\((\d+)(?:,(\d+))?\)/.exec(columnType) ?? [];
  const isText = /char|text|enum|set/.test(dataType);
  const isTemporal = /time|date/.test(dataType);
  const size = first === undefined ? undefined : Number(first);
  return {
    name: 'c',
    dataType,
    columnType,
    charset: isText ? 'utf8mb4' : undefined,
    isNullable: true,
    isGenerated: false,
    hasDefault: false,
    length: size,
    precision: size,
    scale: second === undefined ? 0 : Number(second),
    fraction: isTemporal && dataType !== 'date' ? (size ?? 0) : undefined,
    ...more,
  };
}

test('a target column fits, is narrower, or is of another kind', () => {
  const cases: [string, string, string][] = [
    ['int', 'bigint', 'fits'],
    ['int unsigned', 'int', 'narrower'],
    ['bigint', 'int', 'narrower'],
    ['int', 'decimal(10,0)', 'fits'],
    ['varchar(64)', 'varchar(65)', 'fits'],
    ['varchar(64)', 'varchar(63)', 'narrower'],
    ['varchar(64)', 'text', 'fits'],
    ['text', 'varchar(255)', 'narrower'],
    ['decimal(10,2)', 'decimal(12,2)', 'fits'],
    ['decimal(10,2)', 'decimal(10,4)', 'narrower'],
    ['decimal(10,2)', 'double', 'narrower'],
    ['double', 'float', 'narrower'],
    ["enum('a','b')", "enum('b','a','c')", 'fits'],
    ["enum('a','b')", "enum('a')", 'narrower'],
    ['datetime(6)', 'datetime(3)', 'narrower'],
    ['datetime', 'datetime(6)', 'fits'],
    ['varbinary(16)', 'binary(16)', 'narrower'],
    ['varchar(10)', 'int', 'other'],
    ['blob', 'datetime', 'other'],
  ];
  for (const [from, to, wanted] of cases) assert.equal(columnFit(column(from), column(to)), wanted, `${from} -> ${to}`);
  assert.equal(columnFit(column('varchar(9)'), column('varchar(9)', { charset: 'latin1' })), 'narrower');
});
