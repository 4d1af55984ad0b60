/** The loader alone: rows/s and CPU of rows that already lie in Kafka. `node bench/loader.ts [rows] [rows per transaction] [load|upsert|reinsert]` */
import { readFileSync } from 'node:fs';
import { LoaderBench } from '../test/support/loader-bench.ts';
import { RecordStream, type TestRecord, type TestTable } from '../test/support/row-records.ts';

const [rowCount = 500_000, perTransaction = 10] = process.argv.slice(2, 4).map(Number);
const kind = process.argv[4] ?? 'load';

const TABLE: Omit<TestTable, 'schema'> = {
  table: 'ord_order',
  key: ['oid'],
  columns: [
    { name: 'oid', type: 'int unsigned' },
    { name: 'uid', type: 'int' },
    { name: 'total', type: 'decimal(10,2)' },
    { name: 'payment', type: 'varchar(20)' },
    { name: 'contact', type: 'varchar(40)' },
    { name: 'phone', type: 'varchar(20)' },
    { name: 'address', type: 'varchar(100)', nullable: true },
    { name: 'created', type: 'datetime' },
  ],
};
// A trigger-free table with a second unique key is applied by delete and insert; a table with a foreign key would keep its order.
const EXTRA =
  { load: '', upsert: ', UNIQUE KEY never (oid, uid)', reinsert: ', UNIQUE KEY never (oid, uid)' }[kind] ?? '';

await using bench = await LoaderBench.open();
await bench.sql.query(`USE ${bench.schema}; CREATE TABLE ord_order (oid INT UNSIGNED PRIMARY KEY, uid INT NOT NULL, total DECIMAL(10,2) NOT NULL,
  payment VARCHAR(20) NOT NULL, contact VARCHAR(40) NOT NULL, phone VARCHAR(20) NOT NULL, address VARCHAR(100), created DATETIME NOT NULL${EXTRA})`);
const encoder = await bench.encoder(TABLE);
const stream = new RecordStream();
for (let id = 0; id < rowCount; ) {
  const records: TestRecord[] = [];
  while (id < rowCount && records.length < 5_000) {
    const changes = Array.from({ length: Math.min(perTransaction, 5_000) }, (_, i) => ({
      encoder,
      change: { op: 'c' as const, after: order(id + i) },
    }));
    id += changes.length;
    records.push(...stream.transact(changes));
  }
  await bench.send(records);
}
console.log(`${rowCount} rows in Kafka, ${perTransaction} a transaction`);
await bench.deploy();
const loader = bench.startLoader();
const first = { at: 0, cpu: 0, rows: 0 };
let peak = 0;
for (;;) {
  await new Promise((resolve) => setTimeout(resolve, 20));
  const [checkpoint] = await bench.rows(`SELECT next_offset AS n FROM lutra.checkpoint WHERE topic = '${bench.topic}'`);
  const applied = Number(checkpoint?.n ?? 0);
  peak = Math.max(peak, memory(loader.pid ?? 0));
  if (applied > 0 && first.at === 0)
    Object.assign(first, { at: performance.now(), cpu: cpuSeconds(loader.pid ?? 0), rows: applied });
  if (applied < rowCount) continue;
  const rows = rowCount - first.rows;
  const seconds = (performance.now() - first.at) / 1000;
  const cpu = cpuSeconds(loader.pid ?? 0) - first.cpu;
  console.log(
    `${kind}: ${Math.round(rows / seconds)} rows/s, loader ${((cpu / rows) * 1e6).toFixed(2)} us CPU a row, peak RSS ${Math.round(peak / 1e6)} MB, all ${await bench.count('ord_order')}`,
  );
  break;
}

function order(oid: number): Record<string, unknown> {
  return {
    oid,
    uid: oid % 9973,
    total: '1234.50',
    payment: 'alipay',
    contact: '刘先生',
    phone: '13800138000',
    address: '武汉市洪山区珞喻路1037号',
    created: '2026-11-21 10:00:00',
  };
}

function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

function memory(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
}
