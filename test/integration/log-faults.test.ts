import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { connect, run, serverAt } from '../../demo/servers.ts';
import { eventually } from '../support/eventually.ts';
import { Flow } from '../support/flow.ts';
import { testStack } from '../support/stack.ts';

/** What the source check cannot foresee: one session that writes its log in another way. It is met, named with its place, and nothing is stepped over. */

const TABLES = { t: 'id INT NOT NULL PRIMARY KEY, v VARCHAR(20)' };
const CASES = [
  {
    what: 'A14: a change of rows logged as a statement',
    setting: "SET SESSION binlog_format = 'STATEMENT'",
    says: /logged as a statement/,
  },
  {
    what: 'A14: a row image that lacks columns',
    setting: "SET SESSION binlog_row_image = 'MINIMAL'",
    says: /does not hold all/,
  },
];

/** What these tests leave in the log would stop every later test that reads it from its beginning. */
after(async () => {
  const session = await connect(serverAt((await testStack()).address('order')));
  try {
    await session.query('FLUSH BINARY LOGS');
    await eventually('only the newest log file is left', async () => {
      const [logs] = await session.query('SHOW BINARY LOGS');
      const names = (logs as { Log_name: string }[]).map(({ Log_name }) => Log_name);
      if (names.length > 1) await session.query(`PURGE BINARY LOGS TO '${names.at(-1)}'`);
      return names.length === 1;
    });
  } finally {
    await session.end();
  }
});

for (const { what, setting, says } of CASES) {
  test(`${what} is met at run time and named with its place; what came before is applied`, async () => {
    await using flow = await Flow.open({ tables: TABLES });
    await flow.atSource("INSERT INTO t VALUES (1, 'before')");
    await flow.settle();
    const { server, schema } = flow.route.from;
    const session = await connect(server, { database: schema });
    try {
      await session.query(setting);
      await session.query("UPDATE t SET v = 'changed' WHERE id = 1");
    } finally {
      await session.end();
    }
    const { selector } = await flow.until('the selector is blocked', (status) => status.selector?.state === 'blocked');
    assert.equal(selector?.reason?.code, 'SOURCE_EVENT_UNSUPPORTED');
    assert.match(selector?.reason?.message ?? '', says);
    assert.match(selector?.reason?.message ?? '', /binlog\.\d+:\d+/);
    assert.deepEqual(await flow.atTarget('SELECT v FROM t'), [{ v: 'before' }]);
  });
}

test('a table that is not covered is named, before any row of it is lost', async () => {
  await using flow = await Flow.open({ source: 'user', tables: TABLES });
  const { server, schema } = flow.route.from;
  await run(server, [
    `CREATE TABLE ${schema}.doc (id INT PRIMARY KEY) WITH SYSTEM VERSIONING`,
    `INSERT INTO ${schema}.doc VALUES (1)`,
  ]);
  const { selector } = await flow.until('the selector is blocked', (status) => status.selector?.state === 'blocked');
  assert.equal(selector?.reason?.code, 'SOURCE_TYPE_UNSUPPORTED');
  assert.match(selector?.reason?.message ?? '', /s_[0-9a-f]+\.doc is system-versioned/);
});
