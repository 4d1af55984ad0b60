import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Decimal } from '../../../shared/model/decimal.ts';
import { compileExpression, ExpressionFault, type Value } from '../../../shared/model/expression.ts';

const SOURCE = { schema: 'shop', table: 'ord_3' };

function row(cells: Record<string, Value>): Map<string, Value> {
  return new Map(Object.entries(cells));
}

function decimal(text: string): Decimal {
  return Decimal.parse(text) ?? assert.fail(text);
}

function value(text: string, cells: Record<string, Value> = {}): unknown {
  const found = compileExpression(text).evaluate(row(cells), SOURCE);
  return found instanceof Decimal ? `decimal ${found}` : found;
}

function fault(text: string): string {
  try {
    compileExpression(text);
  } catch (error) {
    assert.ok(error instanceof ExpressionFault, String(error));
    return `${error.message} @ ${error.part}`;
  }
  return assert.fail(`${text} was accepted`);
}

test('whole numbers are exact to 64 bits, and beyond is an error without the number', () => {
  assert.equal(value('row.id + 1', { id: 9007199254740993n }), 9007199254740994n);
  assert.throws(
    () => value('row.id + 1', { id: 9223372036854775807n }),
    (error) =>
      error instanceof ExpressionFault && /64 bits/.test(error.message) && !/\d{6}/.test(error.message + error.part),
  );
});

test('decimals are exact beside whole numbers and written numbers, and compare by value', () => {
  const cells = { price: decimal('10.50'), qty: 3n };
  assert.equal(value('row.price * row.qty', cells), 'decimal 31.50');
  assert.equal(value('row.qty * row.price + 0.1', cells), 'decimal 31.60');
  assert.equal(value('row.qty * 1.1', cells), 'decimal 3.3');
  assert.equal(value('row.price / 3', cells), 'decimal 3.500000');
  assert.equal(value('-row.price', cells), 'decimal -10.50');
  assert.deepEqual(
    [
      'row.price == 10.5',
      '10.5 == row.price',
      'row.price > 10',
      '11 > row.price',
      'row.price in [1, 10.5]',
      'row.price != 10',
    ].map((text) => value(text, cells)),
    [true, true, true, true, true, true],
  );
  const big = decimal('12345678901234567890123456789012345.123456789012345678901234567890');
  assert.equal(
    value('row.big + row.big', { big }),
    'decimal 24691357802469135780246913578024690.246913578024691357802469135780',
  );
});

test('decimal arithmetic is that of whole numbers of the smallest unit', () => {
  fc.assert(
    fc.property(
      fc.bigInt(-(10n ** 30n), 10n ** 30n),
      fc.bigInt(-(10n ** 30n), 10n ** 30n),
      fc.nat(12),
      (a, b, scale) => {
        const [x, y] = [new Decimal(a, scale), new Decimal(b, scale)];
        assert.equal(x.plus(y).toString(), new Decimal(a + b, scale).toString());
        assert.equal(x.times(y).toString(), new Decimal(a * b, 2 * scale).toString());
        assert.equal(Math.sign(x.compare(y)), a < b ? -1 : a > b ? 1 : 0);
        assert.equal(decimal(x.toString()).compare(x), 0);
      },
    ),
  );
});

test('a decimal quotient is rounded half away from zero', () => {
  const quotient = (a: string, b: string): string => decimal(a).dividedBy(decimal(b)).toString();
  assert.deepEqual(
    [quotient('2', '3'), quotient('-2', '3'), quotient('2', '-3'), quotient('1.00', '3'), quotient('0.00005', '1000')],
    ['0.6667', '-0.6667', '-0.6667', '0.333333', '0.000000050'],
  );
});

test('NULL is a value: it equals only NULL, and arithmetic with it is an error that coalesce avoids', () => {
  assert.equal(value("row.status != 'draft'", { status: null }), true);
  assert.equal(value('row.n == null ? null : row.n * 2', { n: null }), null);
  assert.equal(value('row.n != null && row.n > 3', { n: null }), false);
  assert.equal(value('coalesce(row.n, 0) + 1', { n: null }), 1n);
  assert.throws(() => value('row.n + 1', { n: null }), /no such overload/);
});

test('texts, bytes and dates compare as they are, and source names the table', () => {
  assert.equal(value("row.day >= '2024-01-31'", { day: '2024-02-01' }), true);
  assert.equal(value("row.code == b'ab'", { code: Buffer.from('ab') }), true);
  assert.equal(value('source.schema + "/" + source.table'), 'shop/ord_3');
  assert.equal(value("'sh'"), 'sh');
  assert.equal(value('row["unit price"] + 1', { 'unit price': 1n }), 2n);
});

test('only the columns that an expression reads are named, for only these are decoded', () => {
  assert.deepEqual([...compileExpression("row.a > 1 && row['b c'] == source.table").columns], ['a', 'b c']);
});

test('what cannot be used is told with the place in the expression', () => {
  assert.match(fault('row.a +'), /Unexpected token.* @ row\.a \+/);
  assert.match(fault('status == 1'), /the name status is not known; a column is row\.status.* @ status$/);
  assert.match(fault('sh'), /a text stands in quotes: 'sh'/);
  assert.match(fault('row'), /write row\.NAME/);
  assert.match(fault('source.database'), /only schema and table/);
  assert.match(fault("'a' + 1"), /no such overload/);
});

test('nothing that loops, binds names, matches by regular expression or reaches outside is offered', () => {
  for (const text of [
    "row.s.matches('(a+)+$')",
    '[1, 2].map(x, x * 2).size()',
    '[1].exists(x, x > 0)',
    'cel.bind(a, "xx", a + a)',
    "timestamp('2024-01-01T00:00:00Z')",
    'row.constructor.constructor',
    '{"a": 1}',
    'process.exit()',
  ])
    assert.ok(fault(text).length > 0, text);
  assert.match(fault(`1${' + 1'.repeat(600)}`), /./);
  assert.match(fault(`${'('.repeat(200)}1${')'.repeat(200)}`), /./);
});

test('whatever the text, it is an expression or a named fault', () => {
  const word = fc.constantFrom(
    'row',
    '.a',
    "'x'",
    '1',
    '1.5',
    '+',
    '*',
    '(',
    ')',
    '[',
    ']',
    '?',
    ':',
    '==',
    'in',
    'null',
    '!',
    ',',
    'size',
    ' ',
    '"',
    '\\',
    '{',
    '}',
    'source',
    '.table',
    'has',
    'b',
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 12 }), (words) => {
      try {
        const { evaluate } = compileExpression(words.join(''));
        evaluate(row({ a: 1n }), SOURCE);
      } catch (error) {
        assert.ok(error instanceof ExpressionFault, `${words.join('')}: ${error}`);
      }
    }),
    { numRuns: 2_000 },
  );
});
