/** How the server that wrote a statement read it; `sqlMode` is its text (`ANSI_QUOTES,NO_BACKSLASH_ESCAPES,…`), only these two change tokens. */
export type SqlDialect = { readonly flavour?: 'mysql' | 'mariadb'; readonly sqlMode?: string };

/**
 * One token of a statement, at `[start, end)` in UTF-16 units. `value` is a name without its quotes, or a string's content; `upper` the word in capitals,
 * empty for everything that is not a bare word, so that a quoted name is never taken for a keyword.
 */
export type Token = {
  readonly kind: 'word' | 'quoted' | 'string' | 'number' | 'mark' | 'end';
  readonly text: string;
  readonly value: string;
  readonly upper: string;
  readonly start: number;
  readonly end: number;
};

export type TextRange = { readonly start: number; readonly end: number };

export type Tokens = {
  /** The last one is of kind `end`. */
  readonly list: readonly Token[];
  /** The openings and closings of versioned comments, whose content counts as text. */
  readonly shells: readonly TextRange[];
  readonly comments: readonly TextRange[];
  /** A quote or comment that never ends; undefined in every statement a server has executed. */
  readonly unclosed: TextRange | undefined;
};

const SPACE = /[ \t\n\v\f\r]+/y;
const LINE_COMMENT = /(?:--(?=[\s\p{Cc}]|$)|#)[^\n]*/uy;
const SHELL_OPEN = /\/\*!\d{0,6}|\/\*M!\d{0,6}/y;
const NUMBER = /(?:0x[\da-f]+|0b[01]+|\d+(?:\.\d*)?(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?)(?![\w$\u0080-\uffff])/iy;
const WORD = /[\w$\u0080-\uffff]+/y;

/** Cuts a statement into tokens. Comments fall away, versioned comments are looked through. Never throws. */
export function tokenize(sql: string, { flavour, sqlMode = '' }: SqlDialect = {}): Tokens {
  const modes = new Set(sqlMode.toUpperCase().split(','));
  const nameQuotes = modes.has('ANSI_QUOTES') || modes.has('ANSI') ? '`"' : '`';
  const escapes = !modes.has('NO_BACKSLASH_ESCAPES');
  const list: Token[] = [];
  const shells: TextRange[] = [];
  const comments: TextRange[] = [];
  let unclosed: TextRange | undefined;
  let open = 0;
  let at = 0;

  const match = (pattern: RegExp): number => {
    pattern.lastIndex = at;
    return pattern.test(sql) ? pattern.lastIndex : -1;
  };
  const push = (kind: Token['kind'], end: number, value: string): void => {
    const text = sql.slice(at, end);
    list.push({ kind, text, value, upper: kind === 'word' ? text.toUpperCase() : '', start: at, end });
    at = end;
  };
  const comment = (end: number): void => {
    comments.push({ start: at, end });
    at = end;
  };

  while (at < sql.length) {
    const character = sql[at] as string;
    let end = match(SPACE);
    if (end > 0) {
      at = end;
      continue;
    }
    end = match(LINE_COMMENT);
    if (end > 0) {
      comment(end);
      continue;
    }
    end = match(SHELL_OPEN);
    if (end > 0 && !(flavour === 'mysql' && sql[at + 2] === 'M')) {
      shells.push({ start: at, end });
      open++;
      at = end;
      continue;
    }
    if (sql.startsWith('/*', at)) {
      end = sql.indexOf('*/', at + 2);
      if (end < 0) unclosed = { start: at, end: sql.length };
      comment(end < 0 ? sql.length : end + 2);
      continue;
    }
    if (open > 0 && sql.startsWith('*/', at)) {
      shells.push({ start: at, end: at + 2 });
      open--;
      at += 2;
      continue;
    }
    if (nameQuotes.includes(character) || character === "'" || character === '"') {
      const isName = nameQuotes.includes(character);
      const close = closingQuote(sql, at, character, escapes && !isName);
      if (close < 0) unclosed = { start: at, end: sql.length };
      const inner = sql.slice(at + 1, close < 0 ? sql.length : close).replaceAll(character + character, character);
      push(
        isName ? 'quoted' : 'string',
        close < 0 ? sql.length : close + 1,
        isName || !escapes ? inner : withoutEscapes(inner),
      );
      continue;
    }
    const follows = list.at(-1);
    const afterName =
      character === '.' && follows?.end === at && (follows.kind === 'word' || follows.kind === 'quoted');
    const afterDot = follows?.text === '.' && follows.end === at;
    end = afterName || afterDot ? -1 : match(NUMBER);
    if (end > 0) {
      push('number', end, sql.slice(at, end));
      continue;
    }
    end = match(WORD);
    if (end > 0) push('word', end, sql.slice(at, end));
    else push('mark', at + 1, character);
  }
  push('end', at, '');
  return { list, shells, comments, unclosed };
}

function closingQuote(sql: string, start: number, quote: string, escapes: boolean): number {
  for (let at = start + 1; at < sql.length; at++) {
    if (escapes && sql[at] === '\\') at++;
    else if (sql[at] === quote) {
      if (sql[at + 1] !== quote) return at;
      at++;
    }
  }
  return -1;
}

const ESCAPES: Readonly<Record<string, string>> = { 0: '\0', b: '\b', n: '\n', r: '\r', t: '\t', Z: '\x1a' };

function withoutEscapes(text: string): string {
  return text.replace(/\\([\s\S])/g, (_, character: string) =>
    // NOTE \% and \_ keep their backslash: they are patterns of LIKE.
    character === '%' || character === '_' ? `\\${character}` : (ESCAPES[character] ?? character),
  );
}
