import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Event } from '../../../../services/selector/event-types.ts';
import { LogTail } from '../../../../services/selector/log-tail.ts';
import type { Publisher } from '../../../../services/selector/publisher.ts';
import { RowPlan } from '../../../../services/selector/row-plan.ts';
import { TransactionAssembler } from '../../../../services/selector/transaction-assembler.ts';

const FILE = 'binlog.000001';

/** A log of MariaDB events of our own making, without checksums. */
class Log {
  readonly events: Buffer[] = [];
  private at = 4;

  add(type: number, ...parts: (Buffer | string)[]): this {
    const body = Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'hex') : part)));
    const event = Buffer.alloc(19 + body.length);
    event[4] = type;
    event.writeUInt32LE(event.length, 9);
    this.at += event.length;
    event.writeUInt32LE(this.at, 13);
    body.copy(event, 19);
    this.events.push(event);
    return this;
  }

  begin(sequence: number, standalone = false): this {
    const body = Buffer.alloc(19);
    body.writeBigUInt64LE(BigInt(sequence));
    body[12] = standalone ? 1 : 0;
    return this.add(Event.MARIADB_GTID, body);
  }

  query(sql: string): this {
    return this.add(Event.QUERY, '0000000000000000', '04', '0000', '0000', Buffer.from('shop\0'), Buffer.from(sql));
  }

  /** One row of shop.t (id INT). */
  row(id: number): this {
    const cell = Buffer.alloc(4);
    cell.writeInt32LE(id);
    const names = Buffer.from('\x04shop\0\x01t\0');
    this.add(Event.TABLE_MAP, '010000000000', '0000', names, '01', '03', '00', '00', '0403026964', '080100');
    return this.add(Event.WRITE_ROWS_V1, '010000000000', '0000', '01', 'ff', '00', cell);
  }
}

/** What the assembler does with a log, in words, and what it counts as read. */
async function assemble(log: Log, from = { gtidSet: '', file: FILE, position: 4 }): Promise<[string[], string]> {
  const calls: string[] = [];
  const publisher = {
    begin: ({ gtid }: { gtid: string }) => calls.push(`begin ${gtid}`),
    row: (_plan: unknown, op: string, key: { bytes: Buffer; length: number }) =>
      calls.push(`${op} ${key.bytes.toString('utf8', 0, key.length)}`),
    everywhere: (_id: number, op: string, _key: Buffer, body: Buffer) =>
      calls.push(`${op} ${/[A-Z]+ TABLE .*INT\)?/.exec(body.toString('latin1'))?.[0]}`),
    commit: () => calls.push('commit'),
    backPressure: () => undefined,
  };
  const tail = new LogTail(from);
  const assembler = new TransactionAssembler({
    source: 'sh.test',
    charsets: new Map(),
    decoders: { statementText: ({ text }) => text.toString('utf8') },
    publisher: publisher as unknown as Publisher,
    planFor: async (map) => new RowPlan(map),
    statementSchemaId: 1,
    onBoundary: () => calls.push('boundary'),
    follow: (_schema, sql) => (sql.startsWith('ALTER') ? Promise.resolve() : undefined),
    log: tail,
  });
  for (const event of log.events) await assembler.take(event, 0, event.length);
  return [calls, tail.gtids.toString()];
}

test('rows leave between begin and commit, statements alone or before the rows of their transaction', async () => {
  const log = new Log().begin(1).row(7).add(Event.XID, '0000000000000000');
  log.begin(2, true).query('ALTER TABLE t ADD c INT').begin(3, true).query('CREATE TABLE u (id INT)');
  log.begin(4).query('CREATE TABLE v (id INT)').row(8).query('COMMIT');
  const [calls, gtids] = await assemble(log);
  assert.deepEqual(calls, [
    ...['begin 0-0-1', 'c ["shop","t",7]', 'commit', 'boundary'],
    ...['begin 0-0-2', 's ALTER TABLE t ADD c INT', 'commit', 'boundary'],
    ...['begin 0-0-3', 's CREATE TABLE u (id INT)', 'commit', 'boundary'],
    ...['begin 0-0-4', 's CREATE TABLE v (id INT)', 'c ["shop","t",8]', 'commit', 'boundary'],
  ]);
  assert.equal(gtids, '0-0-4');
});

test('rows of an XA transaction leave when it is committed in one phase; an unknown one that is committed is an error with its place', async () => {
  const whole = new Log().begin(1).query("XA START X'61',X'',1").row(7).query("XA END X'61',X'',1");
  const [calls] = await assemble(whole.add(Event.XA_PREPARE, '01'));
  assert.deepEqual(calls, ['begin 0-0-1', 'c ["shop","t",7]', 'commit', 'boundary']);
  const unknown = new Log().begin(1).query("XA COMMIT X'62',X'',1");
  await assert.rejects(
    assemble(unknown),
    /QUERY event at binlog\.000001:\d+ of source sh\.test .*before the place where reading began/,
  );
  const kept = new Log().begin(1).query("XA START X'61',X'',1").row(7).query("XA END X'61',X'',1");
  await assert.rejects(assemble(kept.add(Event.XA_PREPARE, '00')), /only the GTIDs of MySQL can/);
});

test('transactions before the start by file and position are counted as read and not published', async () => {
  const log = new Log().begin(1).row(7).query('COMMIT').begin(2, true).query('CREATE TABLE u (id INT)');
  const start = 4 + log.events.reduce((bytes, event) => bytes + event.length, 0);
  log.begin(3).row(8).query('COMMIT');
  const [calls, gtids] = await assemble(log, { gtidSet: '', file: FILE, position: start });
  assert.deepEqual(calls, ['boundary', 'boundary', 'begin 0-0-3', 'c ["shop","t",8]', 'commit', 'boundary']);
  assert.equal(gtids, '0-0-3');
});

test('damaged rows and rows of an unknown table are errors with their place', async () => {
  const cut = new Log().begin(1).row(7);
  cut.events.splice(-1, 1, cut.events.at(-1)?.subarray(0, -1) as Buffer);
  await assert.rejects(assemble(cut), /event at binlog\.000001:\d+ of source sh\.test cannot be decoded/);
  const unknown = new Log().begin(1).row(7);
  unknown.events.splice(1, 1);
  await assert.rejects(assemble(unknown), /rows of table id 1 came without a table map/);
});

test('15: a transaction that was read already and is written again means that the log was begun anew; one of another server of the domain does not', async () => {
  const log = new Log().begin(3).row(7).query('COMMIT');
  await assert.rejects(
    assemble(log, { gtidSet: '0-0-5', file: FILE, position: 4 }),
    /begun anew .*0-0-3 was read already/,
  );
  const [calls] = await assemble(log, { gtidSet: '0-7-5', file: FILE, position: 4 });
  assert.deepEqual(calls, ['begin 0-0-3', 'c ["shop","t",7]', 'commit', 'boundary']);
});
