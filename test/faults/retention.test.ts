import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readGroupPlaces } from '../../shared/kafka/group-offsets.ts';
import { openProducer } from '../../shared/kafka/record-producer.ts';
import { positionsTopic } from '../../topics/topics.ts';
import { runLutra } from '../support/access.ts';
import { eventually } from '../support/eventually.ts';
import { Flow, type FlowOptions, type PipelineStatus } from '../support/flow.ts';
import { resetOffsets } from '../support/kafka-groups.ts';
import { deleteRecords, kafkaOf, untilInTopic } from '../support/kafka-records.ts';

const TABLES = { t: 'id INT NOT NULL PRIMARY KEY, v LONGTEXT' };
const LIMIT_MS = 90_000;

async function ids(flow: Flow): Promise<number[]> {
  return (await flow.atTarget('SELECT id FROM t ORDER BY id')).map(({ id }) => Number(id));
}

/** Lets the channel run and resolves to the state gap. */
async function startIntoGap(flow: Flow): Promise<NonNullable<PipelineStatus['reason']>> {
  await flow.channels.start(flow.name);
  return untilGap(flow);
}

async function untilGap(flow: Flow): Promise<NonNullable<PipelineStatus['reason']>> {
  const { reason } = await flow.until('the state gap', ({ state }) => state === 'gap', LIMIT_MS);
  assert.equal(reason?.code, 'STREAM_GAP');
  return reason as NonNullable<PipelineStatus['reason']>;
}

/** Does what the remedy says, word by word. */
async function obey(flow: Flow, remedy: string): Promise<void> {
  const [command = ''] = /lutra (seek|skip) [^,]+/.exec(remedy) ?? [];
  await flow.pause();
  const done = await runLutra(flow.stack, ...command.split(' ').slice(1), '--yes');
  assert.equal(done.code, 0, `${command}: ${done.out}${done.err}`);
  await flow.start();
}

const OTHER_TABLES: FlowOptions['mappings'] = ({ from, to }) => [{ from: `${from}.t`, to: `${to}.t` }];

for (const { name, mappings, epochs } of [
  { name: 'in one epoch', mappings: undefined, epochs: /epoch (\d+) comes serial \d+ of epoch \1/ },
  { name: 'up to another epoch', mappings: OTHER_TABLES, epochs: /epoch 1 comes serial \d+ of epoch 2/ },
]) {
  test(`regression 17: what retention removes while a channel is paused, ${name}, is the state gap that says how much from when to when; its remedy accepts the loss`, async () => {
    await using flow = await Flow.open({ tables: TABLES });
    await flow.atSource("INSERT INTO t VALUES (1, 'kept')");
    await flow.settle();
    await flow.pause();
    await flow.atSource("INSERT INTO t VALUES (2, 'lost')");
    await flow.atSource("INSERT INTO t VALUES (3, 'lost')");
    await untilInTopic(flow, 'us', 3);
    await using beside = await Flow.open({ tables: TABLES, sharing: flow, ...(mappings && { mappings }) });
    await beside.settle();
    const low = await deleteRecords(flow, 'us');
    await flow.atSource("INSERT INTO t VALUES (4, 'kept')");
    const { message, remedy } = await startIntoGap(flow);
    assert.match(message, epochs);
    const [, offset, count] = /at offset (\d+), so (\d+) records before it are gone/.exec(message) ?? [];
    assert.ok(Number(offset) >= low && Number(count) >= 2, message);
    assert.match(message, /between 20\d\d-\S+Z and 20\d\d-\S+Z \(\S+:\d+\)/);
    assert.deepEqual(await ids(flow), [1]);
    await obey(flow, remedy);
    await flow.settle();
    assert.deepEqual(await ids(flow), [1, 4]);
  });
}

test('an offset that an operator set and retention has passed is the state gap, not the first record that is kept', async () => {
  await using flow = await Flow.open({ tables: TABLES });
  await flow.atSource("INSERT INTO t VALUES (1, 'applied')");
  await flow.settle();
  await flow.pause();
  await resetOffsets(flow, '--to-earliest');
  const low = await deleteRecords(flow, 'us');
  await flow.atTarget('DELETE FROM t');
  const { message, remedy } = await startIntoGap(flow);
  assert.match(
    message,
    new RegExp(`the records from offset \\d+ up to ${low - 1} are gone .*first that is kept is ${low}`),
  );
  await flow.pause();
  assert.match(remedy, new RegExp(`lutra seek --to-offset ${low}`));
  await resetOffsets(flow, '--to-earliest');
  await flow.start();
  await flow.atSource("INSERT INTO t VALUES (2, 'applied')");
  await flow.settle();
  assert.deepEqual(await ids(flow), [2]);
});

test('retention that overtakes a loader which stands still at its target is the state gap, and the committed offset stays the place of the loader', async () => {
  await using flow = await Flow.open({ tables: TABLES });
  await using beside = await Flow.open({ tables: TABLES, sharing: flow });
  await flow.atSource("INSERT INTO t VALUES (1, 'applied')");
  await flow.settle();
  const holder = await flow.connect('to');
  await holder.query('LOCK TABLES t WRITE');
  for (let id = 2; id <= 40; id++) await flow.atSource('INSERT INTO t VALUES (?, REPEAT(?, 1000000))', [id, 'x']);
  await beside.settle();
  const low = await deleteRecords(flow, 'us');
  await flow.atSource("INSERT INTO t VALUES (41, 'kept')");
  await untilInTopic(flow, 'us', 41);
  await holder.end();
  const { message, remedy } = await untilGap(flow);
  const [, offset = '0'] = /at offset (\d+), so/.exec(message) ?? [];
  assert.ok(Number(offset) >= low, message);
  const applied = await ids(flow);
  assert.ok(applied.length < 40 && applied.every((id, index) => id === index + 1), String(applied));
  await eventually('the committed offset is behind the checkpoint at most by heartbeats', async () => {
    const [row] = await flow.atTarget('SELECT next_offset FROM lutra.checkpoint WHERE channel = ?', [flow.name]);
    const { places } = await readGroupPlaces(kafkaOf(flow, 'us'), flow.group, flow.topic);
    const committed = places[0]?.committed ?? -1n;
    return committed >= BigInt(String(row?.next_offset)) && committed < BigInt(low);
  });
  await obey(flow, remedy);
  await flow.settle();
  assert.deepEqual(await ids(flow), [...applied, 41]);
});

test('an idle pipeline goes on when retention has removed nothing but heartbeats, also behind an offset that an operator set', async () => {
  await using flow = await Flow.open({ tables: TABLES });
  await using _beside = await Flow.open({ tables: TABLES, sharing: flow });
  await flow.atSource("INSERT INTO t VALUES (1, 'applied')");
  await flow.settle();
  for (const isMoved of [false, true]) {
    await flow.pause();
    if (isMoved) {
      await resetOffsets(flow, '--to-latest');
      await flow.start();
      await eventually('a heartbeat has told where the stream is', async () => {
        const [row] = await flow.atTarget('SELECT serial FROM lutra.checkpoint WHERE channel = ?', [flow.name]);
        return row?.serial !== null && row?.serial !== undefined;
      });
      await flow.pause();
    }
    const before = await deleteRecords(flow, 'us');
    await eventually('more heartbeats have come', async () => (await deleteRecords(flow, 'us')) > before + 2);
    await flow.start();
    await flow.assertEqual();
  }
  await flow.atSource("INSERT INTO t VALUES (2, 'applied')");
  await flow.assertEqual();
});

test('regression 17: what the mirror never brought because it was gone at the origin is the state gap', async () => {
  await using flow = await Flow.open({ tables: TABLES });
  await flow.atSource("INSERT INTO t VALUES (1, 'kept')");
  await flow.settle();
  await flow.stack.stop('mirror-us');
  try {
    await flow.atSource("INSERT INTO t VALUES (2, 'lost')");
    await untilInTopic(flow, 'sh', 2);
    await deleteRecords(flow, 'sh');
    await flow.atSource("INSERT INTO t VALUES (3, 'kept')");
  } finally {
    await flow.stack.start('mirror-us');
    await flow.stack.waitHealthy('mirror-us');
  }
  const { message, remedy } = await untilGap(flow);
  assert.match(message, /so \d+ records? before it are gone \(removed by retention, or never mirrored\)/);
  assert.deepEqual(await ids(flow), [1]);
  await obey(flow, remedy);
  await flow.settle();
  assert.deepEqual(await ids(flow), [1, 3]);
});

test('a source whose position was removed goes on in its topic: who followed it is in the state gap, who joins it is not', async () => {
  await using flow = await Flow.open({ tables: TABLES });
  await flow.atSource("INSERT INTO t VALUES (1, 'kept')");
  await flow.settle();
  await flow.stack.stop('selector-sh');
  await removePosition(flow);
  await flow.atSource("INSERT INTO t VALUES (2, 'lost')");
  await flow.stack.start('selector-sh');
  await flow.stack.waitHealthy('selector-sh');
  const { remedy } = await untilGap(flow);
  await using beside = await Flow.open({ tables: TABLES, sharing: flow });
  await flow.atSource("INSERT INTO t VALUES (3, 'kept')");
  await beside.settle();
  assert.deepEqual([await ids(flow), await ids(beside)], [[1], [3]]);
  await obey(flow, remedy);
  await flow.settle();
  assert.deepEqual(await ids(flow), [1, 3]);
});

async function removePosition(flow: Flow): Promise<void> {
  const producer = openProducer(kafkaOf(flow, 'sh'));
  try {
    await producer.put(positionsTopic('sh'), [{ key: `sh.${flow.sourceName}`, value: null }]);
  } finally {
    await producer.close();
  }
}
