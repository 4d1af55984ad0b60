import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runLutra } from '../support/access.ts';
import { decide, untilStatement } from '../support/ddl-desk.ts';
import { Flow } from '../support/flow.ts';
import { assertSameTables, outcomesOf, runAtSource } from '../support/same-tables.ts';
import { structureOf } from '../support/structure.ts';

const ROW = 'id INT PRIMARY KEY, v INT';

async function namesOf(flow: Flow, table: string): Promise<unknown[]> {
  return (await structureOf(flow, 'to', table)).columns.map((column) => (column as { name: string }).name);
}

test('a mapping overrides the DDL policy of its channel: applied, ignored and held side by side, the ones of other tables flow', async () => {
  await using flow = await Flow.open({
    tables: { a: ROW, b: ROW, c: ROW },
    policies: { ddl: 'ignore' },
    mappings: ({ from, to }) => [
      { from: `${from}.a`, to: `${to}.a`, ddl: 'apply' },
      { from: `${from}.b`, to: `${to}.b`, ddl: 'hold' },
      { from: `${from}.*`, to: `${to}.*` },
    ],
  });
  await runAtSource(flow, [
    ...['a', 'b', 'c'].flatMap((table) => [
      `INSERT INTO ${table} VALUES (1, 1)`,
      `ALTER TABLE ${table} ADD INDEX ix (v)`,
      `INSERT INTO ${table} VALUES (2, 2)`,
    ]),
    'DROP TABLE a, c',
    'ALTER TABLE b ADD w INT',
    'INSERT INTO b VALUES (3, 3, 3)',
  ]);
  const held = await untilStatement(flow, 'a held ALTER', ({ state }) => state === 'held');
  await untilStatement(flow, 'one behind it', ({ state }) => state === 'queued');
  assert.deepEqual([held.reason?.code, held.tables], ['DDL_HELD', [`${flow.route.to.schema}.b`]]);
  assert.deepEqual(await outcomesOf(flow), [
    'ALTER TABLE applied',
    'ALTER TABLE held DDL_HELD',
    'ALTER TABLE skipped DDL_IGNORED',
    'DROP TABLE applied',
    'ALTER TABLE queued DDL_QUEUED',
  ]);
  assert.deepEqual((await structureOf(flow, 'to', 'c')).indexes.length, 0);
  assert.equal((await flow.atTarget('SELECT * FROM b')).length, 1);
  assert.equal(await decide(flow, held, { action: 'apply' }), 202);
  const next = await untilStatement(flow, 'the second one held', ({ state, id }) => state === 'held' && id !== held.id);
  assert.deepEqual(await flow.atTarget('SELECT id FROM b ORDER BY id'), [{ id: 1 }, { id: 2 }]);
  assert.equal(await decide(flow, next, { action: 'apply' }), 202);
  await untilStatement(flow, 'applied', ({ id, state }) => id === next.id && state === 'applied');
  await assertSameTables(flow, 'b');
});

test('a held statement is listed, edited, skipped and applied with the command line', async () => {
  await using flow = await Flow.open({ tables: { t: ROW }, policies: { ddl: 'hold' } });
  const lutra = (...args: string[]) => runLutra(flow.stack, ...args);
  const steps: readonly [sql: string, ...args: string[]][] = [
    ['ALTER TABLE t ADD w INT', 'apply'],
    ['ALTER TABLE t ADD x INT', 'edit', '--sql', `ALTER TABLE ${flow.route.to.schema}.t ADD x BIGINT`],
    ['CREATE INDEX ix ON t (v)', 'skip'],
  ];
  for (const [n, [sql, action = '', ...args]] of steps.entries()) {
    await runAtSource(flow, [
      `INSERT INTO t (id) VALUES (${2 * n})`,
      sql,
      `INSERT INTO t (id, v) VALUES (${2 * n + 1}, 1)`,
    ]);
    const { id } = await untilStatement(flow, sql, ({ state }) => state === 'held');
    const listed = await lutra('ddl', 'list', flow.name, '--state', 'held');
    assert.match(listed.out, new RegExp(`${id} +p +held .*DDL_HELD`));
    const decided = await lutra('ddl', action, flow.name, id, ...args);
    assert.deepEqual([decided.code, decided.err], [0, ''], decided.out);
    await untilStatement(
      flow,
      `${sql} settled`,
      (entry) => entry.id === id && entry.state === (action === 'skip' ? 'skipped' : 'applied'),
    );
    await flow.settle();
    const again = await lutra('ddl', action, flow.name, id, ...args);
    assert.equal(again.code, 1);
  }
  assert.deepEqual(
    await flow.atTarget('SELECT * FROM t ORDER BY id'),
    await flow.atSource('SELECT * FROM t ORDER BY id'),
  );
  const { columns, indexes } = await structureOf(flow, 'to', 't');
  assert.deepEqual([(columns[3] as { type: string }).type, indexes.length], ['bigint', 1]);
});

test('databases are left alone by default, made and dropped when the policy says so', async () => {
  const mappings = ({ from, to }: { from: string; to: string }) => [
    { from: { schema: `${from}_*`, table: '*' }, to: { schema: `${to}_*`, table: '*' } },
  ];
  for (const databaseDdl of ['ignore', 'apply'] as const) {
    await using flow = await Flow.open({
      tables: {},
      mappings,
      ...(databaseDdl === 'apply' ? { policies: { databaseDdl } } : {}),
    });
    const { from, to } = flow.route;
    await runAtSource(flow, [
      `CREATE DATABASE ${from.schema}_x CHARACTER SET latin1`,
      `ALTER DATABASE ${from.schema}_x CHARACTER SET gbk`,
    ]);
    await flow.settle();
    const ask = `SELECT DEFAULT_CHARACTER_SET_NAME AS charset FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = '${to.schema}_x'`;
    assert.deepEqual(await flow.atTarget(ask), databaseDdl === 'apply' ? [{ charset: 'gbk' }] : []);
    if (databaseDdl === 'apply') {
      await runAtSource(flow, [
        `CREATE TABLE ${from.schema}_x.t (id INT PRIMARY KEY, v VARCHAR(5))`,
        `INSERT INTO ${from.schema}_x.t VALUES (1, '订')`,
      ]);
      await flow.settle();
      assert.deepEqual(await flow.atTarget(`SELECT * FROM ${to.schema}_x.t`), [{ id: 1, v: '订' }]);
    }
    await runAtSource(flow, [`DROP DATABASE ${from.schema}_x`]);
    await flow.settle();
    assert.deepEqual(await flow.atTarget(ask), []);
  }
});

const COLUMN_RULES = { rename: { mobile: 'phone' }, exclude: ['secret'], set: { origin: "'sh'" } };
const SOURCE = 'id INT PRIMARY KEY, mobile VARCHAR(20), secret INT, plain INT';
const TARGET = 'id INT PRIMARY KEY, phone VARCHAR(20), mobile INT, plain INT, origin VARCHAR(5)';

const HELD = [
  ['ALTER TABLE t_0 MODIFY mobile VARCHAR(40)', 'mobile'],
  ['ALTER TABLE t_1 CHANGE plain phone INT', 'phone'],
  ['ALTER TABLE t_2 DROP COLUMN mobile', 'mobile'],
  ['ALTER TABLE t_3 ADD w INT AFTER secret', 'secret'],
  ['CREATE INDEX ix ON t_4 (plain, MOBILE)', 'MOBILE'],
  ['ALTER TABLE t_5 ADD origin INT', 'origin'],
  ['ALTER TABLE t_6 ADD g INT AS (secret + 1)', 'secret'],
] as const;

test('a statement that names a column that the mapping renames, leaves out or sets is held, and the target keeps its columns', async () => {
  const each = (body: string) => Object.fromEntries(HELD.map((_, n) => [`t_${n}`, body]));
  await using flow = await Flow.open({
    tables: each(SOURCE),
    targetTables: each(TARGET),
    mappings: ({ from, to }) => [{ from: `${from}.t_*`, to: `${to}.t_*`, columns: COLUMN_RULES }],
  });
  const before = await structureOf(flow, 'to', 't_0');
  await runAtSource(
    flow,
    HELD.map(([sql]) => sql),
  );
  for (const [n, [text, column]] of HELD.entries()) {
    const held = await untilStatement(flow, text, ({ state, sql }) => state === 'held' && sql === text);
    assert.deepEqual([held.reason?.code, held.targetSql], ['DDL_COLUMN_MAPPED', undefined]);
    assert.match(held.reason?.message ?? '', new RegExp(`names ${column},`));
    assert.deepEqual(await structureOf(flow, 'to', `t_${n}`), before);
  }
});

test('statements about other columns of such a table are applied; a held one is edited into the words of the target and rows follow', async () => {
  await using flow = await Flow.open({
    tables: { t: SOURCE },
    targetTables: { t: TARGET },
    mappings: ({ from, to }) => [{ from: `${from}.t`, to: `${to}.t`, columns: COLUMN_RULES }],
  });
  await runAtSource(flow, [
    "INSERT INTO t VALUES (1, 'a', 1, 1)",
    "ALTER TABLE t ADD extra INT DEFAULT 3 COMMENT 'beside secret and mobile', ADD INDEX ix (plain)",
    "INSERT INTO t VALUES (2, 'b', 2, 2, 2)",
    'ALTER TABLE t MODIFY mobile VARCHAR(40)',
    "INSERT INTO t VALUES (3, 'this is longer than twenty', 2, 2, 2)",
  ]);
  const held = await untilStatement(flow, 'a held statement', ({ state }) => state === 'held');
  assert.deepEqual(await namesOf(flow, 't'), ['id', 'phone', 'mobile', 'plain', 'origin', 'extra']);
  const sql = `ALTER TABLE ${flow.route.to.schema}.t MODIFY phone VARCHAR(40)`;
  assert.equal(await decide(flow, held, { action: 'edit', sql }), 202);
  await untilStatement(flow, 'applied', ({ id, state }) => id === held.id && state === 'applied');
  await flow.settle();
  assert.deepEqual(await flow.atTarget('SELECT id, phone, mobile, plain, origin, extra FROM t ORDER BY id'), [
    { id: 1, phone: 'a', mobile: null, plain: 1, origin: 'sh', extra: 3 },
    { id: 2, phone: 'b', mobile: null, plain: 2, origin: 'sh', extra: 2 },
    { id: 3, phone: 'this is longer than twenty', mobile: null, plain: 2, origin: 'sh', extra: 2 },
  ]);
});

test('TRUNCATE of a table whose deleted rows are only marked at the target is held', async () => {
  await using flow = await Flow.open({
    tables: { t: ROW },
    targetTables: { t: `${ROW}, gone INT NOT NULL DEFAULT 0` },
    mappings: ({ from, to }) => [{ from: `${from}.t`, to: `${to}.t`, delete: { mark: 'gone' } }],
  });
  await runAtSource(flow, ['INSERT INTO t VALUES (1, 1)', 'TRUNCATE TABLE t', 'INSERT INTO t VALUES (2, 2)']);
  const held = await untilStatement(flow, 'a held statement', ({ state }) => state === 'held');
  assert.equal(held.reason?.code, 'DDL_REMOVES_ROWS');
  await flow.atTarget('UPDATE t SET gone = 1');
  assert.equal(await decide(flow, held, { action: 'skip' }), 202);
  await untilStatement(flow, 'skipped', ({ id, state }) => id === held.id && state === 'skipped');
  await flow.settle();
  assert.deepEqual(await flow.atTarget('SELECT id, gone FROM t ORDER BY id'), [
    { id: 1, gone: 1 },
    { id: 2, gone: 0 },
  ]);
});
