import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { runLutra } from '../support/access.ts';
import { Flow } from '../support/flow.ts';
import { decideRow, quarantined, untilQuarantine, untilStates } from '../support/quarantine-desk.ts';

const QUARANTINE = { rowErrors: 'quarantine' } as const;

test('B16: the command line lists, shows, edits, skips and retries; values stand in its answers and never in the log of the loader', async () => {
  const tables = { t: 'id INT PRIMARY KEY, v VARCHAR(40), d DECIMAL(10,2)' };
  const targetTables = { t: 'id INT PRIMARY KEY, v VARCHAR(5), d DECIMAL(10,2)' };
  await using flow = await Flow.open({ tables, targetTables, policies: QUARANTINE });
  const restarts = flow.stack.process('loader-us').restarts;
  const cli = async (...args: string[]): Promise<string> => {
    const { code, out, err } = await runLutra(flow.stack, ...args);
    assert.equal(code, 0, err);
    return out;
  };
  const word = `secret-${flow.word}`;
  await flow.atSource(`INSERT INTO t VALUES (1, '${word}', 1.5), (2, '${word}', 2.5), (3, '${word}', 3.5)`);
  const [one, two] = await untilStates(flow, ['refused id=1', 'refused id=2', 'refused id=3']);
  await flow.until('three rows are counted', ({ loader }) => loader?.quarantine?.rows === 3);
  const list = await cli('quarantine', 'list', flow.name);
  assert.match(list, new RegExp(`${one?.id}.*refused.*${flow.route.to.schema}.t.*id=1.*insert`));
  assert.match(await cli('status', flow.name), /quarantine: 3 rows wait \(t_\w+\.t 3\)/);
  const shown = await cli('quarantine', 'show', flow.name, one?.id ?? '');
  for (const part of ['Data too long', 'widen the column', 'INSERT INTO', `v = ${word}`, 'd = 1.50']) {
    assert.ok(shown.includes(part), `${part} is not in ${shown}`);
  }
  assert.match(
    await cli('quarantine', 'edit', flow.name, one?.id ?? '', '--set', 'v=cut', '--set', 'd=99.25'),
    /as you wrote/,
  );
  assert.match(await cli('quarantine', 'skip', flow.name, two?.id ?? ''), /to be left out/);
  await untilStates(flow, ['refused id=3']);
  await flow.until('one row is counted', ({ loader }) => loader?.quarantine?.rows === 1);
  const metrics = await (await fetch(`${flow.stack.address('loader-us', 'http')}/metrics`)).text();
  assert.match(metrics, new RegExp(`lutra_loader_quarantined_rows{channel="${flow.name}",pipeline="p"} 1`));
  await flow.atTarget('ALTER TABLE t MODIFY v VARCHAR(40)');
  assert.match(await cli('quarantine', 'retry', flow.name, '--all'), /^1 rows: to be applied again/);
  await untilStates(flow, []);
  assert.match(await cli('quarantine', 'list', flow.name, '--state', 'skipped'), new RegExp(`${two?.id}.*skip by`));
  assert.deepEqual(await flow.atTarget('SELECT * FROM t ORDER BY id'), [
    { id: 1, v: 'cut', d: '99.25' },
    { id: 3, v: word, d: '3.50' },
  ]);
  const refused = await runLutra(flow.stack, 'quarantine', 'skip', flow.name, '1-1-1');
  assert.equal(refused.code, 1);
  const log = await readFile(join(flow.stack.dir, 'logs', 'loader-us.log'), 'utf8');
  assert.ok(log.includes(one?.id ?? '-') && !log.includes(word), 'the log names the row and holds no value of it');
  assert.equal(flow.stack.process('loader-us').restarts, restarts);
});

test('B16: a row of 6 MB that came in pieces waits and is applied whole', async () => {
  const tables = { t: 'id INT PRIMARY KEY, v VARCHAR(20), body LONGTEXT' };
  const targetTables = { t: 'id INT PRIMARY KEY, v VARCHAR(5), body LONGTEXT' };
  await using flow = await Flow.open({ tables, targetTables, policies: QUARANTINE });
  await flow.atSource("INSERT INTO t VALUES (1, 'much too long', REPEAT('雪\\'x', 1200000)), (2, 'b', 'small')");
  const [poison] = await untilStates(flow, ['refused id=1']);
  assert.ok((poison?.row?.after?.body?.length ?? 1_000) < 300);
  await flow.settle();
  assert.deepEqual(await flow.atTarget('SELECT id FROM t'), [{ id: 2 }]);
  await flow.atTarget('ALTER TABLE t MODIFY v VARCHAR(20)');
  assert.equal(await decideRow(flow, poison ?? { id: '' }, { action: 'retry' }), 202);
  await untilStates(flow, []);
  await flow.assertEqual();
});

test('B16: rows under column rules, filters and marked deletes wait by their values at the target, and are made anew by the rules of the day they are applied', async () => {
  await using flow = await Flow.open({
    tables: { t: 'id INT PRIMARY KEY, code VARCHAR(20) UNIQUE, v VARCHAR(20)' },
    targetTables: {
      t: 'id INT PRIMARY KEY, word VARCHAR(20) UNIQUE, v VARCHAR(5), origin VARCHAR(9), gone INT NOT NULL DEFAULT 0',
    },
    mappings: ({ from, to }) => [
      {
        ...{ from: `${from}.t`, to: `${to}.t`, where: 'row.id < 100', delete: { mark: 'gone' } },
        columns: { rename: { code: 'word' }, set: { origin: "'sh'" } },
      },
    ],
    policies: QUARANTINE,
  });
  await flow.atSource("INSERT INTO t VALUES (1, 'a', 'much too long')");
  await flow.atSource("INSERT INTO t VALUES (200, 'z', 'too long, not meant')");
  const [poison] = await untilStates(flow, ['refused id=1']);
  assert.deepEqual(poison?.row?.after, { id: '1', word: 'a', v: 'much too long', origin: 'sh', gone: '0' });
  await flow.atSource("UPDATE t SET code = 'b' WHERE id = 1");
  await flow.atSource("INSERT INTO t VALUES (2, 'A', 'two')");
  await flow.atSource('DELETE FROM t WHERE id = 1');
  await flow.atSource("INSERT INTO t VALUES (3, 'c', 'three')");
  await untilStates(flow, ['refused id=1', 'waiting id=1', 'waiting id=2', 'waiting id=1']);
  await flow.settle();
  assert.deepEqual(await flow.atTarget('SELECT id FROM t'), [{ id: 3 }]);
  await flow.atTarget('ALTER TABLE t MODIFY v VARCHAR(20)');
  assert.equal(await decideRow(flow, poison ?? { id: '' }, { action: 'retry' }), 202);
  await untilStates(flow, []);
  assert.deepEqual(await flow.atTarget('SELECT * FROM t ORDER BY id'), [
    { id: 1, word: 'b', v: 'much too long', origin: 'sh', gone: 1 },
    { id: 2, word: 'A', v: 'two', origin: 'sh', gone: 0 },
    { id: 3, word: 'c', v: 'three', origin: 'sh', gone: 0 },
  ]);
});

test('B16: rows of a table that is dropped at the target wait on without stopping the pipeline, and can be skipped', async () => {
  const tables = { t: 'id INT PRIMARY KEY, v VARCHAR(20)', other: 'id INT PRIMARY KEY' };
  await using flow = await Flow.open({
    tables,
    targetTables: { ...tables, t: 'id INT PRIMARY KEY, v VARCHAR(5)' },
    policies: QUARANTINE,
  });
  await flow.atSource("INSERT INTO t VALUES (1, 'much too long')");
  const [poison] = await untilStates(flow, ['refused id=1']);
  await flow.atTarget('DROP TABLE t');
  assert.equal(await decideRow(flow, poison ?? { id: '' }, { action: 'retry' }), 202);
  await untilQuarantine(flow, 'refused again', ([row]) => row?.decision?.action === 'retry' && row.state === 'refused');
  await flow.atSource('INSERT INTO other VALUES (1)');
  await flow.settle();
  assert.equal(await decideRow(flow, poison ?? { id: '' }, { action: 'skip' }), 202);
  await untilStates(flow, []);
  assert.equal((await quarantined(flow, 'skipped')).length, 1);
});
