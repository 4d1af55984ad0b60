import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decide, statementsOf, untilStatement } from '../support/ddl-desk.ts';
import { Flow } from '../support/flow.ts';
import { PAIRS } from '../support/pairs.ts';
import { assertSameTables, outcomesOf, runAtSource } from '../support/same-tables.ts';
import { structureOf } from '../support/structure.ts';

const ROW = 'id INT PRIMARY KEY, v VARCHAR(20)';

/** Tables whose names begin with m_ are mapped, others are not. */
function openPartlyMapped(tables: Record<string, string>, targetTables = tables): Promise<Flow> {
  const mappings = ({ from, to }: { from: string; to: string }) => [{ from: `${from}.m_*`, to: `${to}.m_*` }];
  return Flow.open({ tables, targetTables, mappings });
}

test('regression 12: RENAME to a mapped name follows; to an unmapped one it is held while other tables flow, and skipped it leaves the target alone', async () => {
  await using flow = await openPartlyMapped({ m_a: ROW, m_b: ROW });
  await runAtSource(flow, [
    "INSERT INTO m_a VALUES (1, 'a')",
    'RENAME TABLE m_a TO m_c',
    "INSERT INTO m_c VALUES (2, 'c')",
    'ALTER TABLE m_c RENAME TO m_d, ADD w INT',
    "INSERT INTO m_d VALUES (3, 'd', 4)",
  ]);
  await assertSameTables(flow, 'm_d', 'm_b');
  await runAtSource(flow, [
    'RENAME TABLE m_d TO elsewhere',
    "INSERT INTO elsewhere VALUES (9, 'x', 9)",
    "INSERT INTO m_b VALUES (1, 'b')",
  ]);
  const held = await untilStatement(flow, 'a held RENAME', ({ state }) => state === 'held');
  assert.deepEqual([held.reason?.code, held.tables], ['DDL_UNMAPPABLE', [`${flow.route.to.schema}.m_d`]]);
  await assertSameTables(flow, 'm_b');
  assert.equal(await decide(flow, held, { action: 'skip' }), 202);
  await untilStatement(flow, 'skipped', ({ id, state }) => id === held.id && state === 'skipped');
  assert.deepEqual(await flow.atTarget('SELECT id FROM m_d ORDER BY id'), [{ id: 1 }, { id: 2 }, { id: 3 }]);
});

test('regression 12: RENAME of an unmapped table to a mapped name is held with the rows behind it; the operator brings the table, then they follow', async () => {
  await using flow = await openPartlyMapped({ outside: ROW, m_b: ROW });
  await runAtSource(flow, [
    "INSERT INTO outside VALUES (1, 'before')",
    'RENAME TABLE outside TO m_new',
    "INSERT INTO m_new VALUES (2, 'behind')",
    'ALTER TABLE m_new ADD w INT',
    "INSERT INTO m_new VALUES (3, 'more', 1)",
    "INSERT INTO m_b VALUES (1, 'b')",
  ]);
  const held = await untilStatement(flow, 'a held RENAME', ({ state }) => state === 'held');
  assert.equal(held.reason?.code, 'DDL_UNMAPPABLE');
  await assertSameTables(flow, 'm_b');
  await flow.atTarget("INSERT INTO outside VALUES (1, 'before')");
  const { schema } = flow.route.to;
  const sql = `RENAME TABLE ${schema}.outside TO ${schema}.m_new`;
  assert.equal(await decide(flow, held, { action: 'edit', sql }), 202);
  await untilStatement(
    flow,
    'the ALTER behind it',
    ({ words, state }) => words === 'ALTER TABLE' && state === 'applied',
  );
  await assertSameTables(flow, 'm_new');
});

test('regression 12: tables are swapped by one RENAME, with a mapped and with an unmapped name between them', async () => {
  await using flow = await openPartlyMapped({ m_a: `${ROW}, a INT`, m_b: `${ROW}, b INT` });
  await runAtSource(flow, [
    "INSERT INTO m_a VALUES (1, 'a', 1)",
    "INSERT INTO m_b VALUES (2, 'b', 2)",
    'RENAME TABLE m_a TO m_tmp, m_b TO m_a, m_tmp TO m_b',
    'INSERT INTO m_a (id, b) VALUES (3, 3)',
    'RENAME TABLE m_a TO swap, m_b TO m_a, swap TO m_b',
    'INSERT INTO m_a (id, a) VALUES (4, 4)',
    'UPDATE m_b SET b = 7 WHERE id = 3',
  ]);
  await assertSameTables(flow, 'm_a', 'm_b');
  assert.deepEqual(await outcomesOf(flow), ['RENAME TABLE applied', 'RENAME TABLE applied']);
});

test('regression 12: DROP of several tables drops the mapped ones alone', async () => {
  await using flow = await openPartlyMapped({ m_a: ROW, outside: ROW, m_b: ROW, m_c: ROW });
  await runAtSource(flow, [
    "INSERT INTO m_c VALUES (1, 'c')",
    'DROP TABLE m_a, outside, m_b',
    'DROP TABLE IF EXISTS m_a, never',
  ]);
  await assertSameTables(flow, 'm_c');
  const left = await flow.atTarget(
    'SELECT TABLE_NAME AS name FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() ORDER BY 1',
  );
  assert.deepEqual(
    left.map(({ name }) => name),
    ['lutra_marker', 'm_c', 'outside'],
  );
});

for (const { source, target, names } of PAIRS) {
  test(`regression 12: CREATE TABLE LIKE and CREATE TABLE SELECT make their tables with their rows, ${names}`, async () => {
    await using flow = await Flow.open({
      source,
      target,
      tables: { a: `${ROW}, n DECIMAL(8,2) NOT NULL DEFAULT '1.50'` },
    });
    await runAtSource(flow, [
      "INSERT INTO a VALUES (1, 'x', 1), (2, 'y', 2), (3, NULL, 3)",
      'CREATE TABLE b LIKE a',
      "INSERT INTO b VALUES (4, 'like', 4)",
      'CREATE TABLE c SELECT id, n * 2 AS twice, v FROM a WHERE id < 3',
      "INSERT INTO c VALUES (9, 9, 'nine')",
      'CREATE TABLE d (extra INT, PRIMARY KEY (id)) SELECT id, v FROM a',
      'UPDATE d SET extra = 5 WHERE id = 2',
    ]);
    await flow.assertEqual();
    const kind = (process: string): boolean => process === 'user';
    if (kind(source) === kind(target)) await assertSameTables(flow, 'b', 'c', 'd');
    for (const table of ['b', 'c', 'd']) {
      const order = `SELECT * FROM ${table} ORDER BY id`;
      assert.deepEqual(await flow.atTarget(order), await flow.atSource(order), table);
    }
    assert.deepEqual(await outcomesOf(flow), Array(3).fill('CREATE TABLE applied'));
  });
}

test('regression 12: CREATE TABLE LIKE an unmapped table is held by name', async () => {
  await using flow = await openPartlyMapped({ outside: ROW, m_b: ROW });
  await runAtSource(flow, [
    'CREATE TABLE m_new LIKE outside',
    "INSERT INTO m_new VALUES (1, 'x')",
    "INSERT INTO m_b VALUES (1, 'b')",
  ]);
  const held = await untilStatement(flow, 'a held CREATE', ({ state }) => state === 'held');
  assert.match(held.reason?.message ?? '', /outside, which no mapping/);
  const { schema } = flow.route.to;
  assert.equal(
    await decide(flow, held, { action: 'edit', sql: `CREATE TABLE ${schema}.m_new LIKE ${schema}.m_b` }),
    202,
  );
  await untilStatement(flow, 'applied', ({ id, state }) => id === held.id && state === 'applied');
  await assertSameTables(flow, 'm_b', 'm_new');
});

test('regression 12: a statement is about the schema that it names, whatever the default schema of its session', async () => {
  await using flow = await Flow.open({ tables: { t: ROW } });
  const { schema } = flow.route.from;
  await runAtSource(flow, [
    `CREATE DATABASE other_${flow.word}`,
    `USE other_${flow.word}`,
    'CREATE TABLE t (id INT)',
    'ALTER TABLE t ADD wrong INT',
    `ALTER TABLE ${schema}.t ADD w INT`,
    `INSERT INTO ${schema}.t VALUES (1, 'x', 2)`,
    `CREATE TABLE ${schema}.u LIKE ${schema}.t`,
    `USE ${schema}`,
    `ALTER TABLE other_${flow.word}.t ADD wrong2 INT`,
    'CREATE INDEX ix ON t (w)',
    `DROP DATABASE other_${flow.word}`,
    'ALTER TABLE u DROP v',
  ]);
  await assertSameTables(flow, 't', 'u');
});

const NAMES = [
  'select',
  'order-items',
  'a.b',
  'cost$',
  'two words',
  '订单',
  'back`tick',
  'Mixed',
  "it's",
  '50%',
  '1st',
];

for (const flavour of ['order', 'user'] as const) {
  test(`regression 10: tables, columns and indexes of odd names go through every statement, ${flavour === 'user' ? 'MariaDB' : 'MySQL'}`, async () => {
    await using flow = await Flow.open({ source: flavour, target: flavour === 'user' ? 'user' : 'otter', tables: {} });
    const quoted = (name: string): string => `\`${name.replaceAll('`', '``')}\``;
    for (const [n, name] of NAMES.entries()) {
      const [table, column, later] = [quoted(name), quoted(NAMES.at(n - 1) ?? ''), quoted(`${name} 2`)];
      await runAtSource(flow, [
        `CREATE TABLE ${table} (${column} INT PRIMARY KEY, v VARCHAR(10))`,
        `INSERT INTO ${table} VALUES (1, 'x')`,
        `ALTER TABLE ${table} CHANGE v ${later} VARCHAR(20), ADD KEY ${table} (${later})`,
        `INSERT INTO ${table} VALUES (2, 'y')`,
        `RENAME TABLE ${table} TO ${later}`,
        `UPDATE ${later} SET ${column} = 5 WHERE ${column} = 1`,
      ]);
    }
    await assertSameTables(flow, ...NAMES.map((name) => `${name} 2`));
    await runAtSource(flow, [`DROP TABLE ${NAMES.map((name) => quoted(`${name} 2`)).join(', ')}`]);
    await flow.settle();
    assert.deepEqual((await structureOf(flow, 'to', 'select 2')).columns, []);
  });
}

test('regression 10: schemas of odd names are mapped to others', async () => {
  await using flow = await Flow.open({
    tables: {},
    mappings: ({ from, to }) => [
      { from: { schema: `${from}-x.y 订`, table: '*' }, to: { schema: `${to}\`z`, table: '*' } },
    ],
  });
  const [from, to] = [`\`${flow.route.from.schema}-x.y 订\``, `\`${flow.route.to.schema}\`\`z\``];
  await flow.atTarget(`CREATE DATABASE ${to}`);
  try {
    await runAtSource(flow, [
      `CREATE DATABASE ${from}`,
      `CREATE TABLE ${from}.t (id INT PRIMARY KEY)`,
      `USE ${from}`,
      'INSERT INTO t VALUES (1)',
      'ALTER TABLE t ADD v INT',
      'INSERT INTO t VALUES (2, 3)',
    ]);
    await flow.settle();
    assert.deepEqual(await flow.atTarget(`SELECT * FROM ${to}.t ORDER BY id`), [
      { id: 1, v: null },
      { id: 2, v: 3 },
    ]);
  } finally {
    await flow.atSource(`DROP DATABASE IF EXISTS ${from}`);
    await flow.atTarget(`DROP DATABASE IF EXISTS ${to}`);
  }
});

test('regressions 6, 10: names inside of texts and comments stay as they are when schema and table are renamed, and so do emoji', async () => {
  await using flow = await Flow.open({
    tables: {},
    mappings: ({ from, to }) => [
      { from: `${from}.users`, to: `${to}.people` },
      { from: `${from}.*`, to: `${to}.copy_*` },
    ],
  });
  const { schema } = flow.route.from;
  await runAtSource(flow, [
    `CREATE TABLE users (id INT PRIMARY KEY, users VARCHAR(60) DEFAULT 'users of ${schema}.users 😀' COMMENT 'see ${schema}.users 🦦', KEY users (users)) COMMENT '${schema}.users 👍🏽'`,
    'INSERT INTO users (id) VALUES (1)',
    `ALTER TABLE /* ${schema}.users */ ${schema}.users ADD note VARCHAR(40) DEFAULT 'ALTER TABLE users 😀' COMMENT 'it''s \\'users\\'', COMMENT = 'RENAME users TO x; 🎉' -- users`,
    "INSERT INTO users (id, users) VALUES (2, 'u')",
    `CREATE TABLE links (id INT PRIMARY KEY, uid INT COMMENT 'REFERENCES users (id)', CONSTRAINT users FOREIGN KEY (uid) REFERENCES ${schema}.users (id))`,
    'INSERT INTO links VALUES (1, 2)',
  ]);
  await assertSameTables(flow, { users: 'people', links: 'copy_links' });
  const comment = `SELECT TABLE_COMMENT AS c FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ?`;
  assert.deepEqual(await flow.atTarget(comment, ['people']), await flow.atSource(comment, ['users']));
  assert.deepEqual(await outcomesOf(flow), ['CREATE TABLE applied', 'ALTER TABLE applied', 'CREATE TABLE applied']);
});

test('regression 6: statements of sessions in latin1 and gbk arrive with the same texts', async () => {
  await using flow = await Flow.open({ tables: { t: ROW } });
  await runAtSource(flow, ['SET NAMES latin1', "ALTER TABLE t COMMENT 'déjà'"]);
  const connection = await flow.connect('from');
  try {
    await connection.query('SET NAMES gbk');
    const text = Buffer.concat([
      Buffer.from("ALTER TABLE t ADD w INT COMMENT '"),
      Buffer.from([0xb6, 0xa9, 0xb5, 0xa5]),
      Buffer.from("'"),
    ]);
    await connection.query('SET @sql = ?', [text]);
    await connection.query('PREPARE s FROM @sql');
    await connection.query('EXECUTE s');
  } finally {
    await connection.end();
  }
  await assertSameTables(flow, 't');
  assert.equal((await statementsOf(flow)).length, 2);
});
