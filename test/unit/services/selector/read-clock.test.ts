import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { Event } from '../../../../services/selector/event-types.ts';
import { ReadClock } from '../../../../services/selector/read-clock.ts';

/** A log that is read second by second; commit times are in seconds too, and the clock of the source is that of the selector unless it is set. */
class Log {
  readonly clock: ReadClock;
  private readonly reader = {
    lastCommitted: 0,
    expectChecksum: () => {},
    take: (): Promise<void> | undefined => this.held?.promise,
  };
  private held: PromiseWithResolvers<void> | undefined;
  private place = 4;
  private now = 0;

  constructor(t: TestContext) {
    t.mock.method(performance, 'now', () => this.now * 1_000);
    t.mock.method(Date, 'now', () => this.now * 1_000);
    this.clock = new ReadClock(this.reader);
  }

  at(second: number): this {
    this.now = second;
    return this;
  }

  commit(second: number): Promise<void> | undefined {
    this.reader.lastCommitted = second * 1_000_000;
    this.place += 100;
    return this.event(Event.XID);
  }

  heartbeat(): void {
    this.event(Event.HEARTBEAT);
  }

  /** An event of another transaction that is long, or is read over. */
  other(): void {
    this.place += 100;
    this.event(Event.TABLE_MAP);
  }

  hold(): () => Promise<void> {
    this.held = Promise.withResolvers<void>();
    const { promise, resolve } = this.held;
    return async () => {
      this.held = undefined;
      resolve();
      await promise;
      await Promise.resolve();
    };
  }

  /** In seconds; undefined when it is not known. */
  get time(): number | undefined {
    const { time } = this.clock;
    return time === undefined ? undefined : time / 1_000_000;
  }

  private event(type: number): Promise<void> | undefined {
    const bytes = Buffer.alloc(19);
    bytes[4] = type;
    bytes.writeUInt32LE(this.place, 13);
    return this.clock.take(bytes, 0, bytes.length);
  }
}

test('nothing is known until a transaction is read, or the server says that there is none', (t) => {
  const log = new Log(t);
  assert.equal(log.time, undefined);
  log.at(1).other();
  assert.equal(log.time, undefined);
  log.at(2).heartbeat();
  assert.equal(log.time, 2);
  log.at(2.5);
  assert.equal(log.time, 2.5);
});

test('a selector that is hours behind says so in its heartbeats, until the log holds no more', (t) => {
  const log = new Log(t);
  log.at(20_000).commit(9_000);
  assert.equal(log.time, 9_000);
  log.at(20_001).commit(12_000);
  assert.equal(log.time, 12_000);
  log.at(20_001.2);
  assert.equal(log.time, 12_000.2);
  log.at(20_002.2).heartbeat();
  assert.equal(log.time, 20_002.2);
});

test('heartbeats that a server sends while it searches its log, or that waited on their way, prove nothing', (t) => {
  const log = new Log(t);
  log.at(100).commit(40);
  for (const second of [101, 102, 103]) {
    log.at(second).other();
    log.heartbeat();
  }
  assert.equal(log.time, 43);
});

test('while the stream is held or silent the time stands still', async (t) => {
  const log = new Log(t);
  log.at(100).commit(99);
  const release = log.hold();
  log.at(101).commit(100);
  log.at(400);
  assert.equal(log.time, undefined);
  await release();
  assert.equal(log.time, 100);
  log.heartbeat();
  assert.equal(log.time, 100, 'it waited with the others');
  log.at(401).heartbeat();
  assert.equal(log.time, 401);
  log.at(700);
  assert.equal(log.time, undefined);
  log.heartbeat();
  assert.equal(log.time, 401);
  log.at(701).heartbeat();
  assert.equal(log.time, 701);
});

test('22: a clock of the source that is ahead stays in the times', (t) => {
  const log = new Log(t);
  log.at(100).commit(700);
  log.at(101).heartbeat();
  assert.equal(log.time, 701);
});
