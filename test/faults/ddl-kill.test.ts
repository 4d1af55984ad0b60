import assert from 'node:assert/strict';
import { test } from 'node:test';
import { statementsOf } from '../support/ddl-desk.ts';
import { eventually } from '../support/eventually.ts';
import { Flow } from '../support/flow.ts';
import { assertSameTables, runAtSource } from '../support/same-tables.ts';

const KILLS = 3;
const ROUNDS = 4;
const STATEMENTS = ROUNDS * 8;

async function appliedBy(flow: Flow): Promise<number> {
  const [row] = await flow.atTarget("SELECT COUNT(*) AS n FROM lutra.ddl WHERE channel = ? AND state = 'applied'", [
    flow.name,
  ]);
  return Number(row?.n);
}

test('B15: a loader killed again and again around DDL recognises what was applied and goes on', async (t) => {
  await using flow = await Flow.open({ tables: { t: 'id INT PRIMARY KEY AUTO_INCREMENT, v INT' } });
  const seed = Number(process.env.SEED ?? Number.parseInt(flow.word, 16) % 1_000);
  t.diagnostic(`SEED=${seed}`);
  for (let n = 0; n < ROUNDS; n++) {
    await runAtSource(flow, [
      'INSERT INTO t (v) VALUES (1), (2)',
      `ALTER TABLE t ADD COLUMN c${n} INT NOT NULL DEFAULT ${n}`,
      `INSERT INTO t (v, c${n}) VALUES (3, ${n + 7})`,
      `ALTER TABLE t CHANGE c${n} d${n} BIGINT NOT NULL DEFAULT ${n}`,
      `CREATE INDEX ix${n} ON t (v)`,
      `CREATE TABLE t_${n} (id INT PRIMARY KEY)`,
      `INSERT INTO t_${n} VALUES (1)`,
      `RENAME TABLE t_${n} TO u_${n}`,
      `DROP INDEX ix${n} ON t`,
      `ALTER TABLE t DROP COLUMN d${n}`,
      `DROP TABLE u_${n}`,
    ]);
  }
  for (let kill = 1; kill <= KILLS; kill++) {
    const wanted = Math.floor((kill * STATEMENTS) / (KILLS + 1)) - ((seed * kill) % 5);
    const enough = async (): Promise<boolean> => (await appliedBy(flow)) >= wanted;
    await eventually(`enough statements for kill ${kill}`, enough, { limitMs: 90_000 });
    await flow.stack.kill('loader-us');
    await flow.stack.waitHealthy('loader-us', 60_000);
  }
  await assertSameTables(flow, 't');
  assert.equal(await appliedBy(flow), STATEMENTS);
});

const ROW = 'id INT PRIMARY KEY, v INT';
const TABLES = {
  dropped: ROW,
  added: ROW,
  lost: ROW,
  indexed: ROW,
  unindexed: `${ROW}, KEY ix (v)`,
  renamed: ROW,
  changed: ROW,
  emptied: ROW,
};

/** A statement, and what the target looks like before it. */
const POINTS: readonly { readonly sql: string; readonly undo: string }[] = [
  { sql: `CREATE TABLE made (${ROW})`, undo: 'DROP TABLE made' },
  { sql: 'DROP TABLE dropped', undo: `CREATE TABLE dropped (${ROW})` },
  { sql: 'ALTER TABLE added ADD COLUMN c INT NOT NULL DEFAULT 7', undo: 'ALTER TABLE added DROP COLUMN c' },
  { sql: 'ALTER TABLE lost DROP COLUMN v', undo: 'ALTER TABLE lost ADD COLUMN v INT' },
  { sql: 'CREATE INDEX ix ON indexed (v)', undo: 'DROP INDEX ix ON indexed' },
  { sql: 'ALTER TABLE unindexed DROP INDEX ix', undo: 'ALTER TABLE unindexed ADD INDEX ix (v)' },
  { sql: 'RENAME TABLE renamed TO renamed_2', undo: 'RENAME TABLE renamed_2 TO renamed' },
  { sql: 'ALTER TABLE changed CHANGE v w BIGINT NOT NULL DEFAULT 5', undo: 'ALTER TABLE changed CHANGE w v INT' },
  { sql: 'TRUNCATE TABLE emptied', undo: 'INSERT INTO emptied VALUES (1, 1)' },
];

/** What a crash leaves in the ledger; the checkpoint stands before the statement each time. */
const CRASHES = [
  { when: 'while it waited at the barrier', state: 'arriving', isExecuted: false, isForgotten: true },
  { when: 'before it was executed', state: 'applying', isExecuted: false, isForgotten: false },
  { when: 'after it was executed', state: 'applying', isExecuted: true, isForgotten: false },
  { when: 'before the checkpoint moved', state: 'applied', isExecuted: true, isForgotten: false },
] as const;

for (const target of ['otter', 'user'] as const) {
  test(`B15: whatever a crash leaves of a statement in ledger and target, it is in effect once in the end, target ${target === 'user' ? 'MariaDB' : 'MySQL'}`, async (t) => {
    await using flow = await Flow.open({ tables: TABLES, source: target === 'user' ? 'user' : 'order', target });
    await runAtSource(
      flow,
      Object.keys(TABLES).map((table) => `INSERT INTO ${table} VALUES (1, 1)`),
    );
    await flow.settle();
    await flow.pause();
    const [{ uid } = {}] = await flow.atTarget('SELECT uid FROM lutra.checkpoint WHERE channel = ?', [flow.name]);
    const [checkpoint = {}] = await flow.atTarget('SELECT * FROM lutra.checkpoint WHERE uid = ?', [uid]);
    await runAtSource(flow, [
      ...POINTS.map(({ sql }) => sql),
      'INSERT INTO made VALUES (5, 5)',
      'INSERT INTO changed VALUES (6, 6)',
    ]);
    await flow.start();
    await flow.settle();
    for (const { when, state, isExecuted, isForgotten } of CRASHES) {
      await t.test(`a crash ${when}`, async () => {
        await flow.pause();
        if (!isExecuted) for (const { undo } of POINTS) await flow.atTarget(undo);
        const forgotten = isForgotten ? ", fingerprint = NULL, target_statement = NULL, target_tables = '[]'" : '';
        const late = state === 'applied' ? '' : ', effects = NULL, reason = NULL';
        await flow.atTarget(`UPDATE lutra.ddl SET state = ?, passed = 0${forgotten}${late} WHERE uid = ?`, [
          state,
          uid,
        ]);
        await flow.atTarget('UPDATE lutra.checkpoint SET ? WHERE uid = ?', [checkpoint, uid]);
        await flow.start();
        await assertSameTables(
          flow,
          'made',
          'added',
          'lost',
          'indexed',
          'unindexed',
          'renamed_2',
          'changed',
          'emptied',
        );
        const found = (await statementsOf(flow)).toReversed();
        assert.deepEqual(
          found.map((entry) => entry.state),
          POINTS.map(() => 'applied'),
        );
        if (state === 'applying' && isExecuted) {
          const notes = new Set(
            found.filter(({ words }) => words !== 'TRUNCATE TABLE').map(({ reason }) => reason?.message),
          );
          assert.deepEqual([...notes], ['it was executed before its loader died']);
        }
        const gone = await flow.atTarget(
          "SELECT 1 FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME IN ('dropped', 'renamed')",
        );
        assert.deepEqual(gone, []);
      });
    }
  });
}
