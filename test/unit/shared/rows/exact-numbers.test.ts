import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jsonDoubleText } from '../../../../shared/mysql/double-text.ts';
import { exactNumbers } from '../../../../shared/rows/exact-numbers.ts';

const find = (text: string): [string, string][] => {
  const bytes = Buffer.from(`##${text}##`);
  return exactNumbers(bytes, 2, bytes.length - 2).map(({ path, text }) => [path, text]);
};

test('regression 6: the DECIMALs of a document are found with their paths; what a DOUBLE or an integer prints is left alone', () => {
  const text =
    '{"a": 1.10, "": [1, 1.0, [2.50]], "k\\"e}y": {"x": 123456789012345678901234567890, "y": "1.10"}, "z": 18446744073709551615}';
  assert.deepEqual(find(text), [
    ['$."a"', '1.10'],
    ['$.""[2][0]', '2.50'],
    ['$."k\\"e}y"."x"', '123456789012345678901234567890'],
  ]);
  assert.deepEqual(find('1.10'), [['$', '1.10']]);
  assert.deepEqual(find('[-9223372036854775808, -0.0, 1e15, 1.5e-16, 0.00001, "a", true, null]'), []);
  assert.deepEqual(find('["1.10", "\\\\", 3.0]'), []);
});

test('regression 8: a DOUBLE is laid out as the servers print it', () => {
  const printed = [
    '1.0',
    '100000000000000.0',
    '1e15',
    '1.2345678901234568e17',
    '0.00001',
    '0.000000000000001',
    '1e-16',
    '0.0000000000000015',
    '1.5e-16',
    '-0.0',
    '1234567890123456.5',
    '1.2345e100',
    '999999999999999.0',
    '9.007199254740992e15',
  ];
  for (const text of printed) assert.equal(jsonDoubleText(Number(text)), text);
});
