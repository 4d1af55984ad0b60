import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ReplicationError } from '../../shared/runtime/errors.ts';
import { SourceHistory } from '../support/source-history.ts';

const SOURCES = [
  { flavour: 'MySQL', process: 'order', metadata: 'FULL' },
  { flavour: 'MySQL', process: 'order', metadata: 'MINIMAL' },
  { flavour: 'MariaDB', process: 'user', metadata: 'FULL' },
  { flavour: 'MariaDB', process: 'user', metadata: 'NO_LOG' },
] as const;

const CUSTOMER = `CREATE TABLE customer (id INT UNSIGNED NOT NULL, name VARCHAR(20), mobile VARCHAR(20), email VARCHAR(64),
  kind ENUM('new','old') NOT NULL DEFAULT 'new', marks SET('x','y'), total DECIMAL(10,2), body BLOB, at DATETIME(3), PRIMARY KEY (id))`;

/** Each change, and a row of its time: the columns by name as they must arrive. */
const CHANGES: readonly (readonly [ddl: string, insert: string, expected: Readonly<Record<string, unknown>>])[] = [
  [
    'ALTER TABLE customer CHANGE mobile mobile1 VARCHAR(20)',
    "INSERT INTO customer (id, mobile1) VALUES (10, '1')",
    { mobile1: '1', kind: 'new' },
  ],
  [
    'ALTER TABLE customer CHANGE email email1 VARCHAR(64)',
    "INSERT INTO customer (id, email1) VALUES (11, 'e')",
    { email1: 'e', mobile1: null },
  ],
  [
    "ALTER TABLE customer ADD birthday DATE NOT NULL DEFAULT '1900-01-01' AFTER mobile1",
    'INSERT INTO customer (id) VALUES (12)',
    { birthday: '1900-01-01' },
  ],
  [
    'ALTER TABLE customer CHANGE birthday birthday VARCHAR(10)',
    "INSERT INTO customer (id, birthday) VALUES (13, 'soon')",
    { birthday: 'soon' },
  ],
  ['ALTER TABLE customer ADD INDEX ix_name (name)', 'INSERT INTO customer (id) VALUES (14)', { birthday: null }],
  [
    "ALTER TABLE customer MODIFY kind ENUM('mid','new','old') NOT NULL DEFAULT 'mid'",
    'INSERT INTO customer (id) VALUES (15)',
    { kind: 'mid' },
  ],
  [
    'ALTER TABLE customer RENAME COLUMN name TO email, ADD extra BIGINT UNSIGNED FIRST',
    "INSERT INTO customer (id, email, extra) VALUES (16, 'n', 18446744073709551615)",
    { email: 'n', extra: '18446744073709551615' },
  ],
  ['ALTER TABLE customer DROP COLUMN birthday, DROP extra', 'INSERT INTO customer (id) VALUES (17)', { email: null }],
  [
    'ALTER TABLE customer DROP PRIMARY KEY, ADD PRIMARY KEY (id, kind)',
    "INSERT INTO customer (id, kind) VALUES (18, 'old')",
    { kind: 'old' },
  ],
  [
    'ALTER TABLE customer CONVERT TO CHARACTER SET latin1',
    "INSERT INTO customer (id, email) VALUES (19, 'é')",
    { email: 'é' },
  ],
  ['DROP INDEX ix_name ON customer', "INSERT INTO customer (id, marks) VALUES (20, 'x,y')", { marks: 'x,y' }],
  ['RENAME TABLE customer TO buyer', 'INSERT INTO buyer (id) VALUES (21)', { kind: 'mid' }],
  ['CREATE TABLE customer LIKE buyer', "INSERT INTO customer (id, email) VALUES (22, 'l')", { email: 'l' }],
];

async function expectChanges(history: SourceHistory, before: number): Promise<void> {
  const rows = await history.rows(before + CHANGES.length);
  const last = rows.slice(before).map(({ after }) => after ?? {});
  CHANGES.forEach(([ddl, , expected], index) => {
    const found = last[index] ?? {};
    assert.deepEqual(Object.fromEntries(Object.keys(expected).map((name) => [name, found[name]])), expected, ddl);
  });
  const names = (index: number): string[] => Object.keys(last[index] ?? {});
  assert.deepEqual(names(2), ['id', 'name', 'mobile1', 'birthday', 'email1', 'kind', 'marks', 'total', 'body', 'at']);
  assert.deepEqual(names(6).slice(0, 3), ['extra', 'id', 'email']);
  assert.deepEqual(rows[before + 8]?.key, [history.schema, 'customer', 18, 'old']);
}

for (const { flavour, process, metadata } of SOURCES) {
  test(`B6: a list of ALTERs that ran while the selector was stopped is decoded with the schema of each row's time, ${flavour} ${metadata}`, async () => {
    await using history = await SourceHistory.open(process, metadata);
    await history.run(CUSTOMER);
    await history.start();
    await history.run("INSERT INTO customer (id, name) VALUES (1, 'before')");
    await history.rows(1);
    await history.stop();
    for (const [ddl, insert] of CHANGES) await history.run(ddl, insert);
    await history.start();
    await expectChanges(history, 1);
  });

  test(`B5, B6: rows between ALTERs are decoded with the schema of their time through restarts of the selector, ${flavour} ${metadata}`, async () => {
    await using history = await SourceHistory.open(process, metadata);
    await history.run(CUSTOMER);
    await history.start();
    let count = 0;
    for (const [index, [ddl, insert]] of CHANGES.entries()) {
      if (index % 3 === 1) await history.stop();
      await history.run(ddl, insert);
      if (index % 3 === 1) await history.start();
      count++;
      if (index % 3 === 2) await history.rows(count);
    }
    await expectChanges(history, 0);
  });
}

for (const { process, metadata } of [SOURCES[1], SOURCES[3]]) {
  test(`the DROP of another database does not make a definition unknown, ${process} ${metadata}`, async () => {
    await using history = await SourceHistory.open(process, metadata);
    await history.run('CREATE TABLE seen (id INT PRIMARY KEY)');
    await history.start();
    await history.run('INSERT INTO seen VALUES (1)');
    await history.rows(1);
    await history.stop();
    await history.forget('seen');
    await history.run(`CREATE DATABASE ${history.schema}_x`, `DROP DATABASE ${history.schema}_x`);
    await history.run('INSERT INTO seen VALUES (2)');
    await history.start();
    const rows = await history.rows(2);
    assert.equal(rows[1]?.after?.id, 2);
  });

  test(`a definition that cannot be known is refused by name, and a history that disagrees with the log too, ${process} ${metadata}`, async () => {
    await using history = await SourceHistory.open(process, metadata);
    await history.run('CREATE TABLE seen (id INT PRIMARY KEY)');
    await history.start();
    await history.stop();
    await history.forget('seen');
    await history.run('INSERT INTO seen VALUES (1)', 'ALTER TABLE seen ADD a INT');
    await history.start();
    await assert.rejects(history.ended, hasCode('SCHEMA_HISTORY_UNKNOWN', /seen/));
    await history.teach('seen', [{ name: 'id', type: 'varchar(3)', nullable: false, charset: 'utf8mb4' }]);
    await history.start();
    await assert.rejects(
      history.ended,
      hasCode('SCHEMA_HISTORY_MISMATCH', /column 1, id: the history has varchar\(3\) and the log int/),
    );
    await history.poison('seen');
    await assert.rejects(history.start(), hasCode('RECORD_UNREADABLE', /seen/));
  });
}

function hasCode(code: string, message: RegExp): (error: unknown) => boolean {
  return (error) => error instanceof ReplicationError && error.code === code && message.test(error.message);
}
