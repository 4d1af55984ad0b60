import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_DATABASES, layout, PORT_BLOCK, parseDatabases, stopRank } from '../../../stack/layout.ts';

const places = layout(parseDatabases(DEFAULT_DATABASES));

test('A4: one setting, the base port, moves every process', () => {
  const offsets = Object.fromEntries(places.map(({ name, offsets }) => [name, offsets]));
  assert.deepEqual(offsets, {
    redis: [21],
    order: [31],
    user: [32],
    otter: [33],
    'kafka-sh': [1, 2],
    'kafka-us': [11, 12],
    registry: [3, 4],
    'mirror-us': [],
    'mirror-sh': [],
    'selector-sh': [51],
    'loader-sh': [52],
    'selector-us': [61],
    'loader-us': [62],
    'admin-api': [80],
  });
});

test('no two processes share a port, and all stay inside the block', () => {
  const many = Array.from({ length: 16 }, (_, index) => `extra${index}=mysql`).join(',');
  const offsets = layout(parseDatabases(`${DEFAULT_DATABASES},${many}`)).flatMap((place) => place.offsets);
  assert.equal(new Set(offsets).size, offsets.length);
  assert.ok(Math.max(...offsets) < PORT_BLOCK);
});

test('a further database gets the next offset from 34 and stands where it is told', () => {
  assert.deepEqual(parseDatabases('order=mysql, extra=mariadb@us'), [
    { name: 'order', engine: 'mysql', site: 'sh', offset: 31 },
    { name: 'extra', engine: 'mariadb', site: 'us', offset: 34 },
  ]);
});

test('a database that is not understood, doubled, or one too many is refused by name', () => {
  assert.throws(() => parseDatabases('order=oracle'), /"order=oracle" is not understood; write NAME=mysql/);
  assert.throws(() => parseDatabases('order=mysql,order=mysql'), /The name order is used twice/);
  assert.throws(() => parseDatabases('redis=mysql'), /The name redis is used twice/);
  const many = Array.from({ length: 17 }, (_, index) => `extra${index}=mysql`).join(',');
  assert.throws(() => parseDatabases(many), /extra16 is one too many/);
});

test('services stop before mirrors, registry, brokers, databases and redis', () => {
  const order = places.toSorted((a, b) => stopRank(a.role) - stopRank(b.role)).map(({ role }) => role);
  assert.deepEqual(
    [...new Set(order)],
    ['admin-api', 'selector', 'loader', 'mirror', 'registry', 'broker', 'database', 'redis'],
  );
});
