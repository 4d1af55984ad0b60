import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Relay, type Trap } from '../../chaos/relay.ts';
import { checkChannels } from '../../services/admin-api/channel-check.ts';
import type { Database, Pipeline } from '../../shared/model/channel.ts';
import { checkSource } from '../../shared/mysql/source-check.ts';
import { checkTarget } from '../../shared/mysql/target-check.ts';
import { upStack } from '../../stack/api.ts';
import { CheckBench, codesOf } from '../support/check-bench.ts';
import { eventually } from '../support/eventually.ts';

// Servers of its own: global variables are changed.
const dir = mkdtempSync(join(tmpdir(), 'lutra-checks-'));
const stack = await upStack({
  dir,
  port: 0,
  databases: 'order=mysql,user=mariadb',
  only: ['order', 'user'],
  noServices: true,
  tiedToCaller: true,
});
after(async () => {
  await stack.reset();
  rmSync(dir, { recursive: true, force: true });
});

const SERVERS = [
  { flavour: 'MySQL', name: 'order', client: 'REPLICATION CLIENT' },
  { flavour: 'MariaDB', name: 'user', client: 'BINLOG MONITOR' },
] as const;
const ITEM = 'CREATE TABLE item (id INT PRIMARY KEY, name VARCHAR(64), price DECIMAL(10,2))';

for (const { flavour, name, client } of SERVERS) {
  const open = (): Promise<CheckBench> => CheckBench.open(stack.address(name));

  test(`A13 ${flavour}: a user with REPLICATION SLAVE, REPLICATION CLIENT and SELECT passes`, async () => {
    await using bench = await open();
    await bench.sql.query(ITEM);
    assert.deepEqual(codesOf(await bench.source(bench.mapping('*')), 'error'), []);
  });

  test(`${flavour}: a check whose connection is lost at any question says that the server does not answer`, async () => {
    await using bench = await open();
    await bench.sql.query(ITEM);
    const relay = await Relay.open(bench.address().port);
    await using _ = relay;
    const there = { ...bench.address(), host: '127.0.0.1', port: relay.port };
    const loader = { ...(await bench.user('load', 'ALL ON *.*')), host: '127.0.0.1', port: relay.port };
    const sides = [
      { look: () => bench.source(bench.mapping('item'), there), lost: 'SOURCE_UNREACHABLE', fewest: 5 },
      { look: () => bench.target(bench.mapping('item'), loader), lost: 'TARGET_UNREACHABLE', fewest: 5 },
    ];
    for (const { look, lost, fewest } of sides) {
      let questions = 0;
      for (let isWhole = false; !isWhole; questions++) {
        let before = questions;
        const trap: Trap = { matches: () => before-- === 0, when: 'before', spring: () => {} };
        relay.arm(trap);
        const errors = codesOf(await look(), 'error');
        relay.disarm(trap);
        isWhole = errors.length === 0;
        if (!isWhole) assert.deepEqual(errors, [lost], `lost at question ${questions}`);
      }
      assert.ok(questions > fewest, `${questions} questions`);
    }
  });

  test(`A13 ${flavour}: every missing grant is named, with the GRANT that gives it`, async () => {
    await using bench = await open();
    await bench.sql.query(ITEM);
    const poor = await bench.user('poor', `INSERT ON ${bench.schema}.*`);
    const problems = await bench.source(bench.mapping('item'), poor);
    assert.deepEqual(codesOf(problems, 'error').toSorted(), [
      'GRANT_REPLICATION_CLIENT',
      'GRANT_REPLICATION_SLAVE',
      'GRANT_SELECT',
    ]);
    const remedies = problems.map(({ remedy }) => remedy).join('\n');
    for (const grant of [client, 'REPLICATION SLAVE'])
      assert.ok(remedies.includes(`GRANT ${grant} ON *.* TO '${poor.user}'@'%'`), remedies);
    for (const { remedy, severity } of problems) if (severity === 'error') await bench.sql.query(remedy);
    assert.deepEqual(codesOf(await bench.source(bench.mapping('item'), poor), 'error'), []);
  });

  test(`A13 ${flavour}: grants that come by a role count`, async () => {
    await using bench = await open();
    await bench.sql.query(ITEM);
    const user = await bench.user('role');
    const role = `r_${bench.schema}`;
    await bench.sql.query(
      `CREATE ROLE ${role}; GRANT REPLICATION SLAVE, ${client}, SELECT ON *.* TO ${role}; GRANT ${role} TO '${user.user}'@'%'`,
    );
    await bench.sql.query(
      flavour === 'MySQL'
        ? `SET DEFAULT ROLE ALL TO '${user.user}'@'%'`
        : `SET DEFAULT ROLE ${role} FOR '${user.user}'@'%'`,
    );
    try {
      assert.deepEqual(codesOf(await bench.source(bench.mapping('item'), user), 'error'), []);
    } finally {
      await bench.sql.query(`DROP ROLE ${role}`);
    }
  });

  test(`A14 ${flavour}: STATEMENT, MIXED, MINIMAL and NOBLOB are reported at once`, async () => {
    await using bench = await open();
    await bench.sql.query(ITEM);
    for (const [format, image] of [
      ['STATEMENT', 'MINIMAL'],
      ['MIXED', 'NOBLOB'],
    ] as const) {
      await bench.setGlobal('binlog_format', format);
      await bench.setGlobal('binlog_row_image', image);
      await bench.setGlobal('binlog_row_metadata', 'MINIMAL');
      assert.deepEqual(codesOf(await bench.source(bench.mapping('*')), 'error'), ['BINLOG_FORMAT', 'BINLOG_ROW_IMAGE']);
      assert.ok(codesOf(await bench.source(bench.mapping('*')), 'warning').includes('BINLOG_ROW_METADATA'));
    }
  });

  test(`${flavour}: a wrong password and a server that is away are one sentence each`, async () => {
    await using bench = await open();
    const denied = await bench.source(bench.mapping('*'), bench.address('lutra', 'wrong-pw'));
    assert.deepEqual(codesOf(denied), ['SOURCE_ACCESS_DENIED']);
    assert.ok(!JSON.stringify(denied).includes('wrong-pw'));
    assert.deepEqual(codesOf(await bench.source(bench.mapping('*'), { ...bench.address(), port: 1 })), [
      'SOURCE_UNREACHABLE',
    ]);
    assert.deepEqual(codesOf(await checkTarget({ ...bench.address(), host: 'no-such-host.invalid' }, [])), [
      'TARGET_UNREACHABLE',
    ]);
    assert.deepEqual(codesOf(await checkTarget(bench.address('lutra', 'wrong-pw'), [])), ['TARGET_ACCESS_DENIED']);
  });

  test(`${flavour}: unknown tables, views, patterns without a match, tables without a key are told`, async () => {
    await using bench = await open();
    await bench.sql.query(`${ITEM}; CREATE TABLE log (a INT); CREATE VIEW seen AS SELECT id FROM item`);
    assert.deepEqual(codesOf(await bench.source(bench.mapping('itm'))).slice(0, 1), ['TABLE_UNKNOWN']);
    assert.deepEqual(codesOf(await bench.source(bench.mapping('seen'))).slice(0, 1), ['TABLE_IS_VIEW']);
    const pattern = await bench.source(bench.mapping('x_*'));
    assert.ok(codesOf(pattern, 'warning').includes('PATTERN_MATCHES_NOTHING'));
    assert.ok(codesOf(await bench.source(bench.mapping('*')), 'warning').includes('NO_PRIMARY_KEY'));
  });

  test(`B26 ${flavour}: a pattern over all schemas does not reach the server's own`, async () => {
    await using bench = await open();
    await bench.sql.query(ITEM);
    const everything = { from: { schema: '*', table: '*' }, to: { schema: '*', table: '*' } };
    const { tables } = await checkSource(bench.address(), [{ name: 'p', mappings: [everything] }]);
    const schemas = new Set(tables.map(({ schema }) => schema));
    assert.ok(schemas.has(bench.schema));
    for (const own of ['mysql', 'sys', 'information_schema', 'performance_schema', 'lutra'])
      assert.ok(!schemas.has(own), own);
  });

  test(`${flavour}: columns of rare types and character sets are fit to be read`, async () => {
    await using bench = await open();
    await bench.sql.query(
      'CREATE TABLE place (id INT PRIMARY KEY, spot POINT, g VARCHAR(9) CHARACTER SET gb2312, j JSON, ok TEXT)',
    );
    assert.deepEqual(codesOf(await bench.source(bench.mapping('place')), 'error'), []);
  });

  test(`${flavour}: a start that was purged or lies beyond the log is named`, async () => {
    await using bench = await open();
    await bench.sql.query(ITEM);
    const look = async (start: Parameters<typeof checkSource>[1][number]['start']) => {
      const pipelines = start === undefined ? [] : [{ name: 'p', mappings: [bench.mapping('*')], start }];
      return codesOf((await checkSource(bench.address(), pipelines)).problems, 'error');
    };
    assert.deepEqual(await look({ file: 'gone-bin.000001', position: 4 }), ['SOURCE_LOG_PURGED']);
    const [rows] = await bench.sql.query('SHOW BINARY LOGS');
    const file = (rows as { Log_name: string }[])[0]?.Log_name ?? '';
    assert.deepEqual(await look({ file, position: 2_000_000_000 }), ['START_BEYOND_LOG']);
    assert.deepEqual(await look({ file, position: 4 }), []);
    const foreign = flavour === 'MySQL' ? '0-1-100' : '3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5';
    assert.deepEqual(await look({ gtid: foreign }), ['START_FORM']);
    await bench.sql.query('FLUSH BINARY LOGS');
    // MariaDB keeps a file until its checkpoint is written, so the purge is asked for until it has happened.
    await eventually('only the newest file is left', async () => {
      const [logs] = await bench.sql.query('SHOW BINARY LOGS');
      const names = (logs as { Log_name: string }[]).map(({ Log_name }) => Log_name);
      if (names.length > 1) await bench.sql.query(`PURGE BINARY LOGS TO '${names.at(-1)}'`);
      return names.length === 1;
    });
    const early = flavour === 'MySQL' ? await uuidOf(bench) : '0-1-1';
    assert.deepEqual(await look({ gtid: early }), ['SOURCE_LOG_PURGED']);
    assert.deepEqual(await look({ file, position: 4 }), ['SOURCE_LOG_PURGED']);
  });

  test(`${flavour}: missing target schema, tables, columns and columns without default are named`, async () => {
    await using source = await open();
    await using target = await open();
    await source.sql.query(`${ITEM}; CREATE TABLE plain (id INT PRIMARY KEY)`);
    await target.sql.query(
      'CREATE TABLE item (id INT PRIMARY KEY, name VARCHAR(10), must INT NOT NULL, may INT NOT NULL DEFAULT 1) ENGINE=MyISAM',
    );
    const problems = await source.target(source.mapping('*', target.schema), target.address('lutra_load'));
    assert.deepEqual(codesOf(problems, 'error').toSorted(), [
      'TARGET_COLUMN_MISSING',
      'TARGET_COLUMN_WITHOUT_DEFAULT',
      'TARGET_TABLE_MISSING',
    ]);
    assert.deepEqual(
      ['TARGET_TYPE_NARROWER', 'TARGET_ENGINE'].filter((code) => !codesOf(problems, 'warning').includes(code)),
      [],
    );
    const none = await source.target(source.mapping('item', 'no_such_schema'), target.address('lutra_load'));
    assert.deepEqual(codesOf(none, 'error'), ['TARGET_SCHEMA_MISSING']);
    await target.sql.query(
      'DROP TABLE item; CREATE TABLE item (id INT, name VARCHAR(64) PRIMARY KEY, price DECIMAL(12,2))',
    );
    const key = await source.target(source.mapping('item', target.schema), target.address('lutra_load'));
    assert.deepEqual([codesOf(key, 'error'), codesOf(key, 'warning').includes('PRIMARY_KEY_DIFFERS')], [[], true]);
    await target.sql.query(`DROP TABLE item; ${ITEM}`);
    assert.deepEqual(
      codesOf(await source.target(source.mapping('item', target.schema), target.address('lutra_load')), 'error'),
      [],
    );
  });

  test(`B13 ${flavour}: triggers that do not test @lutra_apply, keys that compare less exactly and other cascades are warned of`, async () => {
    await using source = await open();
    await using target = await open();
    const tables = (
      collation: string,
      rule: string,
    ): string => `CREATE TABLE p (k VARCHAR(10) COLLATE ${collation} PRIMARY KEY);
      CREATE TABLE c (id INT PRIMARY KEY, k VARCHAR(10) COLLATE ${collation}, FOREIGN KEY (k) REFERENCES p (k) ${rule})`;
    await source.sql.query(tables('utf8mb4_bin', 'ON DELETE CASCADE'));
    await target.sql.query(`${tables('utf8mb4_general_ci', '')}; CREATE TABLE log (id INT);
      CREATE TRIGGER blind AFTER INSERT ON p FOR EACH ROW INSERT INTO log VALUES (1) /* @lutra_apply */;
      CREATE TRIGGER tests AFTER INSERT ON c FOR EACH ROW INSERT INTO log SELECT 1 FROM DUAL WHERE @lutra_apply IS NULL`);
    const found = await source.target(source.mapping('*', target.schema), target.address('lutra_load'));
    const told = found.filter(({ code }) => /TRIGGER|COARSER|CASCADES/.test(code)).map(({ code }) => code);
    // MariaDB hides its cascades from a user who may only read.
    const cascades = flavour === 'MySQL' ? ['CASCADES_DIFFER'] : [];
    assert.deepEqual(told.toSorted(), [...cascades, 'TARGET_KEY_COARSER', 'TARGET_TRIGGER']);
    assert.match(found.find(({ code }) => code === 'TARGET_TRIGGER')?.message ?? '', /triggers blind:/);
  });

  test(`${flavour}: a target user without the grants, and a target that is read-only, are told`, async () => {
    await using bench = await open();
    await bench.sql.query(ITEM);
    const reader = await bench.user('reader', `SELECT ON ${bench.schema}.*`);
    const problems = await bench.target(bench.mapping('item'), reader);
    assert.deepEqual(codesOf(problems, 'error'), ['GRANT_TARGET', 'GRANT_LUTRA_SCHEMA']);
    assert.match(
      problems.find(({ code }) => code === 'GRANT_TARGET_DDL')?.remedy ?? '',
      /^GRANT CREATE, ALTER, DROP, INDEX, REFERENCES ON/,
    );
    for (const { remedy, severity } of problems) if (severity === 'error') await bench.sql.query(remedy);
    assert.deepEqual(codesOf(await bench.target(bench.mapping('item'), reader), 'error'), []);
    await bench.setGlobal('read_only', 'ON');
    assert.deepEqual(codesOf(await bench.target(bench.mapping('item'), reader), 'error'), ['TARGET_READ_ONLY']);
  });
}

test('A14 MySQL: GTID off, partial JSON and short retention are reported at once', async () => {
  await using bench = await CheckBench.open(stack.address('order'));
  await bench.sql.query(ITEM);
  await bench.setGlobal('binlog_row_value_options', "'PARTIAL_JSON'");
  await bench.setGlobal('binlog_expire_logs_seconds', '600');
  await bench.setGlobal('gtid_mode', 'ON_PERMISSIVE');
  const problems = await bench.source(bench.mapping('*'));
  assert.deepEqual(codesOf(problems, 'error'), ['GTID_OFF', 'BINLOG_PARTIAL_JSON']);
  assert.deepEqual(codesOf(problems, 'warning'), ['BINLOG_RETENTION']);
});

test('MariaDB: system-versioned tables are refused with their names, sequences are told', async () => {
  await using bench = await CheckBench.open(stack.address('user'));
  await bench.sql.query(
    `${ITEM}; CREATE TABLE old (id INT PRIMARY KEY) WITH SYSTEM VERSIONING; CREATE SEQUENCE numbers`,
  );
  const [versioned] = await bench.source(bench.mapping('*'));
  assert.deepEqual(
    [versioned?.severity, versioned?.code, new RegExp(`: ${bench.schema}\\.old$`).test(versioned?.message ?? '')],
    ['error', 'SOURCE_TYPE_UNSUPPORTED', true],
  );
  const [sequence] = await bench.source(bench.mapping('numbers'));
  assert.match(sequence?.message ?? '', /which is a sequence$/);
});

test('regression 15: hosts that a source is to fail over to are checked too, as warnings', async () => {
  await using bench = await CheckBench.open(stack.address('order'));
  await bench.sql.query(ITEM);
  process.env.LUTRA_CHECK_PASSWORD = 'lutra';
  const db: Database = {
    site: 'sh',
    hosts: [stack.address('order'), '127.0.0.1:1'],
    partitions: 1,
    user: 'lutra',
    password: { env: 'LUTRA_CHECK_PASSWORD' },
  };
  const pipeline: Pipeline = { name: 'p', from: 'db', to: 'db', mappings: [bench.mapping('item')], start: 'end' };
  const channel = { name: 'c', pipelines: [pipeline], resolved: { db }, policies: undefined };
  const { checks } = await checkChannels([channel], () => false);
  const told = checks.find(({ side }) => side === 'source')?.problems ?? [];
  assert.deepEqual(
    told.map(({ severity, code }) => [severity, code]),
    [['warning', 'SOURCE_UNREACHABLE']],
  );
  assert.match(told[0]?.message ?? '', /127\.0\.0\.1:1 does not answer/);
});

test('A14 MySQL: a server without a binary log is reported', async () => {
  const plainDir = mkdtempSync(join(tmpdir(), 'lutra-nolog-'));
  const plain = await upStack({
    dir: plainDir,
    port: 0,
    databases: 'order=mysql',
    databaseArguments: ['--skip-log-bin'],
    only: ['order'],
    noServices: true,
    tiedToCaller: true,
  });
  try {
    await using bench = await CheckBench.open(plain.address('order'));
    assert.ok(codesOf(await bench.source(bench.mapping('*')), 'error').includes('BINLOG_OFF'));
  } finally {
    await plain.reset();
    rmSync(plainDir, { recursive: true, force: true });
  }
});

/** A GTID set that starts before everything that was purged. */
async function uuidOf(bench: CheckBench): Promise<string> {
  const [rows] = await bench.sql.query('SELECT @@server_uuid AS id');
  return `${(rows as { id: string }[])[0]?.id}:1`;
}
