import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { readGroupPlaces } from '../../shared/kafka/group-offsets.ts';
import { eventually } from '../support/eventually.ts';
import { Flow } from '../support/flow.ts';
import { kafkaGroups, resetOffsets } from '../support/kafka-groups.ts';
import { kafkaOf, rowsInTopic, type TopicRow, untilInTopic } from '../support/kafka-records.ts';

/** kafka-consumer-groups at the target's site: its topic came by MirrorMaker, with offsets of its own. */
const TABLES = { t: 'id INT NOT NULL PRIMARY KEY' };
const ROWS = 5;

let flow: Flow;
let folder: string;
let lastId = 0;
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lutra-offsets-'));
  flow = await Flow.open({ tables: TABLES });
});
after(async () => {
  rmSync(folder, { recursive: true });
  await flow[Symbol.asyncDispose]();
});

/** Rows in transactions of their own, with times of their own in the topic. */
async function insertRows(): Promise<void> {
  for (let row = 0; row < ROWS; row++) {
    await flow.atSource('INSERT INTO t VALUES (?)', [++lastId]);
    await untilInTopic(flow, 'sh', lastId);
  }
}

async function ids(): Promise<number[]> {
  return (await flow.atTarget('SELECT id FROM t ORDER BY id')).map(({ id }) => Number(id));
}

/** What the tool printed as the new offset. */
function newOffset(printed: string): number {
  const [, offset] = new RegExp(`${flow.topic.replaceAll('.', '\\.')}\\s+0\\s+(\\d+)`).exec(printed) ?? [];
  assert.ok(offset !== undefined, printed);
  return Number(offset);
}

/** A paused pipeline with rows behind it and before it in the topic, and none at the target. `standsAt`: its offset. */
async function stand(): Promise<{ rows: readonly TopicRow[]; standsAt: number; applied: number }> {
  if ((await flow.status()).state === 'paused') await flow.start();
  await insertRows();
  await flow.settle();
  await flow.pause();
  const applied = lastId;
  await insertRows();
  await untilInTopic(flow, 'us', lastId);
  await flow.atTarget('DELETE FROM t');
  const { places } = await readGroupPlaces(kafkaOf(flow, 'us'), flow.group, flow.topic);
  return { rows: await rowsInTopic(flow, 'us'), standsAt: Number(places[0]?.committed), applied };
}

type Place = { readonly row: TopicRow; readonly standsAt: number };
type Case = { readonly name: string; readonly how: (place: Place) => readonly string[] | Promise<readonly string[]> };

const CASES: readonly Case[] = [
  { name: '--to-offset', how: ({ row }) => ['--to-offset', String(row.offset)] },
  { name: '--shift-by', how: ({ row, standsAt }) => ['--shift-by', String(row.offset - standsAt)] },
  { name: '--to-datetime', how: ({ row }) => ['--to-datetime', new Date(row.timestamp).toISOString().slice(0, 23)] },
  {
    name: '--export, then --from-file',
    how: async ({ row }) => {
      const how = ['--reset-offsets', '--group', flow.group, '--topic', flow.topic, '--to-offset', String(row.offset)];
      const file = join(folder, 'offsets.csv');
      const printed = await kafkaGroups(flow.stack, 'us', [...how, '--export']);
      const lines = printed.split('\n').filter((line) => /^"?lutra\./.test(line));
      writeFileSync(file, `${lines.join('\n')}\n`);
      return ['--from-file', file];
    },
  },
];

function rowOf(rows: readonly TopicRow[], wanted: number): TopicRow {
  const found = rows.find(({ id }) => id === wanted);
  assert.ok(found !== undefined, JSON.stringify(rows));
  return found;
}

async function expectFrom(rows: readonly TopicRow[], offset: number, printed: string): Promise<void> {
  await flow.start();
  await flow.settle();
  const expected = rows.filter((row) => row.offset >= offset).map(({ id }) => id);
  assert.deepEqual(await ids(), expected, printed);
}

for (const { name, how } of CASES) {
  for (const direction of ['backwards', 'forwards']) {
    test(`B18: kafka-consumer-groups ${name} moves a paused pipeline ${direction}, behind a mirror: it applies from there on and nothing before`, async () => {
      const { rows, standsAt, applied } = await stand();
      const row = rowOf(rows, direction === 'backwards' ? applied - 1 : applied + 3);
      const printed = await resetOffsets(flow, ...(await how({ row, standsAt })));
      const offset = newOffset(printed);
      assert.ok(
        offset > rowOf(rows, row.id - 1).offset && offset <= row.offset,
        `${offset} for ${JSON.stringify(rows)}`,
      );
      assert.equal(offset < standsAt, direction === 'backwards');
      await expectFrom(rows, row.offset, printed);
    });
  }
}

for (const { duration, direction } of [
  { duration: 'PT1H', direction: 'backwards' },
  { duration: 'PT0S', direction: 'forwards' },
]) {
  test(`B18: kafka-consumer-groups --by-duration ${duration} moves a paused pipeline ${direction}`, async () => {
    const { rows, standsAt } = await stand();
    const printed = await resetOffsets(flow, '--by-duration', duration);
    const offset = newOffset(printed);
    assert.equal(offset < standsAt, direction === 'backwards', printed);
    await expectFrom(rows, offset, printed);
  });
}

test('B18: an offset that an operator set is obeyed although the loader is killed again and again on its way', async () => {
  const { rows } = await stand();
  const row = rowOf(rows, 3);
  const printed = await resetOffsets(flow, '--to-offset', String(row.offset));
  const group = (): ReturnType<typeof readGroupPlaces> => readGroupPlaces(kafkaOf(flow, 'us'), flow.group, flow.topic);
  const stations = {
    'it has joined the group': async () => (await group()).members > 0,
    'it has marked the offset': async () => (await group()).places[0]?.metadata !== '',
    'it has applied a row': async () => (await ids()).length > 0,
  };
  await flow.channels.start(flow.name);
  for (const [station, isReached] of Object.entries(stations)) {
    await eventually(station, isReached);
    await flow.stack.kill('loader-us');
    await flow.stack.waitHealthy('loader-us');
  }
  await flow.settle();
  const expected = rows.filter(({ offset }) => offset >= row.offset).map(({ id }) => id);
  await eventually('everything from there on is applied', async () => String(await ids()) === String(expected), {
    describe: async () => [await ids(), printed],
  });
});
