import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileNamePattern, compileTablePattern } from '../../../shared/model/table-pattern.ts';
import { compileMappings, compileRoutes } from '../../../shared/model/table-route.ts';

const matches = (pattern: string, names: readonly string[]): string[] => names.filter(compileNamePattern(pattern));

test('a name means itself, with its case and its special characters', () => {
  assert.deepEqual(matches('ord.r$', ['ord.r$', 'ordxr$', 'ORD.R$']), ['ord.r$']);
});

test('a star stands for any run of characters', () => {
  assert.deepEqual(matches('a*z', ['az', 'abcz', 'a\nz', 'azb', 'xaz']), ['az', 'abcz', 'a\nz']);
});

test('a range holds both ends and no leading zeros', () => {
  assert.deepEqual(
    matches('ord_[0-1024]', ['ord_0', 'ord_7', 'ord_1024', 'ord_1025', 'ord_07', 'ord_', 'ord_-1', 'ord_7x']),
    ['ord_0', 'ord_7', 'ord_1024'],
  );
});

test('a range with leading zeros wants exactly as many digits', () => {
  assert.deepEqual(matches('t[01-32]', ['t01', 't1', 't32', 't33', 't001', 't00']), ['t01', 't32']);
});

test('two ranges and a star in one name are each honoured', () => {
  assert.deepEqual(matches('d[1-2]_*_[00-03]', ['d1_x_00', 'd2__03', 'd3_x_00', 'd1_x_04']), ['d1_x_00', 'd2__03']);
});

test('a regular expression matches the whole name, lookaheads included', () => {
  assert.deepEqual(matches('/(?!.*?test).*/', ['orders', 'test', 'mytest2']), ['orders']);
  assert.deepEqual(matches('/a|b/', ['a', 'b', 'ab', 'xa']), ['a', 'b']);
});

test('a regular expression that does not parse is refused', () => {
  assert.throws(() => compileNamePattern('/(/'), SyntaxError);
});

test('schemas of the server and of Lutra are reached by their exact name only', () => {
  const all = compileTablePattern({ schema: '*', table: '*' });
  for (const schema of ['mysql', 'information_schema', 'performance_schema', 'sys', 'lutra', 'MySQL']) {
    assert.equal(all({ schema, table: 't' }), false, schema);
  }
  assert.equal(all({ schema: 'shop', table: 'sys' }), true);
  assert.equal(compileTablePattern({ schema: 'mysql', table: 'user' })({ schema: 'mysql', table: 'user' }), true);
});

test('the first mapping that matches wins, and a star of the target keeps the name', () => {
  const map = compileMappings([
    { from: { schema: 'shop', table: 'ord_[0-9]' }, to: { schema: 'all', table: 'ord' } },
    { from: { schema: 'shop', table: '*' }, to: { schema: 'copy', table: '*' } },
  ]);
  assert.deepEqual(map({ schema: 'shop', table: 'ord_3' }), { schema: 'all', table: 'ord' });
  assert.deepEqual(map({ schema: 'shop', table: 'user' }), { schema: 'copy', table: 'user' });
  assert.equal(map({ schema: 'other', table: 'user' }), undefined);
});

const at = (text: string): { schema: string; table: string } => {
  const dot = text.indexOf('.');
  return { schema: text.slice(0, dot), table: text.slice(dot + 1) };
};
const route = (mapping: object, names: readonly string[]): (string | undefined)[] =>
  names.map((name) => {
    const { from, to, ...rest } = mapping as { from: string; to: string };
    const found = compileMappings([{ from: at(from), to: at(to), ...rest }])(at(name));
    return found === undefined ? undefined : `${found.schema}.${found.table}`;
  });

test('regression 11: ord_[0-1024] merges into one table, keeps its names, or maps n to n by index', () => {
  const shards = ['shop.ord_0', 'shop.ord_1024', 'shop.ord_1025', 'shop.ord_x'];
  assert.deepEqual(route({ from: 'shop.ord_[0-1024]', to: 'all.ord' }, shards), [
    'all.ord',
    'all.ord',
    undefined,
    undefined,
  ]);
  assert.deepEqual(route({ from: 'shop.ord_[0-1024]', to: 'all.*' }, shards.slice(0, 2)), [
    'all.ord_0',
    'all.ord_1024',
  ]);
  assert.deepEqual(route({ from: 'shop.ord_[0-15]', to: 'all.new_[0-15]' }, ['shop.ord_7']), ['all.new_7']);
  assert.deepEqual(route({ from: 'shop.ord_[0-15]', to: 'all.new_[16-31]' }, ['shop.ord_0', 'shop.ord_15']), [
    'all.new_16',
    'all.new_31',
  ]);
  assert.deepEqual(
    route({ from: 'shop.ord_[01-32]', to: 'all.o[001-032]' }, ['shop.ord_07', 'shop.ord_32', 'shop.ord_7']),
    ['all.o007', 'all.o032', undefined],
  );
  assert.deepEqual(route({ from: 'd[0-3].ord_[0-3]', to: 'all_[0-3].ord_*' }, ['d2.ord_3']), ['all_2.ord_3']);
  assert.deepEqual(route({ from: 'shop.tmp_*_[1-9]', to: 'shop2.*_live_[1-9]' }, ['shop.tmp_a_b_4']), [
    'shop2.a_b_live_4',
  ]);
});

test('B19: only names exactly the tables that are taken, and exclude leaves tables out of its own mapping alone', () => {
  const names = ['mshop.a', 'mshop.b', 'mshop.tmp_a', 'other.a'];
  assert.deepEqual(route({ from: 'mshop.*', to: 'otter.*', only: ['a', 'mshop.tmp_a'] }, names), [
    'otter.a',
    undefined,
    'otter.tmp_a',
    undefined,
  ]);
  assert.deepEqual(route({ from: 'mshop.*', to: 'otter.*', exclude: [at('mshop.tmp_*'), at('mshop.b')] }, names), [
    'otter.a',
    undefined,
    undefined,
    undefined,
  ]);
  const next = compileMappings([
    { from: at('mshop.*'), to: at('otter.*'), exclude: [at('mshop.b')] },
    { from: at('mshop.b'), to: at('otter.b2') },
  ]);
  assert.deepEqual(next(at('mshop.b')), at('otter.b2'));
});

test('B11: the pattern (?!.*?test).* takes every table but those with test in their name', () => {
  assert.deepEqual(
    route({ from: 'mshop./(?!.*?test).*/', to: 'otter.*' }, ['mshop.orders', 'mshop.test', 'mshop.my_test2']),
    ['otter.orders', undefined, undefined],
  );
});

test('regression 11: tables of several mappings, or of one pattern, that go into one target are known to be merged', () => {
  const isMerged = (mappings: readonly [from: string, to: string][], source: string): boolean | undefined =>
    compileRoutes(mappings.map(([from, to]) => ({ from: at(from), to: at(to) })))(at(source))?.isMerged;
  assert.equal(isMerged([['s.ord_[0-3]', 't.ord']], 's.ord_1'), true);
  assert.equal(isMerged([['s.*', 't.*']], 's.ord_1'), false);
  const two: [string, string][] = [
    ['s.a', 't.x'],
    ['s.b', 't.x'],
  ];
  assert.equal(isMerged(two, 's.a'), true);
  const schemas: [string, string][] = [
    ['s1.*', 't.*'],
    ['s2.*', 't.*'],
  ];
  assert.equal(isMerged(schemas, 's2.a'), true);
  const parts: [string, string][] = [
    ['s.a*', 't.*'],
    ['s.b', 't.*'],
  ];
  assert.equal(isMerged(parts, 's.b'), false);
});
