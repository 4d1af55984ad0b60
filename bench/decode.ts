/** `node bench/decode.ts`: rows a second of our decoder (to Avro and record key) and of zongji's own (to objects), on the same events of a real log, in turn. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { LogTail } from '../services/selector/log-tail.ts';
import type { Publisher } from '../services/selector/publisher.ts';
import { RowPlan } from '../services/selector/row-plan.ts';
import { TransactionAssembler } from '../services/selector/transaction-assembler.ts';
import { PROJECT_ROOT } from '../stack/config.ts';
import { type RecordedLog, recordLog } from '../test/support/recorded-log.ts';
import { median } from './statistics.ts';

const ROWS = 100_000;
const PER_STATEMENT = 100;
const RUNS = 7;
const SCHEMA = 'bench_decode';

const KINDS: Readonly<Record<string, string>> = {
  orders: `id INT PRIMARY KEY, uid INT NOT NULL, amount DECIMAL(10,2) NOT NULL, freight DECIMAL(10,2), status VARCHAR(20) NOT NULL,
    receiver VARCHAR(64) NOT NULL, address VARCHAR(255), created_at DATETIME(3) NOT NULL`,
  documents: 'id INT PRIMARY KEY, doc JSON',
};
const CELLS: Readonly<Record<string, (n: number) => string>> = {
  orders: (n) =>
    `${n}, ${n % 9973}, ${n % 9999}.37, ${n % 9 === 0 ? 'NULL' : `${n % 300}.10`}, 'shipped', '欧阳娜娜', ${n % 13 === 0 ? 'NULL' : `'武汉市洪山区珞喻路${n % 1999}号 光谷广场 B 座'`}, '2026-11-21 08:00:00.123'`,
  documents: (n) => `${n}, '{"id": ${n}, "name": "欧阳娜娜", "tags": ["a", "b"], "amount": ${n}.5, "paid": true}'`,
};

type Decoder = (log: RecordedLog) => Promise<number>;

async function decodeByLutra({ events, charsets }: RecordedLog): Promise<number> {
  let rows = 0;
  const publisher = {
    begin: () => {},
    row: () => rows++,
    everywhere: () => {},
    commit: () => {},
    backPressure: () => undefined,
  };
  const assembler = new TransactionAssembler({
    source: 'bench',
    charsets,
    decoders: { statementText: ({ text }) => text.toString('utf8') },
    publisher: publisher as unknown as Publisher,
    planFor: async (map) => new RowPlan(map),
    statementSchemaId: 1,
    onBoundary: () => undefined,
    follow: () => undefined,
    log: new LogTail({ gtidSet: '', file: '', position: 0 }),
  });
  for (const event of events) {
    const wait = assembler.take(event, 0, event.length);
    if (wait) await wait;
  }
  return rows;
}

type ZongjiEvent = {
  tableId: number;
  columnsMetadata: unknown;
  buildColumnSchemas(): unknown;
  updateColumnInfo(): void;
  rows?: unknown[];
} & Record<string, unknown>;

/** Its classes by themselves, fed as its own packet handler feeds them. */
async function zongjiDecoder(): Promise<Decoder> {
  const load = (file: string): Promise<Record<string, unknown>> =>
    import(pathToFileURL(join(PROJECT_ROOT, 'node_modules/@vlasky/zongji/lib', file)).href);
  const { getEventClass } = (await load('code_map.js')) as {
    getEventClass: (type: number) => new (...parts: unknown[]) => ZongjiEvent;
  };
  const { Parser } = (await load('reader.js')) as {
    Parser: new () => { append(bytes: Buffer): void; parseBuffer(n: number): Buffer };
  };
  return async ({ events }) => {
    const zongji = {
      tableMap: {} as Record<number, unknown>,
      useChecksum: false,
      _skipSchema: () => false,
      options: { dateStrings: true, timezone: 'Z', jsonStrings: true },
      connection: { config: { dateStrings: true } },
    };
    let rows = 0;
    for (const bytes of events) {
      const type = bytes[4] as number;
      if (type !== 19 && !(type >= 30 && type <= 32)) continue;
      const parser = new Parser();
      parser.append(bytes);
      parser.parseBuffer(19);
      const event = new (getEventClass(type))(
        parser,
        { timestamp: 0, nextPosition: 0, size: bytes.length - 19, eventType: type, serverId: 1 },
        zongji,
      );
      if (type === 19) {
        zongji.tableMap[event.tableId] = {
          columnSchemas: event.buildColumnSchemas(),
          parentSchema: event.schemaName,
          tableName: event.tableName,
        };
        event.updateColumnInfo();
      } else {
        rows += event.rows?.length ?? 0;
      }
    }
    return rows;
  };
}

async function record(kind: string): Promise<RecordedLog> {
  return recordLog('order', async (db) => {
    await db.query(`DROP DATABASE IF EXISTS ${SCHEMA}`);
    await db.query(`CREATE DATABASE ${SCHEMA}`);
    await db.query(`CREATE TABLE ${SCHEMA}.t (${KINDS[kind]})`);
    for (let first = 0; first < ROWS; first += PER_STATEMENT) {
      const values = Array.from({ length: PER_STATEMENT }, (_, i) => `(${CELLS[kind]?.(first + i)})`);
      await db.query(`INSERT INTO ${SCHEMA}.t VALUES ${values.join(',')}`);
    }
    await db.query(`DROP DATABASE ${SCHEMA}`);
  });
}

async function rate(decode: Decoder, log: RecordedLog): Promise<number> {
  const start = process.cpuUsage();
  const rows = await decode(log);
  const { user, system } = process.cpuUsage(start);
  if (rows !== ROWS) throw new Error(`${rows} rows were decoded of ${ROWS}`);
  return rows / ((user + system) / 1e6);
}

const zongji = await zongjiDecoder();
for (const kind of Object.keys(KINDS)) {
  const log = await record(kind);
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    ours.push(await rate(decodeByLutra, log));
    theirs.push(await rate(zongji, log));
  }
  const [a, b] = [median(ours), median(theirs)];
  console.log(
    `${kind}: ${ROWS} rows, rows per CPU second, median of ${RUNS}: Lutra ${Math.round(a)}, zongji ${Math.round(b)}, ratio ${(a / b).toFixed(2)}`,
  );
}
