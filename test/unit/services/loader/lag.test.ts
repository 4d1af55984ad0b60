import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import type { AppliedBatch } from '../../../../services/loader/applier.ts';
import { StatusBoard } from '../../../../services/loader/status-board.ts';

const END = 100n;

/** A board with lanes that read from offset 10 on. */
function boardOf(lanes: number): StatusBoard {
  const names = { site: 'us', instance: 'i', source: 'sh.order', channel: 'c', pipeline: 'p', topic: 't' };
  const board = new StatusBoard(names);
  for (let partition = 0; partition < lanes; partition++) {
    board.openLane(partition, () => END);
    board.laneReads(partition, 10n);
  }
  return board;
}

/** µs of the source's clock, some seconds ago. */
function ago(seconds: number): number {
  return (Date.now() - seconds * 1_000) * 1_000;
}

function applied(board: StatusBoard, partition: number, nextOffset: bigint, committed: number): void {
  const identity = { epoch: 1, serial: Number(nextOffset) };
  const checkpoint = { nextOffset, identity, transaction: 1, gtid: '', file: '', position: 0, committed };
  const times = { publishedAt: 0, arrivedAt: 0, ms: 0 };
  const batch: AppliedBatch = {
    ...{ checkpoint, transactions: 1, isFinal: true, bytes: 0, rows: new Map(), drift: [], quarantined: [] },
    ...times,
  };
  board.applied(partition, batch);
}

/** In whole seconds. */
function lag(board: StatusBoard): number | undefined {
  const ms = board.lagMs();
  return ms === undefined ? undefined : Math.floor(ms / 1_000);
}

test('lag is reported honestly: a heartbeat counts when everything before it has been applied, not when it is read', () => {
  const board = boardOf(1);
  assert.equal(lag(board), undefined);
  board.heartbeat(0, ago(60), 10n);
  assert.equal(lag(board), 60, 'nothing stands before it');
  for (const seconds of [40, 20, 0]) board.heartbeat(0, ago(seconds), 12n);
  assert.equal(lag(board), 60, 'two rows before them are not applied');
  board.heartbeat(0, ago(0), 30n);
  applied(board, 0, 11n, ago(50));
  assert.equal(lag(board), 50, 'one of them is');
  applied(board, 0, 12n, ago(45));
  assert.equal(lag(board), 0, 'both are');
});

test('what a lane read before it begins again does not count', () => {
  const board = boardOf(1);
  board.heartbeat(0, ago(60), 10n);
  board.heartbeat(0, ago(0), 20n);
  board.laneReads(0, 10n);
  applied(board, 0, 20n, ago(40));
  assert.equal(lag(board), 40);
});

test('the lag of several partitions is that of the slowest, also of one that has applied nothing yet', () => {
  const board = boardOf(3);
  for (const partition of [0, 1, 2]) board.heartbeat(partition, ago(30), 10n);
  for (const partition of [0, 1, 2]) board.heartbeat(partition, ago(0), 15n);
  applied(board, 0, 15n, ago(5));
  applied(board, 2, 15n, ago(5));
  assert.equal(lag(board), 30);
  applied(board, 1, 15n, ago(5));
  assert.equal(lag(board), 0);
  const begun = boardOf(2);
  begun.heartbeat(0, ago(0), 10n);
  begun.found(1, ago(3_600));
  begun.found(1, ago(1));
  begun.heartbeat(1, ago(0), 15n);
  assert.equal(lag(begun), 3_600);
});

test('a heartbeat that does not say up to when the source is read changes nothing', () => {
  const board = boardOf(1);
  board.heartbeat(0, 0, 10n);
  assert.equal(lag(board), undefined);
  board.heartbeat(0, ago(60), 10n);
  board.heartbeat(0, 0, 10n);
  applied(board, 0, 11n, 0);
  assert.equal(lag(board), 60);
});

test('regression 22: a clock of the source that is ten minutes ahead hides no lag, and the status says so until the clocks agree', () => {
  const board = boardOf(1);
  const ahead = (seconds: number): number => ago(seconds - 600);
  board.heartbeat(0, ago(0), 10n);
  assert.equal(board.status().notes, undefined);
  board.heartbeat(0, ahead(0), 10n);
  assert.equal(lag(board), 0);
  assert.match(board.status().notes?.join() ?? '', /the clock of sh\.order is at least (599|600) s ahead/);
  board.heartbeat(0, ahead(45), 10n);
  assert.equal(lag(board), 45, 'of a selector that is behind');
  applied(board, 0, 12n, ahead(30));
  assert.equal(lag(board), 30, 'of a row that took so long');
  assert.equal(Math.floor(board.ageMs(0, ahead(30)) / 1_000), 30);
  mock.timers.enable({ apis: ['Date'], now: Date.now() });
  const later = performance.now() + 61_000;
  const clock = mock.method(performance, 'now', () => later);
  board.heartbeat(0, ago(0), 12n);
  clock.mock.mockImplementation(() => later + 61_000);
  board.heartbeat(0, ago(0), 12n);
  mock.reset();
  mock.timers.reset();
  assert.equal(lag(board), 0);
  assert.equal(board.status().notes, undefined);
});
