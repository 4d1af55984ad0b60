import type { Decimal } from './decimal.ts';
import { FUNCTIONS, type Node, type Program, parseProgram, type Trouble, troubleOf } from './expression-language.ts';
import type { TableName } from './table-pattern.ts';

/** What a cell is in an expression: NULL, a whole number, a DOUBLE, an exact decimal, text (also dates and JSON), bytes. A result may be a truth value too. */
export type Value = null | bigint | number | Decimal | string | Uint8Array | boolean;
export type Row = ReadonlyMap<string, Value>;

export type Expression = {
  readonly text: string;
  /** The columns that it reads. */
  readonly columns: ReadonlySet<string>;
  /** Errors: ExpressionFault, whose text holds no values. */
  readonly evaluate: (row: Row, source: TableName) => unknown;
};

/** Why an expression cannot be used, or has failed on a row. `part` quotes the place in it. */
export class ExpressionFault extends Error {
  readonly part: string;
  constructor(message: string, part: string) {
    super(message);
    this.part = part;
  }
}

/** Reads an expression and checks its names, functions and types as far as they show without a row. Errors: ExpressionFault. */
export function compileExpression(text: string): Expression {
  const written = parsed(text);
  const columns = new Set<string>();
  const rewritten = rewrite(written.ast, text, columns);
  const program = parsed(rewritten);
  const trouble = program.check();
  if (trouble !== undefined) throw faultOf(trouble, rewritten);
  const evaluate = (row: Row, source: TableName): unknown => {
    try {
      return program.run({ row, source });
    } catch (error) {
      throw faultOf(troubleOf(error), rewritten);
    }
  };
  return { text, columns, evaluate };
}

function parsed(text: string): Program {
  try {
    return parseProgram(text);
  } catch (error) {
    throw faultOf(troubleOf(error), text);
  }
}

function faultOf({ message, start, end }: Trouble, text: string): ExpressionFault {
  const part = text.slice(start, end).trim() || (start > 0 ? text.slice(0, start).trim() : text);
  return new ExpressionFault(message, part);
}

/**
 * The text of a node with two things said in the library's terms: `x in [a, b]` as `(x == a || x == b)`, which compares numbers of every kind;
 * NULL as one result of `? :` beside another. On the way it collects the columns and refuses what is not offered.
 */
function rewrite(node: Node, text: string, columns: Set<string>): string {
  const of = (inner: Node): string => rewrite(inner, text, columns);
  const own = text.slice(node.start, node.end);
  switch (node.op) {
    case 'value':
      return own;
    case 'id':
      throw new ExpressionFault(nameFault(node.args), own);
    case '.':
    case '[]': {
      const member = memberOf(node);
      if (member === undefined) throw new ExpressionFault('reads a part of something that is not the row', own);
      if (member.of === 'row') columns.add(member.name);
      else if (member.name !== 'schema' && member.name !== 'table')
        throw new ExpressionFault('source has only schema and table', own);
      return `${member.of}[${JSON.stringify(member.name)}]`;
    }
    case 'call':
      return `${offered(node.args[0], own)}(${node.args[1].map(of).join(', ')})`;
    case 'rcall':
      return `(${of(node.args[1])}).${offered(node.args[0], own)}(${node.args[2].map(of).join(', ')})`;
    case 'in':
      return membership(node.args[0], node.args[1], own, of);
    case '?:':
      return `(${of(node.args[0])} ? ${orNull(node.args[1], of)} : ${orNull(node.args[2], of)})`;
    case '!_':
    case '-_':
      return `${node.op[0]}(${of(node.args)})`;
    case 'list':
    case 'map':
    case '.?':
    case '[?]':
      throw new ExpressionFault('lists and maps stand only behind `in`', own);
    default:
      return `(${of(node.args[0])} ${node.op} ${of(node.args[1])})`;
  }
}

function nameFault(name: string): string {
  if (name === 'row' || name === 'source') return `${name} stands alone; write ${name}.NAME`;
  return `the name ${name} is not known; a column is row.${name}, a text stands in quotes: '${name}'`;
}

/** `row.price`, `row["unit price"]`, `source.table`. */
function memberOf(node: Node & { op: '.' | '[]' }): { of: string; name: string } | undefined {
  const [object, key] = node.args;
  if (object.op !== 'id' || (object.args !== 'row' && object.args !== 'source')) return undefined;
  const name = typeof key === 'string' ? key : key.op === 'value' ? key.args : undefined;
  return typeof name === 'string' ? { of: object.args, name } : undefined;
}

function offered(name: string, own: string): string {
  if (FUNCTIONS.has(name)) return name;
  throw new ExpressionFault(`the function ${name} is not offered; there are ${[...FUNCTIONS].join(', ')}`, own);
}

function membership(value: Node, list: Node, own: string, of: (node: Node) => string): string {
  if (list.op !== 'list' || list.args.length === 0)
    throw new ExpressionFault('in needs a list behind it: in [1, 2]', own);
  const left = of(value);
  return `(${list.args.map((item) => `${left} == ${of(item)}`).join(' || ')})`;
}

function orNull(node: Node, of: (node: Node) => string): string {
  return `dyn(${of(node)})`;
}
