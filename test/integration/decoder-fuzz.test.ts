import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { test } from 'node:test';
import type { Connection } from 'mysql2/promise';
import { readHeader } from '../../services/selector/event-header.ts';
import { eventName } from '../../services/selector/event-types.ts';
import { LogTail } from '../../services/selector/log-tail.ts';
import type { Publisher } from '../../services/selector/publisher.ts';
import { RowPlan } from '../../services/selector/row-plan.ts';
import { TransactionAssembler } from '../../services/selector/transaction-assembler.ts';
import { ReplicationError } from '../../shared/runtime/errors.ts';
import { type RecordedLog, recordLog } from '../support/recorded-log.ts';

/** Damaged log bytes: real events with bits turned over, bytes exchanged and ends cut off. */

const SEED = randomInt(2 ** 31 - 1);
const ROUNDS = 6_000;
const LONGEST_MS = 2_000;

/** A small generator of our own, so that a seed repeats a run. Source: Vigna, splitmix32. */
function dice(seed: number): (below: number) => number {
  let state = seed | 0;
  return (below) => {
    state = (state + 0x9e3779b9) | 0;
    let z = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return ((z ^ (z >>> 15)) >>> 0) % below;
  };
}

async function writeEverything(db: Connection, isMariadb: boolean): Promise<void> {
  const name = `fuzz_${SEED}`;
  await db.query("SET SESSION sql_mode = ''");
  await db.query(`CREATE DATABASE ${name}`);
  await db.query(`USE ${name}`);
  const own = isMariadb
    ? ', u UUID, i INET6, cv VARCHAR(200) COMPRESSED, cb BLOB COMPRESSED'
    : ', doc JSON, vec VECTOR(3)';
  await db.query(
    `CREATE TABLE t (id INT UNSIGNED, k VARCHAR(20), a TINYINT, b BIGINT UNSIGNED, f FLOAT, d DOUBLE, n DECIMAL(30,10), bi BIT(20), y YEAR, dt DATE, ts TIMESTAMP(3) NULL, dd DATETIME(6), ti TIME(2), c CHAR(10), x TEXT, bl BLOB, bn BINARY(8), e ENUM('x','y'), s SET('p','q','r'), g GEOMETRY, l VARCHAR(30) CHARACTER SET latin1, u16 VARCHAR(20) CHARACTER SET utf16${own}, PRIMARY KEY (id, k))`,
  );
  const cells = `-5, 18446744073709551615, 1.5, -2.5e100, -12345.678, b'101', 2020, '2024-02-29', '2020-01-02 03:04:05.678', '2020-01-02 03:04:05.678901', '-12:34:56.78', 'ché', REPEAT('刘', 60), x'0001ff', x'01', 'y', 'p,r', ST_GeomFromText('LINESTRING(0 0,1 1)'), 'é€', '😀a'`;
  const tail = isMariadb
    ? `, '123e4567-e89b-12d3-a456-426655440000', '::1', REPEAT('z', 100), REPEAT('y', 500)`
    : `, JSON_OBJECT('a', JSON_ARRAY(1, 2.5e0, CAST(1.10 AS DECIMAL(5,2)), 'x', NULL, TRUE, NOW(6), x'00', REPEAT('l', 300)), 'b', JSON_OBJECT('c', 123456789012)), STRING_TO_VECTOR('[1,2,3]')`;
  for (let i = 1; i < 5; i++)
    await db.query(`INSERT INTO t VALUES (${i}, 'k', ${cells}${tail}), (${i}, 'l', ${cells}${tail})`);
  await db.query("UPDATE t SET a = 7, x = NULL WHERE k = 'k'");
  await db.query('UPDATE t SET id = id + 100');
  await db.query('BEGIN');
  await db.query("DELETE FROM t WHERE k = 'k'");
  await db.query("UPDATE t SET c = 'z'");
  await db.query('COMMIT');
  if (isMariadb) {
    await db.query('SET GLOBAL log_bin_compress = ON, GLOBAL log_bin_compress_min_len = 10');
    try {
      await db.query(`INSERT INTO t VALUES (900, 'packed', ${cells}${tail})`);
      await db.query("UPDATE t SET c = 'packed'");
    } finally {
      await db.query('SET GLOBAL log_bin_compress = OFF, GLOBAL log_bin_compress_min_len = 256');
    }
  } else {
    await db.query('SET SESSION binlog_transaction_compression = ON');
    await db.query(`INSERT INTO t VALUES (900, 'packed', ${cells}${tail})`);
    await db.query('SET SESSION binlog_transaction_compression = OFF');
    await db.query("SET SESSION gtid_next = 'AUTOMATIC:fuzz'");
    await db.query(`INSERT INTO t VALUES (901, 'tagged', ${cells}${tail})`);
    await db.query("SET SESSION gtid_next = 'AUTOMATIC'");
    await db.query(`XA START 'f${SEED}'`);
    await db.query(`INSERT INTO t VALUES (902, 'xa', ${cells}${tail})`);
    await db.query(`XA END 'f${SEED}'`);
    await db.query(`XA COMMIT 'f${SEED}' ONE PHASE`);
  }
  await db.query(`DROP DATABASE ${name}`);
}

type Sink = { rows: number; transactions: number };

function assemble({ charsets }: RecordedLog, sink: Sink): TransactionAssembler {
  const publisher = {
    begin: () => {},
    row: () => sink.rows++,
    everywhere: () => {},
    commit: () => sink.transactions++,
    backPressure: () => undefined,
  } as unknown as Publisher;
  return new TransactionAssembler({
    source: 'sh.fuzz',
    charsets,
    decoders: { statementText: ({ text }) => text.toString('utf8') },
    publisher,
    planFor: async (map) => new RowPlan(map, new Map([['utf16', () => {}]])),
    statementSchemaId: 1,
    onBoundary: () => undefined,
    follow: () => undefined,
    log: new LogTail({ gtidSet: '', file: 'binlog.000001', position: 4 }),
  });
}

function damaged(event: Buffer, roll: (below: number) => number): Buffer {
  const bytes = Buffer.from(event);
  const cut = roll(4) === 0 ? 19 + roll(Math.max(1, bytes.length - 19)) : bytes.length;
  for (let n = roll(4) + (cut === bytes.length ? 1 : 0); n > 0; n--) {
    const at = roll(10) === 0 ? roll(19) : 19 + roll(Math.max(1, bytes.length - 19));
    if (at >= bytes.length) continue;
    if (roll(2) === 0) bytes[at] = (bytes[at] as number) ^ (1 << roll(8));
    else bytes[at] = [0, 255, 127, 128, roll(256)][roll(5)] as number;
  }
  return bytes.subarray(0, cut);
}

for (const server of ['order', 'user']) {
  test(`damaged log bytes of ${server} are decoded or named with their place: no crash, no hang; seed ${SEED}`, async () => {
    const log = await recordLog(server, (db) => writeEverything(db, server === 'user'));
    const whole: Sink = { rows: 0, transactions: 0 };
    const sound = assemble(log, whole);
    for (const event of log.events) await sound.take(event, 0, event.length);
    assert.ok(whole.rows >= 25 && whole.transactions >= 8, `the log holds ${JSON.stringify(whole)}`);
    const roll = dice(SEED);
    const named = new Map<string, number>();
    for (let round = 0; round < ROUNDS; round++) {
      const victim = roll(log.events.length);
      const begin = log.events.findLastIndex((event, i) => i <= victim && [33, 42, 162].includes(event[4] as number));
      const assembler = assemble(log, { rows: 0, transactions: 0 });
      assembler.expectChecksum(false);
      for (const event of log.events.slice(Math.max(0, begin), victim)) await assembler.take(event, 0, event.length);
      const event = damaged(log.events[victim] as Buffer, roll);
      const since = performance.now();
      try {
        await assembler.take(event, 0, event.length);
      } catch (error) {
        const what = `round ${round}, ${eventName(readHeader(event, 0, 0).type)}`;
        assert.ok(error instanceof ReplicationError, `${what}: ${error instanceof Error ? error.stack : error}`);
        assert.match(error.code, /^SOURCE_(EVENT|TYPE)_UNSUPPORTED$/, what);
        assert.match(error.message, /\S*:\d+ of source sh\.fuzz/, what);
        named.set(error.code, (named.get(error.code) ?? 0) + 1);
      }
      assert.ok(performance.now() - since < LONGEST_MS, `round ${round} took too long`);
    }
    assert.ok((named.get('SOURCE_EVENT_UNSUPPORTED') ?? 0) > ROUNDS / 10, JSON.stringify([...named]));
  });
}
