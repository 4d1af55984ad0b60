import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AdminBench, eventually } from '../support/admin-bench.ts';
import { fuzz, type OpenApi } from '../support/openapi-fuzz.ts';
import { stackAddresses } from '../support/stack.ts';

const SECRET = 'hush-8b1f-never-told';
const SEED = Number(process.env.SEED ?? Date.now() % 2 ** 31);
const RUNS = Number(process.env.RUNS ?? 60);

test(`every route of the OpenAPI document answers what it declares, never with a 500 and never with its inside (seed ${SEED})`, async () => {
  process.env.LUTRA_FUZZ_PASSWORD = SECRET;
  await using bench = await AdminBench.open(stackAddresses().kafka);
  await eventually('the channels are read', async () => (await bench.call('GET', '/health')).status === 200);
  const base = bench.channel('base');
  const document = documentOf(bench, base).replaceAll('NOT_SET_HERE', 'LUTRA_FUZZ_PASSWORD');
  assert.equal((await bench.call('PUT', `/api/v1/channels/${base}`, document)).status, 201);
  const { body } = await bench.call('GET', '/api/v1/openapi.json');
  const who = ((await bench.call('GET', '/api/v1/session')).body as { user: object }).user;
  const rulesBefore = new Set((await rulesOf(bench)).map(({ name }) => name));
  const throwaway = bench.channel('thrown');
  const seen = await fuzz(body as OpenApi, {
    url: bench.url,
    headers: { authorization: `Bearer ${bench.token}` },
    known: {
      name: [base, `${base}-a`, throwaway],
      pipeline: ['p'],
      id: ['1-1', '1-1-0'],
      revision: ['1'],
      'if-match': ['"1"', '*'],
    },
    bodies: [
      document,
      documentOf(bench, throwaway),
      '{"revision": 1}',
      '{"to": {"offset": "1"}, "dryRun": true}',
      '{"action": "skip"}',
      `apiVersion: lutra/v1\nkind: Database\nname: ${base}-c\nsite: ${bench.site}\nhosts: "localhost:1"\nuser: u\npassword: {env: LUTRA_FUZZ_PASSWORD}\n`,
    ],
    secrets: [SECRET, bench.token],
    seed: SEED,
    runs: RUNS,
  });
  const good = [...seen.keys()].filter((name) => / 2\d\d$/.test(name));
  assert.ok(good.length > 15, `few routes answered well: ${good.join(', ')}`);
  await bench.call('DELETE', `/api/v1/databases/${base}-c`);
  for (const { name } of await rulesOf(bench)) {
    if (!rulesBefore.has(name)) await bench.call('DELETE', `/api/v1/alarm-rules/${encodeURIComponent(name)}`);
  }
  assert.equal((await bench.call('GET', '/health')).status, 200);
  const { body: session } = await bench.call('GET', '/api/v1/session');
  assert.deepEqual((session as { user: object }).user, who, 'the fuzz is still who it was');
});

/** Its hosts, however damaged, are of this machine or names of nobody. */
function documentOf(bench: AdminBench, name: string): string {
  return bench.document(name).replaceAll('127.0.0.1', 'localhost');
}

async function rulesOf(bench: AdminBench): Promise<readonly { readonly name: string }[]> {
  const { body } = await bench.call('GET', '/api/v1/alarm-rules?limit=1000');
  return (body as { items: { name: string }[] }).items;
}
