import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Progress, Publisher } from '../../../../services/selector/publisher.ts';
import type { RecordBuffer } from '../../../../shared/kafka/record-buffer.ts';
import type { RecordProducer } from '../../../../shared/kafka/record-producer.ts';

/** Takes batches and acknowledges them when the test says so. */
class HeldProducer implements RecordProducer {
  readonly sent: { partition: number; count: number }[] = [];
  readonly acknowledge: (() => void)[] = [];
  fail: Error | undefined;

  async send(_topic: string, partition: number, records: RecordBuffer): Promise<bigint> {
    this.sent.push({ partition, count: records.count });
    if (this.fail) throw this.fail;
    await new Promise<void>((resolve) => this.acknowledge.push(resolve));
    return 0n;
  }

  async put(): Promise<void> {}
  async close(): Promise<void> {}
}

type Setup = {
  publisher: Publisher;
  producer: HeldProducer;
  saved: Progress[];
  failures: unknown[];
  place: { position: number };
};

function setUp(partitions = 1): Setup {
  const producer = new HeldProducer();
  const saved: Progress[] = [];
  const failures: unknown[] = [];
  const place = { position: 0 };
  const publisher = new Publisher({
    producer,
    topic: 't',
    partSchemaId: 7,
    from: {
      epoch: 1,
      transaction: 0,
      serials: new Array<number>(partitions).fill(0),
      log: { gtidSet: '', file: 'f', position: 0 },
    },
    logPosition: () => ({ gtidSet: '', file: 'f', position: place.position }),
    onAcknowledged: (progress) => saved.push(progress),
    onFailure: (error) => failures.push(error),
  });
  return { publisher, producer, saved, failures, place };
}

const KEY = Buffer.from('["s","t",1]');
const body = (bytes: number): Buffer => Buffer.alloc(bytes);

function transaction({ publisher, place }: Setup, rows: number, rowBytes = 10): void {
  publisher.begin({ committed: 1, gtid: 'g', file: 'f', position: place.position });
  for (let i = 0; i < rows; i++) publisher.everywhere(1, 'c', KEY, body(rowBytes));
  place.position++;
  publisher.commit();
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('a position is told only after the rows it covers are acknowledged', async () => {
  const setup = setUp();
  transaction(setup, 2);
  await turn();
  assert.deepEqual(setup.producer.sent, [{ partition: 0, count: 2 }]);
  assert.deepEqual(setup.saved, []);
  setup.producer.acknowledge.shift()?.();
  await turn();
  assert.deepEqual(setup.saved, [
    { epoch: 1, transaction: 1, serials: [2], log: { gtidSet: '', file: 'f', position: 1 } },
  ]);
});

test('transactions that gather while a group is on its way leave together, with the position of the last', async () => {
  const setup = setUp();
  transaction(setup, 1);
  await turn();
  for (let i = 0; i < 5; i++) transaction(setup, 1);
  setup.producer.acknowledge.shift()?.();
  await turn();
  setup.producer.acknowledge.shift()?.();
  await turn();
  assert.deepEqual(
    setup.producer.sent.map(({ count }) => count),
    [1, 5],
  );
  assert.deepEqual(
    setup.saved.map(({ transaction: n, log }) => [n, log.position]),
    [
      [1, 1],
      [6, 6],
    ],
  );
});

test('a huge transaction leaves in parts, and no position reaches into it', async () => {
  const setup = setUp();
  transaction(setup, 1);
  setup.publisher.begin({ committed: 1, gtid: 'g', file: 'f', position: 1 });
  for (let i = 0; i < 40; i++) setup.publisher.everywhere(1, 'c', KEY, body(100_000));
  for (let i = 0; i < 10; i++) {
    setup.producer.acknowledge.shift()?.();
    await turn();
  }
  assert.ok(setup.producer.sent.length > 2);
  assert.ok(
    setup.saved.every((progress) => progress.transaction <= 1),
    'a position reached into the transaction',
  );
});

test('the source is held while too many bytes wait, and released when Kafka has taken them', async () => {
  const setup = setUp();
  for (let i = 0; i < 14; i++) transaction(setup, 1, 1 << 20);
  const wait = setup.publisher.backPressure();
  assert.ok(wait instanceof Promise);
  let released = false;
  void wait.then(() => {
    released = true;
  });
  for (let i = 0; i < 20 && !released; i++) {
    setup.producer.acknowledge.shift()?.();
    await turn();
  }
  assert.ok(released);
  assert.equal(setup.publisher.backPressure(), undefined);
});

test('after a failed send nothing more is sent and no later position is told', async () => {
  const setup = setUp();
  setup.producer.fail = new Error('down');
  transaction(setup, 1);
  await turn();
  transaction(setup, 1);
  await turn();
  assert.equal(setup.failures.length, 1);
  assert.deepEqual(setup.saved, []);
  assert.equal(setup.producer.sent.length, 1);
});

test('with several partitions a position covers all of them', async () => {
  const setup = setUp(3);
  transaction(setup, 2);
  await turn();
  for (let i = 0; i < 3; i++) {
    assert.deepEqual(setup.saved, []);
    setup.producer.acknowledge.shift()?.();
    await turn();
  }
  assert.deepEqual(
    setup.saved.map(({ serials }) => serials),
    [[2, 2, 2]],
  );
});

test('a heartbeat bears the serial of the record before it and waits for the end of a transaction', async () => {
  const setup = setUp();
  setup.publisher.begin({ committed: 1, gtid: 'g', file: 'f', position: 0 });
  setup.publisher.everywhere(1, 'c', KEY, body(1));
  setup.publisher.heartbeat(1, { committed: 1, gtid: '', file: 'f', position: 0 });
  await turn();
  assert.deepEqual(setup.producer.sent, []);
  setup.publisher.commit();
  await turn();
  setup.producer.acknowledge.shift()?.();
  await turn();
  setup.publisher.heartbeat(1, { committed: 2, gtid: '', file: 'f', position: 1 });
  await turn();
  setup.producer.acknowledge.shift()?.();
  await turn();
  assert.deepEqual(setup.saved.at(-1)?.serials, [1]);
});

test('B23: what follows a work in turn is sent only when the work is done, and a new epoch counts its transactions from one, serials go on', async () => {
  const setup = setUp(2);
  const { publisher, producer, saved } = setup;
  transaction(setup, 3);
  await turn();
  const order: string[] = [];
  const stored = Promise.withResolvers<void>();
  const place = publisher.boundary();
  assert.deepEqual([place.epoch, place.transaction, place.serials], [1, 1, [3, 3]]);
  publisher.inTurn(() => {
    order.push(`stored after ${saved.length}`);
    return stored.promise;
  });
  publisher.beginEpoch(2);
  publisher.announce(9, { committed: 1, gtid: '', file: 'f', position: 1 }, body(1));
  transaction(setup, 1);
  assert.deepEqual(order, [], 'not before what was written is acknowledged');
  for (let i = 0; i < 10; i++) {
    producer.acknowledge.shift()?.();
    await turn();
  }
  assert.equal(order.length, 1);
  const before = producer.sent.length;
  await turn();
  assert.equal(producer.sent.length, before, 'nothing of the new epoch leaves');
  stored.resolve();
  for (let i = 0; i < 10; i++) {
    await turn();
    producer.acknowledge.shift()?.();
  }
  assert.deepEqual(saved.at(-1)?.serials, [4, 4], 'serials go on');
  assert.equal(saved.at(-1)?.epoch, 2);
  assert.deepEqual(producer.sent.slice(before), [
    { partition: 0, count: 2 },
    { partition: 1, count: 2 },
  ]);
});

test('a work in turn that fails ends the stream: nothing behind it is sent', async () => {
  const setup = setUp();
  const { publisher, producer, failures } = setup;
  publisher.boundary();
  publisher.inTurn(() => Promise.reject(new Error('no position')));
  publisher.beginEpoch(2);
  transaction(setup, 1);
  await turn();
  await turn();
  assert.equal(failures.length, 1);
  assert.equal(producer.sent.length, 0);
});
