import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SeekReply } from '../../services/admin-api/seek/seek-schemas.ts';
import type { AuditEntry } from '../../shared/model/audit.ts';
import { readLogEnd } from '../../shared/mysql/source-log.ts';
import { eventually } from '../support/eventually.ts';
import { Flow } from '../support/flow.ts';

const TABLES = { t: 'id INT NOT NULL PRIMARY KEY, v VARCHAR(20)' };

async function post(flow: Flow, request: object): Promise<{ status: number; body: SeekReply & { code?: string } }> {
  const url = `${flow.stack.address('admin-api', 'http')}/api/v1/channels/${flow.name}/pipelines/p/position`;
  const body = JSON.stringify({ by: 'test', ...request });
  const answer = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
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
    const [, file = '', position] = /^(.+?):(\d+)/.exec((await readLogEnd(connection)) ?? '') ?? [];
    return { file, position: Number(position) };
  } finally {
    await connection.end();
  }
}

async function auditOf(flow: Flow): Promise<AuditEntry[]> {
  const answer = await fetch(`${flow.stack.address('admin-api', 'http')}/api/v1/audit`);
  return ((await answer.json()) as { items: AuditEntry[] }).items.filter(({ channel }) => channel === flow.name);
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
    ['test', 'done', { 0: String(first + 3n) }, moved.preview.rows],
  );

  await flow.start();
  await flow.settle();
  assert.deepEqual(
    (await flow.atTarget('SELECT id, v FROM t ORDER BY id')).map(({ id }) => Number(id)),
    [1, 2],
    'rows 3 and 4 were skipped',
  );
  await flow.pause();
  const back = await seek(flow, { to: { offset: String(first) } });
  assert.equal(back.direction, 'repeat');
  await flow.start();
  await flow.assertEqual();
});
