import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { test } from 'node:test';
import { fastify } from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import { EventHub } from '../../../services/admin-api/observe/event-hub.ts';
import { eventRoutes } from '../../../services/admin-api/routes/events.ts';

test('events are kept for who comes back; an id of before, or of another run, is not known', () => {
  const hub = new EventHub();
  hub.publish('ddl', { channel: 'a' }, 'a');
  const first = hub.last;
  for (let n = 0; n < 5; n++) hub.publish('quarantine', { channel: 'b' }, 'b');
  assert.equal(hub.since(first)?.length, 5);
  assert.deepEqual(hub.since(hub.last), []);
  assert.equal(hub.since('x-1'), undefined);
  for (let n = 0; n < 2_000; n++) hub.publish('ddl', { channel: 'c' }, 'c');
  assert.equal(hub.since(first), undefined);
});

test('a client that does not read is cut off and holds up nobody', async () => {
  const events = new EventHub();
  const app = fastify({ forceCloseConnections: true });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  eventRoutes(app as never, { events } as never);
  await app.listen({ host: '127.0.0.1', port: 0 });
  try {
    const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1');
    socket.on('error', () => {});
    await once(socket, 'connect');
    socket.write('GET /api/v1/events HTTP/1.1\r\nhost: x\r\n\r\n');
    await once(socket, 'readable');
    socket.pause();
    const channel = 'x'.repeat(10_000);
    for (let n = 0; n < 5_000 && events.isHeard; n++) {
      events.publish('ddl', { channel });
      if (n % 50 === 0) await new Promise(setImmediate);
    }
    assert.equal(events.isHeard, false);
    socket.destroy();
  } finally {
    await app.close();
  }
});
