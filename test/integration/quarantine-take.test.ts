import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { callAdmin, runLutra } from '../support/access.ts';
import { eventually } from '../support/eventually.ts';
import { Flow } from '../support/flow.ts';
import {
  decideAllRows,
  decideRow,
  quarantined,
  states,
  untilQuarantine,
  untilStates,
} from '../support/quarantine-desk.ts';

const TABLES = { t: 'id INT PRIMARY KEY, v VARCHAR(20), u VARCHAR(20) UNIQUE' };
const NARROW = { t: 'id INT PRIMARY KEY, v VARCHAR(5), u VARCHAR(20) UNIQUE' };
const QUARANTINE = { rowErrors: 'quarantine' } as const;

function open(target: string): Promise<Flow> {
  return Flow.open({ target, tables: TABLES, targetTables: NARROW, policies: QUARANTINE });
}

/** The rows of the target as `1=a 2=b`. */
async function rowsOf(flow: Flow): Promise<string> {
  return (await flow.atTarget('SELECT id, v FROM t ORDER BY id')).map(({ id, v }) => `${id}=${v}`).join(' ');
}

/** Decides `take` about the refused row of a key. */
async function take(flow: Flow, id: number): Promise<void> {
  const row = (await quarantined(flow)).find((each) => each.state === 'refused' && each.row?.key.id === String(id));
  assert.ok(row !== undefined, JSON.stringify(states(await quarantined(flow))));
  assert.equal(await decideRow(flow, row, { action: 'take' }), 202);
}

for (const target of ['otter', 'user']) {
  const name = target === 'user' ? 'MariaDB' : 'MySQL';

  test(`B16 ${name}: a change of key whose new row is refused waits as one: the old row stays at the target, whoever uses its key waits, and retried both halves are done`, async () => {
    await using flow = await open(target);
    await flow.atSource("INSERT INTO t VALUES (1, 'a', 'a'), (2, 'b', 'b'), (3, 'c', 'c'), (4, 'd', 'd')");
    await flow.atSource(
      "UPDATE t SET v = IF(id IN (1, 2), 'much too long', 'ok'), id = id + 10 WHERE id < 4 ORDER BY id",
    );
    await untilStates(flow, ['refused id=11', 'refused id=12']);
    await flow.atSource("INSERT INTO t VALUES (1, 'new', 'a2'); UPDATE t SET v = 'e' WHERE id = 4");
    await flow.atSource("UPDATE t SET v = 'f' WHERE id = 12; UPDATE t SET id = 2 WHERE id = 12");
    const rows = await untilQuarantine(flow, 'three wait', ({ length }) => length === 5);
    assert.deepEqual(rows[0]?.row?.before, { id: '1', v: 'a', u: 'a' });
    assert.equal(rows[0]?.row?.op, 'update');
    await flow.settle();
    assert.equal(await rowsOf(flow), '1=a 2=b 4=e 13=ok');
    await flow.pause();
    await flow.start();
    await flow.atTarget('ALTER TABLE t MODIFY v VARCHAR(20)');
    assert.equal(await decideAllRows(flow, { action: 'retry' }), 202);
    await untilStates(flow, []);
    await flow.assertEqual();
  });

  test(`B16 ${name}: a row is taken as the source has it now, in the place of the refused change and all that wait of the same row: changed, deleted, deleted and made again, under another key`, async () => {
    await using flow = await open(target);
    await flow.atSource("INSERT INTO t VALUES (3, 'c', 'c'), (4, 'd', 'd'), (6, 'f', 'f')");
    await flow.atSource("INSERT INTO t VALUES (1, 'much too long', 'a'), (2, 'too long as well', 'b')");
    await flow.atSource("UPDATE t SET v = 'again too long' WHERE id = 3");
    await flow.atSource("UPDATE t SET v = 'long once more' WHERE id = 4");
    await flow.atSource("UPDATE t SET id = 60, v = 'moved too long' WHERE id = 6");
    await untilStates(flow, ['refused id=1', 'refused id=2', 'refused id=3', 'refused id=4', 'refused id=60']);
    await flow.atSource(
      "UPDATE t SET v = 'longer and longer' WHERE id = 1; UPDATE t SET v = 'fits', u = 'a2' WHERE id = 1",
    );
    await flow.atSource("INSERT INTO t VALUES (5, 'takes', 'a')");
    await flow.atSource('DELETE FROM t WHERE id = 2');
    await flow.atSource("DELETE FROM t WHERE id = 3; INSERT INTO t VALUES (3, 'anew', 'c')");
    await flow.atSource("UPDATE t SET id = 40, v = 'moved' WHERE id = 4");
    await flow.atSource("UPDATE t SET v = 'sixty' WHERE id = 60; UPDATE t SET id = 61 WHERE id = 60");
    await untilQuarantine(flow, 'all of them', ({ length }) => length === 14);
    await flow.settle();
    assert.equal(await rowsOf(flow), '3=c 4=d 6=f');
    const rows = await quarantined(flow);
    const { code, err } = await runLutra(flow.stack, 'quarantine', 'take', flow.name, rows[0]?.id ?? '');
    assert.equal(code, 0, err);
    await untilQuarantine(flow, 'the first row is taken', ({ length }) => length === 10);
    assert.equal(await rowsOf(flow), '1=fits 3=c 4=d 5=takes 6=f');
    await take(flow, 4);
    await untilQuarantine(flow, 'the row with another key is taken', ({ length }) => length === 8);
    assert.equal(await rowsOf(flow), '1=fits 3=c 5=takes 6=f 40=moved');
    assert.equal(await decideAllRows(flow, { action: 'take' }), 202);
    await untilStates(flow, []);
    await flow.assertEqual();
    assert.equal(await rowsOf(flow), '1=fits 3=anew 5=takes 40=moved 61=sixty');
    const audit = (await (await callAdmin(flow.stack, `/api/v1/audit?channel=${flow.name}&action=row`)).json()) as {
      items: { what: string; outcome: string }[];
    };
    assert.deepEqual(
      audit.items.map(({ what, outcome }) => `${what.split(' ')[0]} ${outcome}`),
      ['take done', 'take done', 'take done'],
    );
    assert.deepEqual(await flow.atTarget('SELECT COUNT(*) AS n FROM lutra.quarantine WHERE topic = ?', [flow.topic]), [
      { n: '0' },
    ]);
  });
}

test('B16: a row to be taken that the source still has as it is waits on, and the next change that fits is taken by itself; the source need not answer', async () => {
  await using flow = await open('otter');
  await flow.atSource("INSERT INTO t VALUES (1, 'much too long', 'a'), (2, 'too long as well', 'b')");
  await untilStates(flow, ['refused id=1', 'refused id=2']);
  await take(flow, 1);
  await untilQuarantine(flow, 'refused again', ([row]) => row?.decision?.action === 'take' && row.state === 'refused');
  await flow.atSource("UPDATE t SET v = 'still too long' WHERE id = 1");
  await untilStates(flow, ['refused id=1', 'refused id=2', 'waiting id=1']);
  await flow.pause();
  await flow.start();
  await flow.atSource("UPDATE t SET v = 'fits' WHERE id = 1; UPDATE t SET v = 'two' WHERE id = 2");
  await untilStates(flow, ['refused id=2', 'waiting id=2']);
  const { pid } = flow.stack.process('order');
  process.kill(pid ?? 0, 'SIGSTOP');
  try {
    await take(flow, 2);
    await untilStates(flow, []);
    assert.equal(await rowsOf(flow), '1=fits 2=two');
  } finally {
    process.kill(pid ?? 0, 'SIGCONT');
  }
  await flow.assertEqual();
});

test('B16: rows that change all the time, and whose values fit now and then, are taken while they change', async () => {
  await using flow = await open('otter');
  const source = await flow.connect('from');
  let isDone = false;
  const writing = (async () => {
    for (let n = 0; !isDone; n++) {
      const v = n % 7 === 0 ? "'much too long'" : `'${n % 1_000}'`;
      await source.query(`REPLACE INTO t VALUES (${n % 3}, ${v}, '${n % 3}')`);
      if (n % 11 === 0) await source.query(`UPDATE t SET id = ${100 + (n % 3)} WHERE id = ${n % 3}`);
      if (n % 11 === 0) await source.query(`DELETE FROM t WHERE id = ${100 + (n % 3)}`);
      await delay(5);
    }
    await source.query("UPDATE t SET v = 'last'");
  })();
  try {
    for (let round = 0; round < 5; round++) {
      await untilQuarantine(flow, 'refused', (rows) =>
        rows.some(({ state, decision }) => state === 'refused' && decision === undefined),
      );
      assert.equal(await decideAllRows(flow, { action: 'take' }), 202);
    }
  } finally {
    isDone = true;
    await writing;
    source.destroy();
  }
  await flow.settle();
  const left = "SELECT COUNT(*) AS n FROM lutra.quarantine WHERE topic = ? AND state IN ('refused', 'waiting')";
  const isEmpty = async (): Promise<boolean> => {
    const rows = await quarantined(flow);
    if (rows.some(({ state, decision }) => state === 'refused' && decision?.action !== 'take')) {
      await decideAllRows(flow, { action: 'take' });
    }
    return (await flow.atTarget(left, [flow.topic]))[0]?.n === '0';
  };
  await eventually('an empty quarantine', isEmpty, {
    limitMs: 30_000,
    describe: async () => (await quarantined(flow)).slice(0, 5),
  });
  await flow.assertEqual();
});
