import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { test } from 'node:test';
import { layout } from '../../../stack/layout.ts';
import { freeBlock, isFree, refuseBusyPorts } from '../../../stack/ports.ts';

test('A4: a busy port is told with its number, the process that wants it and the remedy', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const redis = layout([]).filter(({ name }) => name === 'redis');
  try {
    await assert.rejects(
      refuseBusyPorts(port - 21, redis),
      new RegExp(
        `^StackError: Port ${port} is in use by another program, and redis needs it; .* --port or LUTRA_STACK_PORT\\.$`,
      ),
    );
  } finally {
    server.close();
  }
});

test('a free block has every port of the stack free', async () => {
  const places = layout([]);
  const base = await freeBlock(places);
  for (const offset of places.flatMap(({ offsets }) => offsets)) assert.ok(await isFree(base + offset));
});

test('stacks that look for a block at the same time never get the same one', async () => {
  const places = layout([]).filter(({ name }) => name === 'redis');
  const bases = await Promise.all(Array.from({ length: 30 }, () => freeBlock(places)));
  assert.equal(new Set(bases).size, bases.length);
});
