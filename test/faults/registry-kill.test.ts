import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openRegistry } from '../../shared/codec/schema-registry.ts';
import { eventually } from '../support/eventually.ts';
import { testStack } from '../support/stack.ts';

const ROUNDS = 3;

test('a schema whose id the registry has told is there after a kill -9 of the registry', async () => {
  const stack = await testStack();
  const url = stack.address('registry', 'http').replace(/\/+$/, '');
  for (let round = 0; round < ROUNDS; round++) {
    const name = `Kill${Date.now()}`;
    const schema = { type: 'record', name, fields: [{ name: 'id', type: 'long' }] };
    const id = await openRegistry(url).register(`registry-kill.${name}`, schema);
    await stack.kill('registry');
    await eventually('it runs again', () => stack.process('registry').state === 'ready', { limitMs: 90_000 });
    const found = await openRegistry(url).schemaById(id);
    assert.equal((found as { name: string }).name, name);
  }
});
