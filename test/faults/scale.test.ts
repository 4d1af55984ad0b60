import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AdminBench } from '../support/admin-bench.ts';
import { stackAddresses } from '../support/stack.ts';

/** 500 channels of 20 tables each, 200 databases with documents of their own. */
const LARGE = { channels: 500, databases: 200 };
const SMALL = { channels: 25, databases: 10 };
const GROWTH = LARGE.channels / SMALL.channels;
const TABLES = 20;
const TURNS = 9;
/** Of one page or one thing: noise of the machine, and looking through the names. */
const PAGE_RATIO = 5;

test('A12: with 500 channels, 200 sources and 10,000 tables a page costs what it costs with 25 channels, a summary no more than the store has grown', async () => {
  await using bench = await AdminBench.open(stackAddresses().kafka);
  const word = `c-${bench.word}`;
  const pages = [
    '/channels?limit=20',
    `/channels?limit=20&filter=${word.toUpperCase()}-1`,
    '/status?limit=20',
    `/channels/${word}-7`,
    `/channels/${word}-7/status`,
    `/channels/${word}-7/positions`,
    `/channels/${word}-7/revisions`,
    `/audit?channel=${word}-7`,
  ];
  const wholes = ['/overview', '/databases?limit=20', `/databases/${word}-d3`];
  try {
    await apply(bench, documentsOf(bench, 0, SMALL));
    const small = await costs(bench, [...pages, ...wholes]);
    await apply(bench, documentsOf(bench, SMALL.channels, LARGE));
    const large = await costs(bench, [...pages, ...wholes]);
    for (const path of [...pages, ...wholes]) {
      const ratio = (large.get(path) ?? 0) / (small.get(path) ?? 1);
      console.log(`${ratio.toFixed(1)} times the cost: ${path.replaceAll(word, '')}`);
      assert.ok(ratio < (pages.includes(path) ? PAGE_RATIO : GROWTH), `GET ${path} costs ${ratio.toFixed(1)} times`);
    }
    const { body } = await bench.call('GET', `/api/v1/channels?limit=1&filter=${word}`);
    assert.equal((body as { total: number }).total, LARGE.channels);
  } finally {
    await bench.forget(
      Array.from({ length: LARGE.channels }, (_, i) => `${word}-${i}`),
      Array.from({ length: LARGE.databases }, (_, i) => `${word}-d${i}`),
    );
  }
});

/** All databases, and the channels from `first` on, paused: the stack has nothing to do with them. */
function documentsOf(bench: AdminBench, first: number, { channels, databases }: typeof LARGE): string[] {
  const word = `c-${bench.word}`;
  const hosts = '"127.0.0.1:1;"';
  const own = Array.from(
    { length: databases },
    (_, i) =>
      `apiVersion: lutra/v1\nkind: Database\nname: ${word}-d${i}\nsite: ${bench.site}\nhosts: ${hosts}\nuser: u\npassword: {env: NOT_SET_HERE}\n`,
  );
  const more = Array.from({ length: channels - first }, (_, at) => {
    const i = first + at;
    const mappings = Array.from({ length: TABLES }, (_, t) => `      - {from: "s${i}.t${t}", to: "s${i}.t${t}"}\n`);
    const [from, to] = [i % databases, (i + 1) % databases];
    return `apiVersion: lutra/v1\nkind: Channel\nname: ${word}-${i}\nstate: paused\npipelines:\n  - name: p\n    from: ${word}-d${from}\n    to: ${word}-d${to}\n    mappings:\n${mappings.join('')}`;
  });
  return [...own, ...more];
}

async function apply(bench: AdminBench, documents: readonly string[]): Promise<void> {
  const { status, body } = await bench.call('POST', '/api/v1/apply', documents.join('---\n'));
  assert.equal(status, 200, JSON.stringify(body).slice(0, 1_000));
}

/** The least work of several, µs of the processor: the API runs in this process, and what else the machine does counts little. */
async function costs(bench: AdminBench, paths: readonly string[]): Promise<Map<string, number>> {
  const least = new Map<string, number>();
  for (let turn = 0; turn < TURNS; turn++) {
    for (const path of paths) {
      const before = process.cpuUsage();
      const { status } = await bench.call('GET', `/api/v1${path}`);
      assert.equal(status, 200, path);
      const { user, system } = process.cpuUsage(before);
      least.set(path, Math.min(least.get(path) ?? Number.POSITIVE_INFINITY, user + system));
    }
  }
  return least;
}
