import type { Ddl, Mark, MarkKind } from './ddl.ts';
import { unmappable } from './ddl-errors.ts';
import { collationFor, type Flavour } from './dialect-collations.ts';
import type { Edit } from './edits.ts';
import type { Token } from './tokens.ts';

/** What takes the place of a marked text at a target; undefined leaves it as it is. Throws DDL_UNMAPPABLE. */
type Translation = (mark: Mark, text: string) => string | undefined;

const GONE: Translation = () => '';

const NAMES = { mysql: 'MySQL', mariadb: 'MariaDB' } as const;

function refuse(what: string, target: Flavour): never {
  throw unmappable(
    `${NAMES[target]} does not know ${what}`,
    'write by hand what the statement means for the target and approve that text, or skip it',
  );
}

function refused(what: string, target: Flavour): Translation {
  return () => refuse(what, target);
}

const MARIADB_TYPES = new Set(['vector']);
const MARIADB_CHARSETS = new Set(['gb18030']);
/** Options of MySQL's tables that say nothing about structure and that MariaDB refuses. */
const MYSQL_OPTIONS = new Set([
  'ENCRYPTION',
  'TABLESPACE',
  'STORAGE',
  'SECONDARY_ENGINE',
  'SECONDARY_ENGINE_ATTRIBUTE',
  'ENGINE_ATTRIBUTE',
  'AUTOEXTEND_SIZE',
  'COMPRESSION',
]);

const MARIADB: Partial<Record<MarkKind, Translation>> = {
  'start-transaction': GONE,
  manner: GONE,
  collation: ({ value }) => collationFor('mariadb', value),
  charset: ({ value }) => (MARIADB_CHARSETS.has(value) ? refuse(`the character set ${value}`, 'mariadb') : undefined),
  srid: ({ value }) => `REF_SYSTEM_ID=${value}`,
  type: ({ value }) => (MARIADB_TYPES.has(value) ? refuse(`the type ${value.toUpperCase()}`, 'mariadb') : undefined),
  option: ({ value }) => (MYSQL_OPTIONS.has(value) ? '' : undefined),
  'index-visibility': ({ value }) => (value === 'visible' ? 'NOT IGNORED' : 'IGNORED'),
  'column-visibility': ({ value }) => (value === 'VISIBLE' ? '' : undefined),
  'set-column-visibility': refused('ALTER COLUMN … SET INVISIBLE', 'mariadb'),
  enforced: GONE,
  'not-enforced': refused('CHECK … NOT ENFORCED', 'mariadb'),
  'alter-check': refused('ALTER CHECK', 'mariadb'),
  'drop-check': () => 'CONSTRAINT',
  'functional-index': refused('an index on an expression', 'mariadb'),
};

const MYSQL_TYPES = new Set(['uuid', 'inet4', 'inet6', 'xmltype']);
const MARIADB_ENGINES = new Set([
  'aria',
  'rocksdb',
  'columnstore',
  's3',
  'spider',
  'connect',
  'sequence',
  'mroonga',
  'oqgraph',
  'sphinx',
]);
/** Options of MariaDB's tables that say nothing about structure and that MySQL refuses. */
const MARIADB_OPTIONS = new Set([
  'TRANSACTIONAL',
  'PAGE_CHECKSUM',
  'PAGE_COMPRESSED',
  'PAGE_COMPRESSION_LEVEL',
  'ENCRYPTED',
  'ENCRYPTION_KEY_ID',
  'SEQUENCE',
  'TABLE_CHECKSUM',
]);

const MYSQL: Partial<Record<MarkKind, Translation>> = {
  'start-transaction': GONE,
  manner: GONE,
  guard: GONE,
  collation: ({ value }) => collationFor('mysql', value),
  srid: ({ value }) => `SRID ${value}`,
  type: ({ value }) => (MYSQL_TYPES.has(value) ? refuse(`the type ${value.toUpperCase()}`, 'mysql') : undefined),
  option: ({ value }, text) => mysqlOption(value, text),
  'bare-default': (_, text) => `(${text})`,
  'index-visibility': ({ value }) => value.toUpperCase(),
  persistent: () => 'STORED',
  'compressed-column': GONE,
  'column-versioning': GONE,
  versioning: refused('system versioning', 'mysql'),
  sequence: refused('sequences', 'mysql'),
  'alter-ignore': refused('ALTER IGNORE TABLE, which deletes rows', 'mysql'),
  'or-replace': refused('CREATE OR REPLACE', 'mysql'),
  'vector-index': refused('an index on vectors', 'mysql'),
  'convert-partition': refused('CONVERT PARTITION', 'mysql'),
  'system-time-partition': refused('PARTITION BY SYSTEM_TIME', 'mysql'),
  'without-overlaps': refused('keys WITHOUT OVERLAPS', 'mysql'),
};

function mysqlOption(name: string, text: string): string | undefined {
  if (MARIADB_OPTIONS.has(name)) return '';
  const engine = /=?\s*[`'"]?(\w+)[`'"]?$/.exec(text)?.[1]?.toLowerCase() ?? '';
  if (name === 'ENGINE' && MARIADB_ENGINES.has(engine)) refuse(`the storage engine ${engine}`, 'mysql');
  return undefined;
}

const TRANSLATIONS = { mariadb: MARIADB, mysql: MYSQL } as const;

/** The edits that make a statement one of the target's. Errors: DDL_UNMAPPABLE for what it cannot say. */
export function dialectEdits(ddl: Ddl, tokens: readonly Token[], target: Flavour): Edit[] {
  const marks = ddl.marks.flatMap((mark) => {
    const text = TRANSLATIONS[target][mark.kind]?.(mark, ddl.sql.slice(mark.range.start, mark.range.end));
    return text === undefined ? [] : [{ ...mark.range, text }];
  });
  return [...marks, ...nameQuotes(tokens), ...(target === 'mariadb' ? jsonArrows(ddl.sql, tokens) : [])];
}

/** Names in the quotes of ANSI_QUOTES with those that every mode reads. */
function nameQuotes(tokens: readonly Token[]): Edit[] {
  return tokens
    .filter(({ kind, text }) => kind === 'quoted' && text.startsWith('"'))
    .map(({ start, end, value }) => ({ start, end, text: `\`${value.replaceAll('`', '``')}\`` }));
}

/** `doc->'$.a'` and `doc->>'$.a'`, which MariaDB does not know, as calls. */
function jsonArrows(sql: string, tokens: readonly Token[]): Edit[] {
  return tokens.flatMap((token, index) => {
    const isArrow = token.text === '-' && tokens[index + 1]?.text === '>';
    if (!isArrow) return [];
    const unquotes = tokens[index + 2]?.text === '>';
    const path = tokens[index + (unquotes ? 3 : 2)];
    const column = tokens[index - 1];
    if (path?.kind !== 'string' || column === undefined) return [];
    const call = `json_extract(${sql.slice(column.start, column.end)}, ${path.text})`;
    return [{ start: column.start, end: path.end, text: unquotes ? `json_unquote(${call})` : call }];
  });
}
