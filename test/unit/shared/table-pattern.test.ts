import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileMappings, compileNamePattern, compileTablePattern } from '../../../shared/model/table-pattern.ts';

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
