import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Row } from '../../demo/servers.ts';
import { Flow, type Mappings } from '../support/flow.ts';

const TARGETS = [
  ['MySQL', 'otter'],
  ['MariaDB', 'user'],
] as const;

const ORDERS = 'id BIGINT NOT NULL PRIMARY KEY, status VARCHAR(20), price DECIMAL(20,4), qty INT, note VARCHAR(50)';

/** The rows of a query as text, `1,a,NULL`. */
function lines(rows: readonly Row[]): string[] {
  return rows.map((row) =>
    Object.values(row)
      .map((value) => (value === null ? 'NULL' : String(value)))
      .join(),
  );
}

/** One mapping of all tables with some rules. */
const rules =
  (more: object = {}): Mappings =>
  ({ from, to }) => [{ from: `${from}.*`, to: `${to}.*`, ...more }];

for (const [server, target] of TARGETS) {
  test(`B20: a delete marks the row in ${server}, a re-insert makes it alive again, and the history keeps what was deleted`, async () => {
    await using flow = await Flow.open({
      target,
      tables: { orders: ORDERS },
      targetTables: {
        orders: `${ORDERS}, del_flag TINYINT NOT NULL DEFAULT 0`,
        deleted: `n BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, ${ORDERS.replace(' PRIMARY KEY', '')}, at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP`,
      },
      mappings: ({ from, to }) => [
        {
          from: `${from}.*`,
          to: `${to}.*`,
          delete: { mark: 'del_flag', value: 1, alive: 0, history: `${to}.deleted` },
        },
      ],
    });
    const rows = async (): Promise<string[]> => {
      await flow.settle();
      return lines(await flow.atTarget('SELECT id, status, del_flag FROM orders ORDER BY id'));
    };
    await flow.atSource("INSERT INTO orders (id, status) VALUES (1, 'a'), (2, 'b')");
    assert.deepEqual(await rows(), ['1,a,0', '2,b,0']);
    await flow.atSource('DELETE FROM orders WHERE id = 1');
    assert.deepEqual(await rows(), ['1,a,1', '2,b,0']);
    await flow.atSource("INSERT INTO orders (id, status) VALUES (1, 'new')");
    assert.deepEqual(await rows(), ['1,new,0', '2,b,0']);
    await flow.atSource(
      "START TRANSACTION; DELETE FROM orders WHERE id = 2; INSERT INTO orders (id, status) VALUES (2, 'b2'); COMMIT",
    );
    assert.deepEqual(await rows(), ['1,new,0', '2,b2,0']);
    await flow.atSource('UPDATE orders SET id = 3 WHERE id = 2');
    assert.deepEqual(await rows(), ['1,new,0', '2,b2,1', '3,b2,0']);
    assert.deepEqual(lines(await flow.atTarget('SELECT id, status FROM deleted ORDER BY n')), ['1,a', '2,b', '2,b2']);
  });

  test(`a filter, computed columns and renames hold in ${server} for rows that enter, leave and stay`, async () => {
    await using flow = await Flow.open({
      target,
      tables: { orders: ORDERS },
      targetTables: {
        orders:
          'order_id BIGINT NOT NULL PRIMARY KEY, status VARCHAR(20), site CHAR(2) NOT NULL, total DECIMAL(30,4), qty INT',
      },
      mappings: rules({
        columns: {
          exclude: ['note', 'price'],
          rename: { id: 'order_id' },
          set: { site: "'sh'", total: 'row.price == null ? null : row.price * row.qty' },
        },
        where: "row.status != 'draft'",
      }),
    });
    const rows = async (): Promise<string[]> => {
      await flow.settle();
      return lines(await flow.atTarget('SELECT order_id, status, site, total, qty FROM orders ORDER BY order_id'));
    };
    await flow.atSource(
      `INSERT INTO orders VALUES (9007199254740993, 'live', 1234567890123456.7891, 3, 'x'), (2, 'draft', 1, 1, 'x'), (3, NULL, NULL, NULL, NULL)`,
    );
    assert.deepEqual(await rows(), ['3,NULL,sh,NULL,NULL', '9007199254740993,live,sh,3703703670370370.3673,3']);
    await flow.atSource(
      "UPDATE orders SET status = 'live', price = 2.5 WHERE id = 2; UPDATE orders SET status = 'draft' WHERE id = 3",
    );
    assert.deepEqual(await rows(), ['2,live,sh,2.5000,1', '9007199254740993,live,sh,3703703670370370.3673,3']);
    await flow.atSource(
      'UPDATE orders SET qty = 2 WHERE id = 2; UPDATE orders SET qty = 2 WHERE id = 3; DELETE FROM orders WHERE id = 3; UPDATE orders SET id = 4 WHERE id = 2',
    );
    assert.deepEqual(await rows(), ['4,live,sh,5.0000,2', '9007199254740993,live,sh,3703703670370370.3673,3']);
    await flow.atSource('DELETE FROM orders');
    assert.deepEqual(await rows(), []);
  });

  test(`B11: a poison table that blocks ${server} is excluded while the channel runs: free within seconds, its place kept`, async () => {
    const check = target === 'otter' ? 'CONSTRAINT small CHECK (v < 100)' : 'CHECK (v < 100)';
    await using flow = await Flow.open({
      target,
      tables: { good: 'id INT NOT NULL PRIMARY KEY', test_poison: 'id INT NOT NULL PRIMARY KEY, v INT NOT NULL' },
      targetTables: {
        good: 'id INT NOT NULL PRIMARY KEY',
        test_poison: `id INT NOT NULL PRIMARY KEY, v INT NOT NULL, ${check}`,
      },
    });
    await flow.atSource('INSERT INTO test_poison VALUES (1, 1); INSERT INTO good VALUES (1)');
    await flow.settle();
    const before = await flow.status();
    await flow.atSource('INSERT INTO test_poison VALUES (2, 1000); INSERT INTO good VALUES (2)');
    const blocked = await flow.until('the poison row blocks', ({ loader }) => loader?.state === 'blocked');
    assert.equal(blocked.loader?.reason?.code, 'TARGET_REFUSED');
    const ms = await flow.remap(({ from, to }) => [{ from: `${from}./(?!.*?test).*/`, to: `${to}.*` }]);
    await flow.settle();
    const after = await flow.until('it runs', ({ state }) => state === 'running');
    console.log(`excluded in ${Math.round(ms)} ms`);
    assert.ok(ms < 10_000, `${ms} ms`);
    assert.deepEqual(lines(await flow.atTarget('SELECT id FROM good ORDER BY id')), ['1', '2']);
    assert.deepEqual(lines(await flow.atTarget('SELECT id FROM test_poison')), ['1']);
    const next = (status: typeof before): number => Number(status.offsets?.[0]?.next);
    assert.ok(next(after) > next(before), 'it goes on behind the place it had');
    await flow.atSource('INSERT INTO test_poison VALUES (3, 1000); INSERT INTO good VALUES (3)');
    await flow.settle();
    assert.deepEqual(lines(await flow.atTarget('SELECT id FROM good ORDER BY id')), ['1', '2', '3']);
  });
}

test('B21: a changed expression takes force without a restart, a wrong one is refused with its place, and the earlier document brings it back', async () => {
  const set = (expression: string): Mappings => rules({ columns: { set: { note: expression } } });
  await using flow = await Flow.open({ tables: { orders: ORDERS }, mappings: set("'v1'") });
  const { loader: before } = await flow.status();
  const note = async (id: number): Promise<string | undefined> => {
    await flow.atSource(`INSERT INTO orders (id, qty) VALUES (${id}, 7)`);
    await flow.settle();
    return lines(await flow.atTarget(`SELECT note FROM orders WHERE id = ${id}`))[0];
  };
  assert.equal(await note(1), 'v1');
  await flow.remap(set("'v2 of ' + string(row.qty)"));
  assert.equal(await note(2), 'v2 of 7');
  await assert.rejects(flow.remap(set('row.qty + ')), (error: Error) =>
    /mappings\[1\]\.columns\.set\.note.*cannot be used/s.test(JSON.stringify(error, Object.getOwnPropertyNames(error))),
  );
  assert.equal(await note(3), 'v2 of 7');
  await flow.remap(set("'v1'"));
  assert.equal(await note(4), 'v1');
  assert.equal(
    lines(await flow.atTarget('SELECT note FROM orders WHERE id = 2'))[0],
    'v2 of 7',
    'rows that are there are not touched',
  );
  const { loader: after } = await flow.status();
  assert.equal(after?.since, before?.since, 'the loader has run all the time');
});

test('an expression that fails on a row blocks by name, and its correction frees the channel at once', async () => {
  await using flow = await Flow.open({ tables: { orders: ORDERS }, mappings: rules({ where: 'row.qty > 5' }) });
  await flow.atSource('INSERT INTO orders (id, qty) VALUES (1, 7)');
  await flow.settle();
  await flow.atSource('INSERT INTO orders (id, qty) VALUES (4711, NULL), (2, 9)');
  const { loader } = await flow.until('it blocks', (status) => status.loader?.state === 'blocked');
  assert.equal(loader?.reason?.code, 'EXPRESSION_FAILED');
  assert.match(loader?.reason?.message ?? '', /where, "row\.qty > 5", fails on a row of .*orders \(key id\)/);
  assert.ok(!JSON.stringify(loader?.reason).includes('4711'));
  await flow.remap(rules({ where: 'row.qty != null && row.qty > 5' }));
  await flow.settle();
  assert.deepEqual(lines(await flow.atTarget('SELECT id FROM orders ORDER BY id')), ['1', '2']);
});

test('B22: a transform of one pipeline leaves another pipeline of the same table as it is', async () => {
  await using plain = await Flow.open({ tables: { orders: ORDERS } });
  await using other = await Flow.open({
    tables: { orders: ORDERS },
    sharing: plain,
    mappings: ({ from, to }) => [
      { from: `${from}.*`, to: `${to}.*`, where: 'row.id > 1', columns: { set: { note: "'other'" } } },
    ],
  });
  await plain.atSource("INSERT INTO orders (id, note) VALUES (1, 'a'), (2, 'b')");
  await Promise.all([plain.settle(), other.settle()]);
  assert.deepEqual(lines(await plain.atTarget('SELECT id, note FROM orders ORDER BY id')), ['1,a', '2,b']);
  assert.deepEqual(lines(await other.atTarget('SELECT id, note FROM orders ORDER BY id')), ['2,other']);
  await other.remap(rules({ columns: { set: { note: "'changed'" } } }));
  await plain.atSource("INSERT INTO orders (id, note) VALUES (3, 'c')");
  await Promise.all([plain.settle(), other.settle()]);
  assert.deepEqual(lines(await plain.atTarget('SELECT id, note FROM orders WHERE id = 3')), ['3,c']);
  assert.deepEqual(lines(await other.atTarget('SELECT id, note FROM orders WHERE id = 3')), ['3,changed']);
});

test('regression 11: shards merge into one table, kept apart by a computed key, or map n to n by index', async () => {
  const shard = 'id INT NOT NULL PRIMARY KEY, v VARCHAR(9)';
  const shards = Object.fromEntries([0, 1, 2].map((n) => [`ord_${n}`, shard]));
  await using flow = await Flow.open({
    tables: { ...shards, ord_x: shard },
    targetTables: {
      ord: 'shard VARCHAR(20) NOT NULL, id INT NOT NULL, v VARCHAR(9), PRIMARY KEY (shard, id)',
      new_10: shard,
      new_11: shard,
      new_12: shard,
    },
    mappings: ({ from, to }) => [
      { from: `${from}.ord_[0-1024]`, to: `${to}.ord`, columns: { set: { shard: 'source.table' } } },
    ],
  });
  for (const n of [0, 1, 2]) await flow.atSource(`INSERT INTO ord_${n} VALUES (1, 'a${n}'), (2, 'b${n}')`);
  await flow.atSource(
    "INSERT INTO ord_x VALUES (1, 'no'); START TRANSACTION; UPDATE ord_0 SET v = 'new' WHERE id = 1; DELETE FROM ord_1 WHERE id = 1; UPDATE ord_2 SET id = 3 WHERE id = 2; COMMIT",
  );
  await flow.settle();
  assert.deepEqual(lines(await flow.atTarget('SELECT shard, id, v FROM ord ORDER BY shard, id')), [
    'ord_0,1,new',
    'ord_0,2,b0',
    'ord_1,2,b1',
    'ord_2,1,a2',
    'ord_2,3,b2',
  ]);
  await flow.remap(({ from, to }) => [{ from: `${from}.ord_[0-2]`, to: `${to}.new_[10-12]` }]);
  for (const n of [0, 1, 2]) await flow.atSource(`INSERT INTO ord_${n} VALUES (9, 'c${n}')`);
  await flow.settle();
  for (const n of [0, 1, 2]) assert.deepEqual(lines(await flow.atTarget(`SELECT id, v FROM new_1${n}`)), [`9,c${n}`]);
});

test('B19: of 300 tables exactly the 40 of a list arrive; backup tables without key and tables the target lacks never trouble', async () => {
  const names = Array.from({ length: 300 }, (_, n) => (n % 3 === 2 ? `tmp_${n}` : `t${n}`));
  const wanted = names.filter((name) => name.startsWith('t') && !name.startsWith('tmp')).slice(0, 40);
  const body = (name: string): string =>
    name.startsWith('tmp') ? 'id INT, v INT' : 'id INT NOT NULL PRIMARY KEY, v INT';
  const of = (list: readonly string[]): Record<string, string> =>
    Object.fromEntries(list.map((name) => [name, body(name)]));
  await using flow = await Flow.open({
    tables: of(names),
    targetTables: of(wanted),
    mappings: rules({ only: wanted }),
  });
  await flow.atSource(names.map((name) => `INSERT INTO ${name} VALUES (1, 1), (2, 2)`).join(';'));
  await flow.atSource(
    names.map((name) => `UPDATE ${name} SET v = 9 WHERE id = 1; DELETE FROM ${name} WHERE id = 2`).join(';'),
  );
  await flow.settle();
  for (const name of wanted) assert.deepEqual(lines(await flow.atTarget(`SELECT * FROM ${name}`)), ['1,9'], name);
  const arrived = (tables: object = {}): string[] => Object.keys(tables).filter((name) => !name.endsWith('marker'));
  const { loader } = await flow.until('all are told', (status) => arrived(status.loader?.tables).length >= 40);
  assert.equal(loader?.state, 'running');
  assert.equal(arrived(loader?.tables).length, 40);
});
