import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseGtidSet } from '../../../../shared/model/gtid-set.ts';

const A = '3e11fa47-71ca-11e1-9e33-c80aa9429562';
const B = '4e11fa47-71ca-11e1-9e33-c80aa9429562';

test('a MySQL set keeps its text form, with intervals joined and white space dropped', () => {
  assert.equal(parseGtidSet(`${A}:1-5:7,\n${B}:3`).toString(), `${A}:1-5:7,${B}:3`);
  assert.equal(parseGtidSet(`${A}:1-5:6-9`).toString(), `${A}:1-9`);
});

test('a transaction that follows extends its interval, one that fills a hole joins two', () => {
  const set = parseGtidSet(`${A}:1-5`);
  set.add(`${A}:6`);
  set.add(`${A}:8`);
  assert.equal(set.toString(), `${A}:1-6:8`);
  set.add(`${A}:7`);
  assert.equal(set.toString(), `${A}:1-8`);
});

test('tags are sources of their own', () => {
  const set = parseGtidSet(`${A}:1-3:blue:1-2`);
  assert.ok(set.contains(`${A}:blue:2`));
  assert.ok(!set.contains(`${A}:blue:3`));
  assert.ok(set.contains(`${A}:3`));
});

test('a MariaDB position contains everything of its domain up to its number', () => {
  const set = parseGtidSet('0-1-100,1-7-5');
  set.add('0-2-101');
  assert.equal(set.toString(), '0-2-101,1-7-5');
  assert.ok(set.contains('0-1-99'));
  assert.ok(!set.contains('1-7-6'));
  assert.ok(!set.contains('2-1-1'));
});

test('a part that is neither form is named', () => {
  assert.throws(() => parseGtidSet('mysql-bin.000001'), /"mysql-bin.000001" is neither/);
  assert.throws(() => parseGtidSet(`${A}:x-y`), /"x-y"/);
});

test('added in any order, exactly the added transactions are contained, also after printing and parsing', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 60 })), (numbers) => {
      const set = parseGtidSet('');
      for (const n of numbers) set.add(`${A}:${n}`);
      const read = parseGtidSet(set.toString());
      for (let n = 1; n <= 61; n++) assert.equal(read.contains(`${A}:${n}`), numbers.includes(n), `number ${n}`);
    }),
  );
});
