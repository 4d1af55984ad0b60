import type { ColumnDefault } from './ddl.ts';
import type { TokenCursor } from './token-cursor.ts';

const OPERATORS = new Set(['+', '-', '*', '/', '%', '|', '&', '^', '<', '>', '=']);
const WORD_OPERATORS = new Set(['DIV', 'MOD', 'AND', 'OR', 'XOR']);

/** What stands behind DEFAULT: a literal, NULL, an expression with or without parentheses. */
export function parseDefault(cursor: TokenCursor): ColumnDefault {
  if (cursor.accept('NULL')) return { kind: 'null' };
  if (cursor.is('(')) {
    const inner = cursor.textOf(cursor.parentheses());
    if (!isOperator(cursor)) return { kind: 'expression', text: inner };
    const rest = cursor.start;
    operation(cursor);
    return { kind: 'expression', text: `(${inner}) ${cursor.textOf(cursor.since(rest))}` };
  }
  const { start } = cursor;
  const first = cursor.peek();
  operand(cursor);
  const isSingle = cursor.since(start).end === first.end;
  operation(cursor);
  const text = cursor.textOf(cursor.since(start));
  if (isSingle && text === first.text) {
    if (first.kind === 'string' || first.kind === 'number') return { kind: 'literal', value: first.value };
    if (first.upper === 'TRUE' || first.upper === 'FALSE')
      return { kind: 'literal', value: first.upper === 'TRUE' ? '1' : '0' };
  }
  const signed = /^[+-]\s*(\d[\d.]*(?:e[+-]?\d+)?)$/i.exec(text);
  if (signed) return { kind: 'literal', value: `${text.startsWith('-') ? '-' : ''}${signed[1]}` };
  const introduced = /^(?:_\w+|n)\s*'((?:[^'\\]|'')*)'$/i.exec(text);
  if (introduced) return { kind: 'literal', value: (introduced[1] ?? '').replaceAll("''", "'") };
  const bits = /^b\s*'([01]+)'$/i.exec(text);
  if (bits) return { kind: 'literal', value: `b'${bits[1]}'` };
  const hex = /^x\s*'([\da-f]*)'$/i.exec(text);
  if (hex) return { kind: 'literal', value: `0x${hex[1]}` };
  const temporal = /^(?:DATE|TIME|TIMESTAMP)\s*'([^'\\]*)'$/i.exec(text);
  if (temporal) return { kind: 'literal', value: temporal[1] ?? '' };
  return { kind: 'expression', text };
}

function isOperator(cursor: TokenCursor): boolean {
  const token = cursor.peek();
  return token.kind === 'mark' ? OPERATORS.has(token.text) : WORD_OPERATORS.has(token.upper);
}

function operation(cursor: TokenCursor): void {
  while (isOperator(cursor)) {
    cursor.next();
    operand(cursor);
  }
}

/** A literal, a name, a call, or an expression in parentheses; NEXT VALUE FOR and nextval() of MariaDB read a sequence. */
function operand(cursor: TokenCursor): void {
  while (['+', '-', '~', '!', '|', '=', '>'].some((sign) => cursor.accept(sign)) || cursor.accept('NOT'));
  const token = cursor.peek();
  if (token.text === '(') {
    cursor.parentheses();
    return;
  }
  if (token.kind === 'mark' || token.kind === 'end') throw cursor.unexpected('a value');
  if (cursor.accept('NEXT', 'VALUE', 'FOR') || cursor.accept('PREVIOUS', 'VALUE', 'FOR')) {
    cursor.table('reads');
    cursor.mark('sequence', token.start);
    return;
  }
  cursor.next();
  if (token.kind === 'string') {
    while (cursor.peek().kind === 'string') cursor.next();
    return;
  }
  if (token.kind === 'word' && cursor.peek().kind === 'string') cursor.next();
  if (['NEXTVAL', 'LASTVAL'].includes(token.upper) && cursor.accept('(')) {
    cursor.table('reads');
    cursor.expect(')');
    cursor.mark('sequence', token.start);
    return;
  }
  while (cursor.accept('.')) cursor.name('a name');
  if (cursor.is('(')) cursor.parentheses();
}
