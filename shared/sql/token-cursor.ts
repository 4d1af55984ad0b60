import type { TableName } from '../model/table-pattern.ts';
import type { DdlTable, Mark, MarkKind, TableRole } from './ddl.ts';
import { unreadable } from './ddl-errors.ts';
import type { SqlDialect, TextRange, Token, Tokens } from './tokens.ts';

const OPENING = '(';
const CLOSING = ')';

/** Walks a statement's tokens, noting every table it passes. Errors of all methods that expect something: DDL_UNREADABLE. */
export class TokenCursor {
  readonly sql: string;
  readonly dialect: SqlDialect;
  readonly defaultSchema: string;
  readonly tables: DdlTable[] = [];
  readonly marks: Mark[] = [];
  private readonly tokens: readonly Token[];
  private at: number;

  constructor(sql: string, tokens: Tokens, { first = 0, defaultSchema = '', dialect = {} as SqlDialect } = {}) {
    this.sql = sql;
    this.tokens = tokens.list;
    this.at = first;
    this.defaultSchema = defaultSchema;
    this.dialect = dialect;
  }

  peek(ahead = 0): Token {
    return this.tokens[Math.min(this.at + ahead, this.tokens.length - 1)] as Token;
  }

  next(): Token {
    const token = this.peek();
    if (token.kind !== 'end') this.at++;
    return token;
  }

  /** Offset of the next token. */
  get start(): number {
    return this.peek().start;
  }

  /** The text from an offset to the end of the last token taken. */
  since(start: number): TextRange {
    return { start, end: this.tokens[this.at - 1]?.end ?? start };
  }

  textOf({ start, end }: TextRange): string {
    return this.sql.slice(start, end);
  }

  get atEnd(): boolean {
    const { kind, text } = this.peek();
    return kind === 'end' || text === ';';
  }

  /** Whether the next tokens are these words (in capitals) or marks. */
  is(...words: string[]): boolean {
    return words.every((word, ahead) => {
      const token = this.peek(ahead);
      return token.kind === 'word' ? token.upper === word : token.kind === 'mark' && token.text === word;
    });
  }

  /** Takes these words if they come next. */
  accept(...words: string[]): boolean {
    if (!this.is(...words)) return false;
    this.at += words.length;
    return true;
  }

  /** Takes these words if they come next and marks them. */
  acceptMarked(kind: MarkKind, ...words: string[]): boolean {
    const { start } = this;
    return this.accept(...words) && this.mark(kind, start, words.join(' '));
  }

  /** Marks the text from `start` to the end of the last token taken. */
  mark(kind: MarkKind, start: number, value = ''): true {
    this.marks.push({ kind, range: this.since(start), value });
    return true;
  }

  /** Takes one of these words if it comes next. */
  acceptOne(words: ReadonlySet<string>): string | undefined {
    const token = this.peek();
    return token.kind === 'word' && words.has(token.upper) ? this.next().upper : undefined;
  }

  expect(...words: string[]): void {
    for (const word of words) if (!this.accept(word)) throw this.unexpected(word);
  }

  unexpected(wanted: string): Error {
    return unreadable(this.sql, this.start, wanted);
  }

  /** A name, quoted or bare. */
  name(what: string): string {
    const { kind } = this.peek();
    if (kind !== 'word' && kind !== 'quoted' && kind !== 'number') throw this.unexpected(what);
    return this.next().value;
  }

  /** A name or a string: aliases of names, character sets, hosts. */
  nameOrString(what: string): string {
    return this.peek().kind === 'string' ? this.string(what) : this.name(what);
  }

  /** A string literal; adjacent ones are one. */
  string(what: string): string {
    if (this.peek().kind !== 'string') throw this.unexpected(what);
    let value = '';
    while (this.peek().kind === 'string') value += this.next().value;
    return value;
  }

  /** A table's name, noted with its role. */
  table(role: TableRole): TableName {
    const { start } = this;
    const first = this.is('.') ? this.defaultSchema : this.name('a table name');
    const name = this.accept('.')
      ? { schema: first, table: this.name('a table name') }
      : { schema: this.defaultSchema, table: first };
    this.tables.push({ name, role, range: this.since(start) });
    return name;
  }

  /** Notes a table whose qualified name stands at a range that was passed. */
  mention(range: TextRange, role: TableRole): void {
    const inside = this.tokens.filter((token) => token.start >= range.start && token.end <= range.end);
    const parts = inside.filter(({ kind }) => kind === 'word' || kind === 'quoted').map(({ value }) => value);
    const [first = '', second] = parts;
    const name = second === undefined ? { schema: this.defaultSchema, table: first } : { schema: first, table: second };
    this.tables.push({ name, role, range });
  }

  /** What stands between parentheses that come next, without them. */
  parentheses(): TextRange {
    this.expect(OPENING);
    const { start } = this;
    let end = start;
    for (let depth = 1; depth > 0; ) {
      const token = this.peek();
      if (token.kind === 'end') throw this.unexpected(CLOSING);
      if (token.text === OPENING && token.kind === 'mark') depth++;
      if (token.text === CLOSING && token.kind === 'mark') depth--;
      if (depth > 0) end = token.end;
      this.next();
    }
    return { start, end };
  }

  /** Items between parentheses, separated by commas. */
  list<T>(item: () => T): T[] {
    this.expect(OPENING);
    const items = [item()];
    while (this.accept(',')) items.push(item());
    this.expect(CLOSING);
    return items;
  }

  /** Names between parentheses. */
  names(what: string): string[] {
    return this.list(() => this.name(what));
  }
}
