import { createRequire, registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { ParserRuleContext, ParseTree } from 'antlr4ng';
import { unreadable } from './ddl-errors.ts';
import type { TextRange, Token, Tokens } from './tokens.ts';

type Antlr = typeof import('antlr4ng');
type Grammar = {
  readonly antlr: Antlr;
  readonly Lexer: typeof import('dt-sql-parser/dist/lib/mysql/MySqlLexer.js').MySqlLexer;
  readonly Parser: typeof import('dt-sql-parser/dist/lib/mysql/MySqlParser.js').MySqlParser;
};

let loaded: Grammar | undefined;

/** The grammar of MySQL, read when it is first needed (0.3 s). */
function grammar(): Grammar {
  if (loaded) return loaded;
  // NOTE the package's modules import each other without the ending .js, which plain ECMAScript modules need.
  const hooks = registerHooks({
    resolve: (specifier, context, next) =>
      context.parentURL?.includes('/dt-sql-parser/') && specifier.startsWith('.') && !specifier.endsWith('.js')
        ? next(`${specifier}.js`, context)
        : next(specifier, context),
  });
  try {
    const load = createRequire(import.meta.url);
    const { MySqlLexer } = load('dt-sql-parser/dist/lib/mysql/MySqlLexer.js');
    const { MySqlParser } = load('dt-sql-parser/dist/lib/mysql/MySqlParser.js');
    loaded = { antlr: load(fileURLToPath(import.meta.resolve('antlr4ng'))), Lexer: MySqlLexer, Parser: MySqlParser };
    return loaded;
  } finally {
    hooks.deregister();
  }
}

/**
 * Where the tables stand that a query reads, in text order: every name that the grammar's tree has as a table, without those that WITH defines.
 * Errors: DDL_UNREADABLE.
 */
export function tablesOfQuery(sql: string, query: TextRange, tokens: Tokens): TextRange[] {
  const text = plainText(query, tokens);
  const tables = tableNames(text);
  if ('failedAt' in tables) throw unreadable(sql, query.start + tables.failedAt, 'a query');
  const named = commonTables(tokens.list, query);
  return tables.ranges
    .map(({ start, end }) => ({ start: start + query.start, end: end + query.start }))
    .filter(({ start, end }) => {
      const [first, ...more] = tokens.list.filter(
        (token) => token.start >= start && token.end <= end && token.kind !== 'end',
      );
      const isCommon = more.length === 0 && first !== undefined && named.has(first.value.toLowerCase());
      return !isCommon && first?.upper !== 'DUAL';
    });
}

/** Every table name of a statement as the grammar reads it, or the offset at which it gives up. For tests that compare two readings. */
export function grammarTables(sql: string, tokens: Tokens): TextRange[] | undefined {
  const tables = tableNames(plainText({ start: 0, end: sql.length }, tokens));
  return 'failedAt' in tables ? undefined : tables.ranges;
}

/** Names that `WITH a AS (…), b (c) AS (…)` defines. */
function commonTables(tokens: readonly Token[], { start, end }: TextRange): Set<string> {
  const inside = tokens.filter((token) => token.start >= start && token.end <= end);
  const hasWith = inside.some(({ upper }) => upper === 'WITH');
  const names = inside.flatMap((token, index) => {
    let next = index + 1;
    if (inside[next]?.text === '(') while (next < inside.length && inside[next++]?.text !== ')');
    const isDefined = inside[next]?.upper === 'AS' && inside[next + 1]?.text === '(';
    return hasWith && isDefined && (token.kind === 'word' || token.kind === 'quoted')
      ? [token.value.toLowerCase()]
      : [];
  });
  return new Set(names);
}

/**
 * The text with the same offsets and only what the grammar needs: comments and the openings of versioned comments as blanks, contents of strings
 * and names as letters. So the grammar's own ideas of escapes, quotes, characters and comments do not count.
 */
function plainText({ start, end }: TextRange, tokens: Tokens): string {
  let text = '';
  let at = start;
  for (const token of tokens.list) {
    if (token.start < start || token.end > end) continue;
    text += ' '.repeat(token.start - at) + plainToken(token);
    at = token.end;
  }
  return text + ' '.repeat(Math.max(0, end - at));
}

function plainToken({ kind, text }: Token): string {
  if (kind === 'string') return `'${'x'.repeat(text.length - 2)}'`;
  if (kind === 'quoted') return `\`${'x'.repeat(text.length - 2)}\``;
  if (kind === 'word') return text.replace(/[\u0080-\uffff]/g, 'z');
  return text;
}

function tableNames(text: string): { readonly ranges: TextRange[] } | { readonly failedAt: number } {
  const { antlr, Lexer, Parser } = grammar();
  const lexer = new Lexer(antlr.CharStreams.fromString(text));
  lexer.removeErrorListeners();
  const parser = new Parser(new antlr.CommonTokenStream(lexer) as never);
  parser.removeErrorListeners();
  let failedAt: number | undefined;
  const listener = new antlr.BaseErrorListener();
  listener.syntaxError = (_recognizer, symbol) => {
    failedAt ??= symbol === null ? 0 : (symbol as { start: number }).start;
  };
  parser.addErrorListener(listener as never);
  const tree = parser.program() as unknown as ParseTree;
  if (failedAt !== undefined) return { failedAt };
  const ranges: TextRange[] = [];
  collect(tree, new Set(['tableName', 'tableNameCreate'].map((rule) => parser.ruleNames.indexOf(rule))), ranges);
  return { ranges };
}

function collect(tree: ParseTree, rules: ReadonlySet<number>, into: TextRange[]): void {
  const context = tree as ParserRuleContext & { ruleIndex?: number };
  if (context.ruleIndex !== undefined && rules.has(context.ruleIndex)) {
    const start = context.start?.start ?? 0;
    into.push({ start, end: (context.stop?.stop ?? start - 1) + 1 });
    return;
  }
  for (let at = 0; at < tree.getChildCount(); at++) {
    const child = tree.getChild(at);
    if (child !== null) collect(child, rules, into);
  }
}
