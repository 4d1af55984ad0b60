import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { test } from 'node:test';
import { connect, serverAt } from '../../demo/servers.ts';
import { rowsTopic } from '../../topics/topics.ts';
import { readRecords } from '../support/decoded-topic.ts';
import { eventually } from '../support/eventually.ts';
import { startOwnRunner } from '../support/own-selector.ts';
import { SilentLink } from '../support/silent-link.ts';
import { testStack } from '../support/stack.ts';

test('regression 25: a run of the selector that hangs in a question to the source is stalled, then given up, and the next one publishes every row once', async () => {
  const stack = await testStack();
  const server = serverAt(stack.address('order'));
  const word = randomInt(2 ** 31 - 1);
  const [schema, name] = [`hang_${word}`, `h-${word}`];
  await using link = await SilentLink.to(server.host, server.port);
  const db = await connect(server, { multipleStatements: true });
  await db.query(`CREATE DATABASE ${schema}; USE ${schema};
    CREATE TABLE plain (id INT PRIMARY KEY); CREATE TABLE odd (id INT PRIMARY KEY, v VARCHAR(9) CHARACTER SET gbk)`);
  const place = { kafka: stack.address('kafka-sh'), registry: stack.address('registry', 'http').replace(/\/+$/, '') };
  const told: string[] = [];
  const runner = startOwnRunner({
    ...{ ...place, name, schema, host: `127.0.0.1:${link.port}`, restartAfter: { decode: 1_000 } },
    onState: () => {
      const { state, reason } = runner.snapshot();
      const what = `${state} ${reason?.code ?? ''}`.trim();
      if (told.at(-1) !== what) told.push(what);
    },
  });
  try {
    const isRunning = (): boolean => runner.snapshot().state === 'running';
    await eventually('it runs', isRunning, { limitMs: 30_000, describe: () => told });
    await db.query('INSERT INTO plain VALUES (1)');
    link.fallSilentAt((bytes) => bytes.includes('USING gbk'));
    await db.query("INSERT INTO odd VALUES (2, '\u4e2d'); INSERT INTO plain VALUES (3)");
    const records = await readRecords({ ...place, topic: rowsTopic(`sh.${name}`) }, (found) => found.length >= 3);
    assert.deepEqual(
      records.map(({ after, source }) => [after?.id, after?.v, Number(source.serial)]),
      [
        [1, undefined, 1],
        [2, '\u4e2d', 2],
        [3, undefined, 3],
      ],
    );
    await eventually('it runs again', isRunning, { limitMs: 10_000, describe: () => told });
    assert.deepEqual(told.slice(told.indexOf('running')), ['running', 'stalled STALLED', 'waiting STALLED', 'running']);
  } finally {
    await runner.stop();
    await db.query(`DROP DATABASE ${schema}`);
    db.destroy();
  }
});
