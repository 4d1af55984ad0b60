import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Batch, Diagnostics } from '../../../services/admin-api/console/src/api/operation-types.ts';
import { imageChanges, isChanged, valueChanges } from '../../../services/admin-api/console/src/design/changes.ts';
import { chartData, greatest, isolated, latest } from '../../../services/admin-api/console/src/design/chart-data.ts';
import {
  emptyRule,
  formOf,
  readRule,
  windowText,
} from '../../../services/admin-api/console/src/pages/alarms/rule-form.ts';
import { stageTimes, summarise } from '../../../services/admin-api/console/src/pages/channel/batches/stages.ts';
import { rateLines, totalsOf } from '../../../services/admin-api/console/src/pages/channel/curves/curves-data.ts';
import { EMPTY_MOVE, readMove } from '../../../services/admin-api/console/src/pages/channel/positions/move-request.ts';
import {
  changedOnly,
  isEditable,
  keyText,
  scopesOf,
} from '../../../services/admin-api/console/src/pages/channel/quarantine/edited-values.ts';
import { matrixOf, shortName, worstOf } from '../../../services/admin-api/console/src/pages/diagnostics/matrix.ts';
import { alarmRuleSchema } from '../../../shared/model/alarm.ts';

const STEP = 60_000;
const point = (at: number, inserts: number, lagMax?: number) => ({
  ...{ at, inserts, updates: 0, deletes: 0, transactions: 1 },
  ...(lagMax === undefined ? {} : { lagMax }),
});

test('curves: a step without a record is a gap, not a line across it; rates are a second', () => {
  const points = [point(0, 60), point(STEP, 120, 900), point(4 * STEP, 30)];
  const { times, values } = rateLines({ stepMs: STEP, points, to: 5 * STEP });
  assert.deepEqual(times, [0, 60, 120, 240]);
  assert.deepEqual(values[0], [1, 2, null, 0.5]);
  assert.deepEqual(totalsOf({ stepMs: STEP, points, to: 5 * STEP }), {
    rows: 210,
    transactions: 3,
    peak: 2,
    lagMax: 900,
  });
  assert.equal(latest(values[0]), 0.5);
  assert.deepEqual(isolated(values[0]), [3]);
  assert.equal(greatest(values[0]), 2);
  assert.equal(greatest(chartData([], STEP, [() => 1]).values[0]), undefined);
  const [, , now] = rateLines({ stepMs: STEP, points, to: 4 * STEP + 30_000 }).values[0]?.slice(1) ?? [];
  assert.equal(now, 1, 'the step that lasts still has counted for half a minute');
});

test('batches: stages follow each other, clocks that differ make none negative, percentiles come from the samples', () => {
  const batch = (committedAt: number, publishedAt: number, endedAt: number): Batch => ({
    ...{ pipeline: 'p', partition: 0, at: endedAt, rows: 1, transactions: 1, bytes: 1 },
    ...{ committedAt, publishedAt, arrivedAt: publishedAt + 10, startedAt: publishedAt + 15, endedAt },
  });
  assert.deepEqual(stageTimes(batch(100, 110, 130)), { read: 10, way: 10, queue: 5, load: 5, whole: 30 });
  assert.equal(stageTimes(batch(120, 110, 130)).read, 0);
  const { whole } = summarise([1, 2, 3].map((load) => stageTimes(batch(100, 100, 115 + load))));
  assert.deepEqual(whole, { middle: 17, most: 18 });
  assert.deepEqual(summarise([]).load, { middle: 0, most: 0 });
});

test('positions: the fields mean one request, or name what is wrong', () => {
  const read = (part: Partial<typeof EMPTY_MOVE>) => readMove({ ...EMPTY_MOVE, ...part });
  assert.deepEqual(read({ count: '3' }), { request: { to: { transactions: 3 }, only: 'skip' } });
  assert.deepEqual(read({ move: 'replayTransactions', count: '2' }), {
    request: { to: { transactions: -2 }, only: 'repeat' },
  });
  assert.deepEqual(read({ count: '0' }), { fault: 'faultCount' });
  assert.deepEqual(read({ move: 'offset', offset: '9007199254740993', partition: '1' }), {
    request: { to: { offset: '9007199254740993', partition: 1 } },
  });
  assert.deepEqual(read({ move: 'shiftBy', shift: '-5' }), { request: { to: { shiftBy: -5 } } });
  assert.deepEqual(read({ move: 'file', file: 'binlog.000002', position: '3' }), { fault: 'faultPosition' });
  assert.deepEqual(read({ move: 'time', time: '2026-11-21T09:00:00Z' }), {
    request: { to: { time: '2026-11-21T09:00:00.000Z' } },
  });
  assert.deepEqual(read({ move: 'time', time: '' }), { fault: 'faultTime' });
  assert.deepEqual(read({ move: 'gtid', gtid: ' 0-1-42 ' }), { request: { to: { gtid: '0-1-42' } } });
});

test('quarantine: only changed values are sent; bytes and cut values are closed; NULL differs from the empty text', () => {
  const row = { op: 'update' as const, key: { id: '7' }, before: { id: '7', a: 'x' }, after: { id: '7', a: null } };
  assert.deepEqual(changedOnly(row, { id: '7', a: '' }), { a: '' });
  assert.deepEqual(changedOnly(row, { a: null }), {});
  assert.deepEqual(['0x00ff', 'long…', 'plain', null].map(isEditable), [false, false, true, true]);
  assert.equal(keyText({ id: '7', site: null }), 'id=7, site=NULL');
  const changes = imageChanges(row.before, row.after);
  assert.deepEqual(changes.filter(isChanged), [{ name: 'a', before: 'x', after: 'NULL' }]);
});

test('quarantine: a decision about all reaches refused rows only, of a pipeline or one of its tables', () => {
  const entry = (pipeline: string, table: string, state: 'refused' | 'waiting') => ({ pipeline, table, state });
  const found = scopesOf([entry('p', 's.a', 'refused'), entry('p', 's.b', 'refused'), entry('p', 's.a', 'waiting')]);
  assert.deepEqual(found, [
    { pipeline: 'p', table: '', rows: 2 },
    { pipeline: 'p', table: 's.a', rows: 1 },
    { pipeline: 'p', table: 's.b', rows: 1 },
  ]);
});

test('audit: before and after are compared field by field, whatever their shape', () => {
  assert.deepEqual(valueChanges({ a: 1, b: { c: [1, 2] } }, { a: 1, b: { c: [1, 3] }, d: null }), [
    { name: 'b.c[1]', before: '2', after: '3' },
    { name: 'd', before: undefined, after: 'null' },
  ]);
  assert.deepEqual(valueChanges(undefined, undefined), []);
});

test('diagnostics: rows ask, columns are asked, and what does not work decides a cell', () => {
  const link = (from: string, to: string, ok: boolean, latencyMs = 1) => ({
    ...{ from, to, ok, latencyMs, kind: 'kafka' as const, checkedAt: 0 },
  });
  const data: Diagnostics = {
    nodes: [
      { id: 'kafka:us', role: 'kafka', site: 'us' },
      { id: 'loader-1', role: 'loader', site: 'us' },
      { id: 'selector-1', role: 'selector', site: 'cn' },
    ],
    links: [
      link('loader-1', 'kafka:us', true),
      link('loader-1', 'kafka:us', false),
      link('selector-1', 'kafka:us', true),
    ],
  };
  const all = matrixOf(data, { site: '', onlyBroken: false });
  assert.deepEqual(
    all.rows.map(({ id }) => id),
    ['selector-1', 'loader-1'],
  );
  assert.deepEqual(all.columns.map(shortName), ['us']);
  assert.equal(worstOf(all.cell('loader-1', 'kafka:us'))?.ok, false);
  assert.deepEqual(
    matrixOf(data, { site: '', onlyBroken: true }).rows.map(({ id }) => id),
    ['loader-1'],
  );
  assert.deepEqual(
    matrixOf(data, { site: 'cn', onlyBroken: false }).rows.map(({ id }) => id),
    ['selector-1'],
  );
  assert.equal(worstOf([]), undefined);
});

test('alarm rules: what the form reads is what the API takes, and comes back the same', () => {
  const form = {
    ...emptyRule('Asia/Shanghai'),
    ...{ name: 'lag', notify: 'https://hooks.example/x\nops@example.com', windows: 'mon-fri 09:00-18:00\n22:00-06:00' },
  };
  const read = readRule(form);
  assert.ok('rule' in read);
  assert.deepEqual(alarmRuleSchema.parse(read.rule), read.rule);
  assert.deepEqual(formOf(read.rule), form);
  assert.equal(windowText({ days: ['mon', 'wed'], from: '00:00', to: '24:00' }), 'mon,wed 00:00-24:00');
});

test('alarm rules: every field that cannot be read is named', () => {
  const read = readRule({
    ...emptyRule('UTC'),
    ...{ name: 'Lag', threshold: 'much', for: '5', windows: 'someday 09:00-10:00', notify: 'nobody' },
  });
  assert.deepEqual(read, {
    faults: { name: true, threshold: true, for: true, windows: 'someday 09:00-10:00', notify: 'nobody' },
  });
});
