import assert from 'node:assert/strict';
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
