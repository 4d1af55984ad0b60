import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SeekReply } from '../../services/admin-api/seek/seek-schemas.ts';
import { setGroupOffsets } from '../../shared/kafka/group-offsets.ts';
import type { AuditEntry } from '../../shared/model/audit.ts';
import { readLogEnd } from '../../shared/mysql/source-log.ts';
import { callAdmin, runLutra } from '../support/access.ts';
import { eventually } from '../support/eventually.ts';
import { Flow } from '../support/flow.ts';
import { kafkaOf } from '../support/kafka-records.ts';

const TABLES = { t: 'id INT NOT NULL PRIMARY KEY, v VARCHAR(20)' };

async function post(flow: Flow, request: object): Promise<{ status: number; body: SeekReply & { code?: string } }> {
  const answer = await callAdmin(flow.stack, `/api/v1/channels/${flow.name}/pipelines/p/position`, request);
  return { status: answer.status, body: (await answer.json()) as SeekReply };
}

async function seek(flow: Flow, request: object): Promise<SeekReply> {
  const { status, body } = await post(flow, request);
  assert.equal(status, 200, JSON.stringify(body));
  return body;
}

/** Where the source's log ends now. */
async function logEnd(flow: Flow): Promise<{ file: string; position: number }> {
  const connection = await flow.connect('from');
  try {
    const { file, position } = (await readLogEnd(connection)) ?? { file: '', position: Number.NaN };
    return { file, position };
  } finally {
    await connection.end();
  }
}

async function ids(flow: Flow): Promise<number[]> {
  return (await flow.atTarget('SELECT id FROM t ORDER BY id')).map(({ id }) => Number(id));
}

async function auditOf(flow: Flow): Promise<AuditEntry[]> {
  const answer = await callAdmin(flow.stack, `/api/v1/audit?channel=${flow.name}&action=seek`);
  return ((await answer.json()) as { items: AuditEntry[] }).items;
}

test('B17: the position of a paused pipeline moves over given events: preview, boundaries, audit, repair; back again ends equal', async () => {
  await using flow = await Flow.open({ tables: TABLES });
  await flow.atSource("INSERT INTO t VALUES (1, 'kept')");
  await flow.settle();
  const running = await post(flow, { to: { shiftBy: 1 } });
  assert.deepEqual([running.status, running.body.code], [409, 'CHANNEL_RUNNING']);
  await flow.pause();
  const begin = await logEnd(flow);
  await flow.atSource("INSERT INTO t VALUES (2, 'a'), (3, 'b'), (4, 'c')");
  await flow.atSource("UPDATE t SET v = 'x' WHERE id = 2");
  await flow.atSource('DELETE FROM t WHERE id = 3');
  await using beside = await Flow.open({ tables: TABLES, sharing: flow });
  await beside.settle();

  const table = `${flow.route.from.schema}.t`;
  const all = await eventually('everything is in the topic', async () => {
    const reply = await seek(flow, { to: { shiftBy: 100_000 }, dryRun: true });
    return reply.preview.tables.some((each) => each.table === table && each.deletes === 1) ? reply : undefined;
  });
  assert.deepEqual(
    [all.moved, all.direction, all.preview.isComplete, all.preview.tables.find((each) => each.table === table)],
    [false, 'skip', true, { table, target: `${flow.route.to.schema}.t`, inserts: 3, updates: 1, deletes: 1 }],
  );
  assert.deepEqual(await auditOf(flow), []);

  const byFile = await seek(flow, { to: begin, dryRun: true });
  const first = BigInt(byFile.partitions[0]?.to ?? '');
  const inside = await seek(flow, { to: { offset: String(first + 2n) }, dryRun: true });
  assert.equal(inside.partitions[0]?.to, String(first));
  assert.match(inside.notes.join(), /inside a transaction of the source: moved to its beginning/);

  const moved = await seek(flow, { to: { offset: String(first + 3n) } });
  assert.deepEqual(
    [moved.moved, moved.preview.transactions, moved.preview.tables.find((each) => each.table === table)],
    [
      true,
      byFile.preview.transactions + 1,
      { table, target: `${flow.route.to.schema}.t`, inserts: 3, updates: 0, deletes: 0 },
    ],
  );
  const gtid = moved.preview.last?.gtid;
  const byGtid = await seek(flow, { to: { gtid }, dryRun: true });
  assert.deepEqual([byGtid.direction, byGtid.partitions[0]?.to], ['repeat', String(first)]);
  assert.match(moved.repair.join(), /compare .* and copy what differs: 3 inserts/);
  const [entry] = await auditOf(flow);
  assert.deepEqual(
    [entry?.by, entry?.outcome, entry?.after, entry?.rows],
    ['admin', 'done', { 0: String(first + 3n) }, moved.preview.rows],
  );

  await flow.start();
  await flow.settle();
  assert.deepEqual(await ids(flow), [1, 2], 'rows 3 and 4 were skipped');
  await flow.pause();
  const back = await seek(flow, { to: { offset: String(first) } });
  assert.equal(back.direction, 'repeat');
  await flow.start();
  await flow.assertEqual();
});

test('B17: lutra skip leaves out the next transaction, lutra replay applies the last ones again, neither goes the other way', async () => {
  await using flow = await Flow.open({ tables: TABLES });
  const lutra = (...args: string[]) => runLutra(flow.stack, ...args);
  await flow.atSource("INSERT INTO t VALUES (1, 'kept')");
  await flow.settle();
  const refused = await lutra('skip', flow.name);
  assert.equal(refused.code, 1);
  assert.match(refused.err, /is running: its loader holds the position/);
  await flow.pause();
  await flow.atSource("INSERT INTO t VALUES (2, 'skipped'), (3, 'skipped')");
  await flow.atSource("INSERT INTO t VALUES (4, 'applied')");
  await using beside = await Flow.open({ tables: TABLES, sharing: flow });
  await beside.settle();

  const shown = await lutra('skip', flow.name, '--dry-run');
  assert.match(shown.out, /^skip: 1 transactions, 2 rows$/m);
  assert.match(shown.out, new RegExp(`${flow.route.from.schema}\\.t: 2 inserts, 0 updates, 0 deletes`));
  const done = await lutra('skip', flow.name, '--yes');
  assert.match(
    done.out,
    new RegExp(`repair: compare ${flow.route.from.schema}\\.t with [\\s\\S]*lutra start ${flow.name}`),
  );
  await flow.start();
  await flow.settle();
  assert.deepEqual(await ids(flow), [1, 4]);

  await flow.pause();
  const wrong = await lutra('skip', flow.name, '--to-offset', '0');
  assert.equal(wrong.code, 1);
  assert.match(wrong.err, /would repeat/);
  const back = await lutra('replay', flow.name, '--transactions', '1000', '--yes');
  assert.match(back.out, /note: the topic holds no more than \d+ transactions before this place/);
  assert.match((await lutra('audit')).out, new RegExp(`seek +${flow.name}/p +0: \\d+ -> \\d+ .*done`));
  await flow.start();
  await flow.assertEqual();
});

test('B17: transactions are counted over all partitions, and each partition moves to the same one', async () => {
  await using flow = await Flow.open({ tables: { ...TABLES, u: TABLES.t }, partitions: 3 });
  await flow.atSource('INSERT INTO t VALUES (1, NULL)');
  await flow.untilEqual();
  await flow.pause();
  const elsewhere = `x_${flow.word}`; // statements of the whole server stand in the stream of every source; they are nobody's transactions here
  for (let id = 10; id < 40; id += 3) {
    const [t, u] = [`(${id}, NULL), (${id + 1}, NULL)`, `(${id}, NULL), (${id + 2}, NULL)`];
    await flow.atSource(`START TRANSACTION; INSERT INTO t VALUES ${t}; INSERT INTO u VALUES ${u}; COMMIT`);
    await flow.atSource(
      `CREATE DATABASE ${elsewhere}; CREATE TABLE ${elsewhere}.t (id INT); DROP DATABASE ${elsewhere}`,
    );
  }
  await using _beside = await Flow.open({ tables: { ...TABLES, u: TABLES.t }, partitions: 3, sharing: flow });
  await eventually('everything is in the topic', async () => {
    return (await seek(flow, { to: { shiftBy: 100_000 }, dryRun: true })).preview.rows === 40;
  });
  const moved = await seek(flow, { to: { transactions: 4 } });
  const told = JSON.stringify(moved);
  assert.deepEqual([moved.direction, moved.preview.transactions, moved.preview.rows], ['skip', 4, 16], told);
  const back = await seek(flow, { to: { transactions: -4 }, dryRun: true });
  assert.deepEqual([back.direction, back.preview.transactions, back.preview.rows], ['repeat', 4, 16]);
  await flow.start();
  const expected = [1, 22, 23, 25, 26, 28, 29, 31, 32, 34, 35, 37, 38];
  await eventually('what was not skipped is applied', async () => String(await ids(flow)) === String(expected), {
    describe: () => ids(flow),
  });
});

test('offsets cannot be set under a running loader, whatever asks for it', async () => {
  await using flow = await Flow.open({ tables: TABLES });
  await assert.rejects(setGroupOffsets(kafkaOf(flow, 'us'), flow.group, flow.topic, [{ partition: 0, offset: 0n }]), {
    code: 'GROUP_IN_USE',
  });
});
