import { type ASTNode, Environment } from '@marcbachmann/cel-js';
import { Decimal } from './decimal.ts';

/** The door of the expression library (CEL): the functions and operators that an expression may use. No side effects, no loops. */

export type Node = ASTNode;
export type Program = {
  readonly ast: Node;
  readonly run: (names: object) => unknown;
  readonly check: () => Trouble | undefined;
};
/** Why the library refuses an expression, and which part of it. */
export type Trouble = { readonly code: string; readonly message: string; readonly start: number; readonly end: number };

/** Everything else of the library is refused: what loops, binds names or matches by regular expression could take unbounded time. */
export const FUNCTIONS: ReadonlySet<string> = new Set([
  'dyn',
  'coalesce',
  'size',
  'string',
  'int',
  'double',
  'decimal',
  'bool',
  'bytes',
  'startsWith',
  'endsWith',
  'contains',
  'lowerAscii',
  'upperAscii',
  'trim',
  'indexOf',
  'lastIndexOf',
  'substring',
  'hex',
  'base64',
]);

/** Errors: `Trouble` by throwing, see `troubleOf`. */
export function parseProgram(text: string): Program {
  const parsed = environment.parse(text);
  return {
    ast: parsed.ast,
    run: (names) => parsed(names),
    check: () => {
      const result = parsed.check();
      return result.valid ? undefined : troubleOf(result.error);
    },
  };
}

/** What the library threw. Its text is left out where it may hold a value of the row. */
export function troubleOf(error: unknown): Trouble {
  const fields = typeof error === 'object' && error !== null ? error : {};
  const code = 'code' in fields ? String(fields.code) : 'failed';
  const range = 'range' in fields ? (fields.range as { start: number; end: number } | undefined) : undefined;
  const summary = 'summary' in fields ? String(fields.summary) : '';
  return { code, message: SAYS[code] ?? summary, start: range?.start ?? 0, end: range?.end ?? 0 };
}

/** Codes whose own text bears values; and the plain ones, said plainly. */
const SAYS: Readonly<Record<string, string>> = {
  numeric_overflow: 'a whole number beyond 64 bits',
  int_conversion_error: 'int() of something that is no whole number',
  uint_conversion_error: 'uint() of something that is no whole number',
  division_by_zero: 'division by zero',
  modulo_by_zero: 'division by zero',
  index_out_of_range: 'an index out of range',
  evaluation_error: 'it cannot be computed',
  failed: 'it cannot be computed',
};

type Number_ = Decimal | bigint | number;
const NUMBERS = ['decimal', 'int', 'double'] as const;

const environment = buildEnvironment();

function buildEnvironment(): Environment {
  const env = new Environment({
    homogeneousAggregateLiterals: false,
    limits: { maxAstNodes: 500, maxDepth: 50, maxListElements: 200, maxMapEntries: 1, maxCallArguments: 4 },
  })
    .registerVariable('row', 'map')
    .registerVariable('source', 'map<string, string>')
    .registerType('decimal', { ctor: Decimal, fields: {} });
  for (const left of NUMBERS) for (const right of NUMBERS) addOperators(env, left, right);
  env.registerOperator('-decimal: decimal', (value: Decimal) => value.negated());
  addFunctions(env);
  return env;
}

/** Whatever two kinds of number meet, of which one is exact, the result is exact. Two of one kind are the library's own. */
function addOperators(env: Environment, left: string, right: string): void {
  if (left === right && left !== 'decimal') return;
  const of = (sign: string, compute: (a: Decimal, b: Decimal) => Decimal): void => {
    env.registerOperator(`${left} ${sign} ${right}: decimal`, (a: Number_, b: Number_) =>
      compute(Decimal.from(a), Decimal.from(b)),
    );
  };
  of('+', (a, b) => a.plus(b));
  of('-', (a, b) => a.minus(b));
  of('*', (a, b) => a.times(b));
  of('/', (a, b) => a.dividedBy(b));
  if (left !== 'decimal' && right !== 'decimal') return;
  const orders = (sign: string, holds: (order: number) => boolean): void => {
    env.registerOperator(`${left} ${sign} ${right}: bool`, (a: Number_, b: Number_) =>
      holds(Decimal.from(a).compare(Decimal.from(b))),
    );
  };
  orders('<', (order) => order < 0);
  orders('<=', (order) => order <= 0);
  orders('>', (order) => order > 0);
  orders('>=', (order) => order >= 0);
  // NOTE the library turns `decimal == int` round for `int == decimal` by itself.
  if (left === 'decimal') orders('==', (order) => order === 0);
}

function addFunctions(env: Environment): void {
  env.registerFunction('coalesce(dyn, dyn): dyn', (value: unknown, other: unknown) => value ?? other);
  env.registerFunction('string(decimal): string', (value: Decimal) => value.toString());
  env.registerFunction('int(decimal): int', (value: Decimal) => value.toInteger());
  env.registerFunction('double(decimal): double', (value: Decimal) => Number(value.toString()));
  for (const kind of NUMBERS)
    env.registerFunction(`decimal(${kind}): decimal`, (value: Number_) => Decimal.from(value));
  env.registerFunction('decimal(string): decimal', (text: string) => {
    const found = Decimal.parse(text);
    if (found === undefined) throw new RangeError('not a number');
    return found;
  });
}
