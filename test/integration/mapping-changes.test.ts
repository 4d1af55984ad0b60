import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { settle } from '../../demo/marker.ts';
import { Random } from '../../demo/random.ts';
import { Flow, type Mappings } from '../support/flow.ts';

/** Rows of `log` and `added` have no key: one that is applied twice shows. Their `n` is the number of the transaction. */
const TABLES = {
  log: 'n INT NOT NULL, v VARCHAR(20)',
  hits: 'id INT NOT NULL PRIMARY KEY, hits INT NOT NULL',
  added: 'n INT NOT NULL, v VARCHAR(20)',
};

/** A restart of the loader, or a search for its place, takes longer than this. */
const SPIKE_MS = 5_000;

/** Writes numbered transactions that touch all three tables until it is stopped. */
class Writer {
  written = 0;
  private isRunning = true;
  private readonly ended: Promise<void>;

  constructor(flow: Flow) {
    this.ended = this.run(flow);
  }

  private async run(flow: Flow): Promise<void> {
    const source = await flow.connect('from');
    try {
      await source.query('INSERT INTO hits VALUES (1, 0)');
      for (let n = 1; this.isRunning; n++) {
        await source.query(
          `START TRANSACTION; INSERT INTO added VALUES (${n}, 'a'); INSERT INTO log VALUES (${n}, 'x');
           UPDATE hits SET hits = hits + 1; INSERT INTO added VALUES (${n}, 'b'); COMMIT`,
        );
        this.written = n;
        await delay(2);
      }
    } finally {
      source.destroy();
    }
  }

  async stop(): Promise<number> {
    this.isRunning = false;
    await this.ended;
    return this.written;
  }
}

/** Sends markers one after the other and remembers the longest that one took, ms. */
class LagProbe {
  longest = 0;
  readonly took: number[] = [];
  private isRunning = true;
  private readonly ended: Promise<void>;

  constructor(flow: Flow) {
    this.ended = this.run(flow);
  }

  private async run(flow: Flow): Promise<void> {
    while (this.isRunning) {
      const ms = await settle(flow.route, 60_000);
      this.took.push(ms);
      this.longest = Math.max(this.longest, ms);
    }
  }

  async stop(): Promise<void> {
    this.isRunning = false;
    await this.ended;
  }
}

const some =
  (tables: readonly string[]): Mappings =>
  ({ from, to }) => [{ from: `${from}.*`, to: `${to}.*`, only: tables }];

async function expectAll(flow: Flow, transactions: number): Promise<void> {
  const [log] = await flow.atTarget('SELECT COUNT(*) AS n, COUNT(DISTINCT n) AS different, MAX(n) AS last FROM log');
  assert.deepEqual([log?.n, log?.different, log?.last].map(Number), [transactions, transactions, transactions], 'log');
  const [row] = await flow.atTarget('SELECT hits FROM hits');
  assert.equal(Number(row?.hits), transactions, 'hits');
}

for (const [server, target] of [
  ['MySQL', 'otter'],
  ['MariaDB', 'user'],
] as const) {
  test(`B23, D7: a table that joins a running channel to ${server} arrives whole from that moment on, and the others lose and repeat nothing`, async () => {
    await using flow = await Flow.open({ tables: TABLES, target, mappings: some(['log', 'hits']) });
    const writer = new Writer(flow);
    const probe = new LagProbe(flow);
    await flow.until('rows flow', ({ loader }) => (loader?.rows.inserts ?? 0) > 20);
    const before = await flow.status();
    const quiet = probe.longest;
    const ms = await flow.remap(some(['log', 'hits', 'added']));
    const asked = writer.written;
    await delay(1_500);
    await probe.stop();
    const written = await writer.stop();
    await flow.settle();
    const after = await flow.status();
    console.log(
      `taken over in ${Math.round(ms)} ms; longest way of a marker ${Math.round(probe.longest)} ms, ${Math.round(quiet)} ms before the change`,
    );
    await expectAll(flow, written);
    const [added] = await flow.atTarget(
      'SELECT COUNT(*) AS n, COUNT(DISTINCT n) AS different, MIN(n) AS first, MAX(n) AS last FROM added',
    );
    const [count, different, first, last] = [added?.n, added?.different, added?.first, added?.last].map(Number) as [
      number,
      number,
      number,
      number,
    ];
    assert.equal(last, written);
    assert.equal(different, last - first + 1, 'no transaction is missing in between');
    assert.equal(count, 2 * different, 'every transaction came whole and once');
    assert.ok(first <= asked + 200, `its first transaction is ${first}, the loader followed at ${asked}`);
    assert.equal(after.loader?.since, before.loader?.since, 'the loader has run all the time');
    assert.ok(probe.longest < quiet + SPIKE_MS, `a marker took ${probe.longest} ms, ${quiet} ms before the change`);
    assert.equal(after.selector?.since, before.selector?.since, 'so has the selector');
    assert.ok(probe.longest < 5_000 + quiet, `a marker took ${probe.longest} ms`);
  });
}

test('D7: mappings that change again and again under load lose and repeat nothing of what stays mapped', async () => {
  const seed = Date.now() % 1_000_000;
  console.log(`seed ${seed}`);
  const random = new Random(seed);
  await using flow = await Flow.open({ tables: TABLES, mappings: some(['log', 'hits']) });
  const writer = new Writer(flow);
  const choices: [Mappings, ...Mappings[]] = [
    some(['log', 'hits']),
    some(['log', 'hits', 'added']),
    ({ from, to }) => [{ from: `${from}.*`, to: `${to}.*`, exclude: [`${from}.added`] }],
    ({ from, to }) => [
      { from: `${from}.added`, to: `${to}.added`, where: 'row.n % 2 == 0' },
      { from: `${from}.*`, to: `${to}.*` },
    ],
    ({ from, to }) => [
      { from: `${from}.log`, to: `${to}.log`, columns: { set: { v: "'s' + row.v" } } },
      { from: `${from}.hits`, to: `${to}.hits` },
    ],
  ];
  for (let round = 0; round < 15; round++) {
    await flow.remap(random.pick(choices));
    await delay(random.below(400));
  }
  const written = await writer.stop();
  await flow.settle();
  await expectAll(flow, written);
  const [added] = await flow.atTarget('SELECT COUNT(*) AS n, COUNT(DISTINCT n, v) AS different FROM added');
  assert.equal(Number(added?.n), Number(added?.different), 'nothing came twice');
});
