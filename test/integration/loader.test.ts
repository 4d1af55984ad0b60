import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { LoaderBench } from '../support/loader-bench.ts';
import { type Change, RecordStream, type TableEncoder, type TestTable } from '../support/row-records.ts';

const ITEM: Omit<TestTable, 'schema'> = {
  table: 'item',
  key: ['id'],
  columns: [
    { name: 'id', type: 'int' },
    { name: 'name', type: 'varchar(64)', nullable: true },
    { name: 'price', type: 'decimal(10,2)', nullable: true },
  ],
};
const CREATE_ITEM = 'CREATE TABLE item (id INT PRIMARY KEY, name VARCHAR(64), price DECIMAL(10,2))';

function item(id: number, name: string): { id: number; name: string; price: string } {
  return { id, name, price: '1.50' };
}

function inserts(encoder: TableEncoder, from: number, to: number): { encoder: TableEncoder; change: Change }[] {
  return Array.from({ length: to - from }, (_, i) => ({
    encoder,
    change: { op: 'c', after: item(from + i, `n${from + i}`) },
  }));
}

async function openItemBench(): Promise<{ bench: LoaderBench; encoder: TableEncoder; stream: RecordStream }> {
  const bench = await LoaderBench.open();
  await bench.sql.query(`USE ${bench.schema}; ${CREATE_ITEM}`);
  return { bench, encoder: await bench.encoder(ITEM), stream: new RecordStream() };
}

test('inserts, updates and deletes arrive, and the committed offset names the last record', async () => {
  const { bench, encoder, stream } = await openItemBench();
  await using _ = bench;
  await bench.deploy();
  bench.startLoader();
  await bench.send(stream.transact(inserts(encoder, 1, 4)));
  await bench.eventually('three rows', async () => (await bench.count('item')) === 3);
  await bench.send(
    stream.transact([
      { encoder, change: { op: 'u', before: item(1, 'n1'), after: item(1, 'läuft') } },
      { encoder, change: { op: 'd', before: item(2, 'n2') } },
    ]),
  );
  await bench.eventually('one row less', async () => (await bench.count('item')) === 2);
  assert.deepEqual(await bench.rows(`SELECT id, name, price FROM ${bench.schema}.item ORDER BY id`), [
    { id: 1, name: 'läuft', price: '1.50' },
    { id: 3, name: 'n3', price: '1.50' },
  ]);
  await bench.eventually('the offset is committed', async () => (await bench.committed()).offset === 5n);
  assert.match((await bench.committed()).metadata ?? '', /"lutra":1.*"epoch":1,"serial":5/);
});

test('the cursor of an idle partition steps over heartbeats: nothing is left to do, who begins again goes on there, rows behind them come', async () => {
  const { bench, encoder, stream } = await openItemBench();
  await using _ = bench;
  await bench.deploy();
  const loader = bench.startLoader();
  await bench.send(stream.transact(inserts(encoder, 1, 3)));
  await bench.eventually('two rows', async () => (await bench.count('item')) === 2);
  const beat = await bench.heartbeatSchema();
  await bench.send(Array.from({ length: 20 }, () => stream.heartbeat(beat)));
  await bench.eventually('a heartbeat is stepped over', async () => (await bench.committed()).offset > 2n);
  await bench.eventually('nothing is left', () => bench.status?.offsets?.[0]?.next === '22');
  const { offset, metadata } = await bench.committed();
  assert.match(metadata ?? '', /"epoch":1,"serial":2/);
  const checkpoint = `SELECT next_offset AS n FROM lutra.checkpoint WHERE topic = '${bench.topic}'`;
  assert.equal((await bench.rows(checkpoint))[0]?.n, '2', 'the target is not written for it');
  await bench.stopLoader(loader, 'SIGKILL');
  bench.startLoader('again');
  await bench.send(stream.transact(inserts(encoder, 3, 4)));
  await bench.eventually('the row behind them', async () => (await bench.count('item')) === 3);
  await bench.eventually('its offset', async () => (await bench.committed()).offset === 23n);
  const told = readFileSync(bench.logFile, 'utf8').match(/"offset":"\d+"[^\n]*goes on from the checkpoint/g) ?? [];
  assert.match(told.at(-1) ?? '', new RegExp(`"offset":"${offset}"`));
});

test('a transaction of 200,000 rows becomes visible at once and in bounded memory', async () => {
  const { bench, encoder, stream } = await openItemBench();
  await using _ = bench;
  await bench.send(stream.transact(inserts(encoder, 0, 200_000)));
  await bench.deploy();
  bench.startLoader();
  const seen = new Set<number>();
  await bench.eventually('all rows', async () => {
    const count = await bench.count('item');
    seen.add(count);
    return count === 200_000;
  });
  assert.deepEqual([...seen].sort(), [0, 200_000]);
});

test('records that come again are dropped', async () => {
  const { bench, encoder, stream } = await openItemBench();
  await using _ = bench;
  await bench.deploy();
  bench.startLoader();
  const first = stream.transact([{ encoder, change: { op: 'c', after: item(1, 'old') } }]);
  const second = stream.transact([{ encoder, change: { op: 'u', before: item(1, 'old'), after: item(1, 'new') } }]);
  await bench.send([...first, ...second, ...first]);
  await bench.eventually(
    'the newest value',
    async () => (await bench.rows(`SELECT name FROM ${bench.schema}.item`))[0]?.name === 'new',
  );
  await bench.send(stream.transact(inserts(encoder, 2, 3)));
  await bench.eventually('the row behind the repeat', async () => (await bench.count('item')) === 2);
  assert.equal((await bench.rows(`SELECT name FROM ${bench.schema}.item WHERE id = 1`))[0]?.name, 'new');
});

test('a missing record is the state gap, and nothing behind it is applied until an operator accepts the loss', async () => {
  const { bench, encoder, stream } = await openItemBench();
  await using _ = bench;
  await bench.deploy();
  bench.startLoader();
  await bench.send(stream.transact(inserts(encoder, 1, 2)));
  stream.transact(inserts(encoder, 2, 3));
  await bench.send(stream.transact(inserts(encoder, 3, 4)));
  await bench.eventually('the state gap', () => bench.status?.state === 'gap');
  assert.match(bench.status?.reason?.message ?? '', /after serial 1 of epoch 1 comes serial 3/);
  assert.equal(await bench.count('item'), 1);
  await bench.deploy({ state: 'paused' });
  await bench.resetOffset(1n);
  await bench.deploy({ state: 'running' });
  await bench.eventually('the row behind the gap', async () => (await bench.count('item')) === 2);
});

test('an operator moves the offset forwards to skip and backwards to replay', async () => {
  const { bench, encoder, stream } = await openItemBench();
  await using _ = bench;
  await bench.deploy();
  bench.startLoader();
  await bench.send(stream.transact(inserts(encoder, 1, 3)));
  await bench.eventually('two rows', async () => (await bench.count('item')) === 2);
  await bench.deploy({ state: 'paused' });
  await bench.eventually('paused', () => bench.status?.state === 'paused');
  await bench.send(stream.transact(inserts(encoder, 3, 5)));
  await bench.send(stream.transact(inserts(encoder, 5, 7)));
  await bench.resetOffset(4n);
  await bench.deploy({ state: 'running' });
  await bench.eventually('the rows behind the skipped ones', async () => (await bench.count('item')) === 4);
  assert.deepEqual(
    (await bench.rows(`SELECT id FROM ${bench.schema}.item ORDER BY id`)).map((row) => row.id),
    [1, 2, 5, 6],
  );
  await bench.deploy({ state: 'paused' });
  await bench.sql.query(`DELETE FROM ${bench.schema}.item`);
  await bench.resetOffset(0n);
  await bench.deploy({ state: 'running' });
  await bench.eventually('everything again', async () => (await bench.count('item')) === 6);
});

test('killed again and again in the middle of its work, it ends with what the source has', async () => {
  const { bench, encoder, stream } = await openItemBench();
  await using _ = bench;
  for (let block = 0; block < 30; block++) {
    await bench.send(
      Array.from({ length: 500 }, (_, i) => {
        const id = block * 1000 + i * 2;
        const old = item(id % 777, '');
        return stream.transact([
          { encoder, change: { op: 'c', after: item(100_000 + id, 'once') } },
          { encoder, change: { op: 'u', before: old, after: item(id % 777, `b${id}`) } },
        ]);
      }).flat(),
    );
  }
  await bench.deploy();
  for (let round = 0; round < 3; round++) {
    const child = bench.startLoader(`k${round}`);
    const before = await bench.count('item');
    await bench.eventually('some progress', async () => (await bench.count('item')) > before);
    await bench.stopLoader(child, 'SIGKILL');
  }
  bench.startLoader('last');
  await bench.eventually(
    'everything',
    async () =>
      (await bench.rows(`SELECT next_offset AS n FROM lutra.checkpoint WHERE topic = '${bench.topic}'`))[0]?.n ===
      '30000',
    60_000,
  );
  const expected = new Map<number, string>();
  for (let block = 0; block < 30; block++)
    for (let i = 0; i < 500; i++) expected.set((block * 1000 + i * 2) % 777, `b${block * 1000 + i * 2}`);
  const rows = await bench.rows(`SELECT id, name FROM ${bench.schema}.item WHERE id < 100000`);
  assert.deepEqual(new Map(rows.map((row) => [row.id, row.name])), expected);
  assert.equal(await bench.count('item WHERE id >= 100000'), 15_000);
});

test('a record of somebody else blocks with its place, and goes by when an operator skips it', async () => {
  const { bench, encoder, stream } = await openItemBench();
  await using _ = bench;
  await bench.deploy();
  bench.startLoader();
  await bench.send([
    ...stream.transact(inserts(encoder, 1, 2)),
    { key: Buffer.from('x'), value: Buffer.from('hello') },
    ...stream.transact(inserts(encoder, 2, 3)),
  ]);
  await bench.eventually('blocked', () => bench.status?.state === 'blocked');
  assert.equal(bench.status?.reason?.code, 'RECORD_UNREADABLE');
  assert.match(bench.status?.reason?.message ?? '', /offset 1, partition 0 of lutra\.rows\./);
  await bench.eventually('the row before it', async () => (await bench.count('item')) === 1);
  await bench.deploy({ state: 'paused' });
  await bench.resetOffset(2n);
  await bench.deploy({ state: 'running' });
  await bench.eventually('the row behind it', async () => (await bench.count('item')) === 2);
});

test('a table and a column that the target lacks block until they are made', async () => {
  const bench = await LoaderBench.open();
  await using _ = bench;
  const encoder = await bench.encoder(ITEM);
  const stream = new RecordStream();
  await bench.deploy();
  bench.startLoader();
  await bench.send(stream.transact(inserts(encoder, 1, 3)));
  await bench.eventually(
    'the missing table is named',
    () => bench.status?.reason?.message.includes(`no table ${bench.schema}.item`) === true,
  );
  await bench.sql.query(`USE ${bench.schema}; CREATE TABLE item (id INT PRIMARY KEY, name VARCHAR(64))`);
  await bench.eventually(
    'the missing column is named',
    () => bench.status?.reason?.message.includes('column price') === true,
  );
  await bench.sql.query('ALTER TABLE item ADD price DECIMAL(10,2)');
  await bench.eventually('the rows', async () => (await bench.count('item')) === 2);
  await bench.eventually('running again', () => bench.status?.state === 'running');
});

test('a row that the target refuses blocks with table and key, and goes on when the target is mended', async () => {
  const bench = await LoaderBench.open();
  await using _ = bench;
  await bench.sql.query(
    `USE ${bench.schema}; CREATE TABLE item (id INT PRIMARY KEY, name VARCHAR(1), price DECIMAL(10,2))`,
  );
  const encoder = await bench.encoder(ITEM);
  await bench.deploy();
  bench.startLoader();
  await bench.send(new RecordStream().transact(inserts(encoder, 1, 1001)));
  await bench.eventually('refused', () => bench.status?.reason?.code === 'TARGET_REFUSED');
  assert.match(bench.status?.reason?.message ?? '', /item \(key id\): .*name/);
  assert.equal(await bench.count('item'), 0);
  await bench.sql.query('ALTER TABLE item MODIFY name VARCHAR(64)');
  await bench.eventually('all rows', async () => (await bench.count('item')) === 1000);
});

test('a wrong password is told and mended by a new document', async () => {
  const { bench, encoder, stream } = await openItemBench();
  await using _ = bench;
  await bench.deploy({ password: 'BENCH_WRONG_PASSWORD' });
  bench.startLoader();
  await bench.send(stream.transact(inserts(encoder, 1, 2)));
  await bench.eventually('access denied', () => bench.status?.reason?.code === 'TARGET_ACCESS_DENIED');
  await bench.deploy();
  await bench.eventually('the row', async () => (await bench.count('item')) === 1);
});

test('a channel that is deleted leaves no status, and one made anew does not inherit its cursor', async () => {
  const { bench, encoder, stream } = await openItemBench();
  await using _ = bench;
  await bench.deploy();
  bench.startLoader();
  await bench.send(stream.transact(inserts(encoder, 1, 3)));
  await bench.eventually('two rows', async () => (await bench.count('item')) === 2);
  await bench.eventually('a status', () => bench.status !== undefined);
  await bench.undeploy();
  await bench.eventually('no status', () => bench.status === undefined);
  await bench.sql.query(`DELETE FROM ${bench.schema}.item`);
  await bench.deploy({ uid: 'another' });
  await bench.eventually('both rows again', async () => (await bench.count('item')) === 2);
});
