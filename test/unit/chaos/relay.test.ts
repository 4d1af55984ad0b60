import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { test } from 'node:test';
import { Relay, type Trap } from '../../../chaos/relay.ts';
import { eventually } from '../../support/eventually.ts';

type Bench = AsyncDisposable & {
  readonly relay: Relay;
  /** What the server has read, of all connections. */
  readonly read: () => string;
  readonly sessions: Set<Socket>;
  readonly call: () => Promise<{ socket: Socket; heard: () => string }>;
};

/** An echo server behind a relay. */
async function open(): Promise<Bench> {
  let read = '';
  const sessions = new Set<Socket>();
  const server = createServer((socket) => {
    sessions.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sessions.delete(socket));
    socket.on('data', (bytes) => {
      read += bytes.toString();
      socket.write(bytes);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const relay = await Relay.open(typeof address === 'object' ? (address?.port ?? 0) : 0);
  const call = async (): Promise<{ socket: Socket; heard: () => string }> => {
    const socket = connect(relay.port, '127.0.0.1');
    let heard = '';
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      heard += bytes.toString();
    });
    await new Promise((resolve) => socket.once('connect', resolve).once('close', resolve));
    return { socket, heard: () => heard };
  };
  return {
    relay,
    read: () => read,
    sessions,
    call,
    async [Symbol.asyncDispose]() {
      await relay[Symbol.asyncDispose]();
      server.close();
    },
  };
}

test('a relay carries both ways, in order, and the end of a connection', async () => {
  await using bench = await open();
  const { socket, heard } = await bench.call();
  const text = Array.from({ length: 50_000 }, (_, n) => n).join();
  socket.write(text);
  await eventually('all came back', () => heard() === text);
  socket.end();
  await eventually('the server has seen the end', () => bench.sessions.size === 0);
});

test('a held link loses nothing, keeps the session of a client that went away, and delivers when it is free', async () => {
  await using bench = await open();
  const { socket, heard } = await bench.call();
  socket.write('a');
  await eventually('a came back', () => heard() === 'a');
  bench.relay.hold();
  socket.write('b');
  socket.end();
  const other = await bench.call();
  other.socket.write('c');
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.deepEqual([heard(), bench.read(), other.heard()], ['a', 'a', '']);
  assert.ok(bench.sessions.size >= 1);
  bench.relay.clear();
  await eventually('b and c came back', () => heard() === 'ab' && other.heard() === 'c');
  await eventually('the first session has ended', () => bench.sessions.size === 1);
});

test('held answers: the server reads what it is asked, the client hears nothing', async () => {
  await using bench = await open();
  const { socket, heard } = await bench.call();
  bench.relay.hold('answers');
  socket.write('a');
  await eventually('the server has read it', () => bench.read() === 'a');
  assert.equal(heard(), '');
  bench.relay.break();
  await eventually('the connection is broken', () => socket.destroyed && bench.sessions.size === 0);
});

test('a slow link is late by the delay of both ways', async () => {
  await using bench = await open();
  const { socket, heard } = await bench.call();
  bench.relay.slow(40, 0);
  const start = performance.now();
  socket.write('a');
  await eventually('it came back', () => heard() === 'a');
  assert.ok(performance.now() - start >= 79);
});

test('a refused link breaks what is connected and lets nobody in until it is cleared', async () => {
  await using bench = await open();
  const { socket } = await bench.call();
  bench.relay.refuse();
  await eventually('the connection is broken', () => socket.destroyed);
  const { socket: next } = await bench.call();
  await eventually('the next one as well', () => next.destroyed);
  bench.relay.clear();
  const { socket: last, heard } = await bench.call();
  last.write('a');
  await eventually('it carries again', () => heard() === 'a');
});

for (const when of ['before', 'after'] as const) {
  test(`a trap springs once, ${when} the server has taken the request, and the client never hears the answer`, async () => {
    await using bench = await open();
    const sprung: string[] = [];
    const trap: Trap = { when, matches: (bytes) => bytes.includes('COMMIT'), spring: () => sprung.push(bench.read()) };
    bench.relay.arm(trap);
    const { socket, heard } = await bench.call();
    socket.write('BEGIN');
    await eventually('BEGIN came back', () => heard() === 'BEGIN');
    socket.write('COMMIT');
    await eventually('the connection is broken', () => socket.destroyed);
    assert.deepEqual(sprung, [when === 'before' ? 'BEGIN' : 'BEGINCOMMIT']);
    assert.equal(heard(), 'BEGIN');
    const { socket: next, heard: hears } = await bench.call();
    next.write('COMMIT');
    await eventually('the next connection is not trapped', () => hears() === 'COMMIT');
  });
}

test('D21: a link that is long for good stays so when a fault is over', async () => {
  await using bench = await open();
  bench.relay.settle(60);
  const { socket, heard } = await bench.call();
  for (const text of ['a', 'ab']) {
    const asked = performance.now();
    socket.write(text.at(-1) ?? '');
    await eventually('it came back', () => heard() === text);
    assert.ok(performance.now() - asked >= 115, `${performance.now() - asked} ms`);
    bench.relay.slow(1, 0);
    bench.relay.clear();
  }
});
