import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { PROJECT_ROOT } from '../../stack/config.ts';
import { callAdmin } from '../support/access.ts';
import { eventually } from '../support/eventually.ts';
import { Flow } from '../support/flow.ts';

/** A loader that nobody has declared anywhere: no address, no number, no registration, no other program beside it. */
function startLoader(flow: Flow, instance: string): ChildProcess {
  const registry = flow.stack.address('registry', 'http').replace(/\/+$/, '');
  return spawn(process.execPath, [join(PROJECT_ROOT, 'services/loader/main.ts')], {
    env: {
      PATH: process.env.PATH,
      LUTRA_SITE: 'us',
      LUTRA_KAFKA: flow.stack.address('kafka-us'),
      LUTRA_REGISTRY: registry.endsWith('/apis/ccompat/v7') ? registry : `${registry}/apis/ccompat/v7`,
      LUTRA_INSTANCE: instance,
      LUTRA_LOAD_PASSWORD: 'lutra_load',
    },
    stdio: 'ignore',
  });
}

async function instances(flow: Flow): Promise<string[]> {
  const response = await callAdmin(flow.stack, '/api/v1/status');
  return [...JSON.stringify(await response.json()).matchAll(/"instance":"([^"]+)"/g)].map(([, name]) => name ?? '');
}

test('A2, A6, A7: a fresh loader needs no declaration, no address and no other program: it joins by itself and leaves by itself', async () => {
  await using flow = await Flow.open({ tables: { t: 'id INT NOT NULL PRIMARY KEY' } });
  const loader = startLoader(flow, 'behind-nat@127.0.0.1');
  const ended = new Promise((resolve) => loader.once('exit', resolve));
  try {
    await eventually('the fresh loader is seen', async () => (await instances(flow)).includes('behind-nat@127.0.0.1'));
    await flow.atSource('INSERT INTO t VALUES (1)');
    await flow.assertEqual();
  } finally {
    loader.kill('SIGTERM');
  }
  assert.equal(await ended, 0);
  await eventually('it is gone', async () => !(await instances(flow)).includes('behind-nat@127.0.0.1'));
  await flow.atSource('INSERT INTO t VALUES (2)');
  await flow.assertEqual();
});
