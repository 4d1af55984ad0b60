import type { AlterAction } from './ddl.ts';
import type { TokenCursor } from './token-cursor.ts';

/** `PARTITION BY …` of CREATE and ALTER TABLE, up to its end. */
export function parsePartitionBy(cursor: TokenCursor): AlterAction {
  cursor.expect('PARTITION', 'BY');
  scheme(cursor);
  const count = cursor.accept('PARTITIONS') ? Number(cursor.next().text) : 1;
  if (cursor.accept('SUBPARTITION', 'BY')) {
    scheme(cursor);
    if (cursor.accept('SUBPARTITIONS')) cursor.next();
  }
  const names = cursor.is('(', 'PARTITION') ? definitions(cursor) : [];
  return { kind: 'partition', words: 'BY', names, count };
}

/** The function of a partitioning and what belongs to it; MariaDB's SYSTEM_TIME has intervals and limits. */
function scheme(cursor: TokenCursor): void {
  if (cursor.acceptMarked('system-time-partition', 'SYSTEM_TIME')) {
    while (!cursor.atEnd && !cursor.is('(') && !cursor.is('PARTITIONS') && !cursor.is('SUBPARTITION')) cursor.next();
    return;
  }
  cursor.accept('LINEAR');
  if (cursor.accept('KEY')) {
    if (cursor.accept('ALGORITHM')) {
      cursor.accept('=');
      cursor.next();
    }
  } else if (!cursor.accept('HASH')) {
    if (!cursor.accept('RANGE') && !cursor.accept('LIST')) throw cursor.unexpected('RANGE, LIST, HASH or KEY');
    cursor.accept('COLUMNS');
  }
  cursor.parentheses();
}

/** `(PARTITION p VALUES … [(SUBPARTITION …)], …)`; the names of the partitions. */
function definitions(cursor: TokenCursor): string[] {
  return cursor.list(() => definition(cursor));
}

function definition(cursor: TokenCursor): string {
  cursor.expect('PARTITION');
  cursor.acceptMarked('guard', 'IF', 'NOT', 'EXISTS');
  const name = cursor.name('a partition name');
  while (!cursor.is(',') && !cursor.is(')')) {
    if (cursor.atEnd) throw cursor.unexpected(')');
    if (cursor.is('(')) cursor.parentheses();
    else cursor.next();
  }
  return name;
}

const NAMING = new Set(['DROP', 'TRUNCATE', 'ANALYZE', 'CHECK', 'OPTIMIZE', 'REBUILD', 'REPAIR', 'DISCARD', 'IMPORT']);

/** An action of ALTER TABLE on partitions; undefined when none comes next. */
export function parsePartitionAction(cursor: TokenCursor): AlterAction | undefined {
  if (cursor.is('PARTITION', 'BY')) return parsePartitionBy(cursor);
  if (cursor.accept('REMOVE', 'PARTITIONING')) return { kind: 'partition', words: 'REMOVE', names: [] };
  const verb = cursor.peek().upper;
  if (cursor.acceptMarked('convert-partition', 'CONVERT', 'PARTITION')) {
    const names = [cursor.name('a partition name')];
    cursor.expect('TO', 'TABLE');
    cursor.table('new-name');
    withValidation(cursor);
    return { kind: 'partition', words: 'CONVERT TO TABLE', names };
  }
  if (cursor.acceptMarked('convert-partition', 'CONVERT', 'TABLE')) {
    cursor.table('exchange');
    cursor.expect('TO');
    const names = [definition(cursor)];
    withValidation(cursor);
    return { kind: 'partition', words: 'CONVERT TO PARTITION', names };
  }
  if (!cursor.is(verb, 'PARTITION') || cursor.peek().kind !== 'word') return undefined;
  cursor.next();
  cursor.next();
  switch (verb) {
    case 'ADD':
      return added(cursor);
    case 'COALESCE':
      acceptNoLog(cursor);
      cursor.next();
      return { kind: 'partition', words: verb, names: [] };
    case 'REORGANIZE':
      return reorganized(cursor);
    case 'EXCHANGE': {
      const names = [cursor.name('a partition name')];
      cursor.expect('WITH', 'TABLE');
      cursor.table('exchange');
      withValidation(cursor);
      return { kind: 'partition', words: verb, names };
    }
  }
  if (!NAMING.has(verb)) throw cursor.unexpected('an action on partitions');
  cursor.acceptMarked('guard', 'IF', 'EXISTS');
  const names = partitionNames(cursor);
  while (!cursor.atEnd && !cursor.is(',')) cursor.next();
  return { kind: 'partition', words: verb, names };
}

function added(cursor: TokenCursor): AlterAction {
  acceptNoLog(cursor);
  cursor.acceptMarked('guard', 'IF', 'NOT', 'EXISTS');
  if (cursor.accept('PARTITIONS')) {
    cursor.next();
    return { kind: 'partition', words: 'ADD PARTITIONS', names: [] };
  }
  return { kind: 'partition', words: 'ADD', names: definitions(cursor) };
}

function reorganized(cursor: TokenCursor): AlterAction {
  acceptNoLog(cursor);
  const old = cursor.is('INTO') ? [] : partitionNames(cursor);
  cursor.expect('INTO');
  return { kind: 'partition', words: 'REORGANIZE', names: definitions(cursor), old };
}

function partitionNames(cursor: TokenCursor): string[] {
  acceptNoLog(cursor);
  if (cursor.accept('ALL')) return [];
  const names = [cursor.name('a partition name')];
  while (cursor.accept(',')) names.push(cursor.name('a partition name'));
  return names;
}

function acceptNoLog(cursor: TokenCursor): void {
  if (!cursor.accept('NO_WRITE_TO_BINLOG')) cursor.accept('LOCAL');
}

function withValidation(cursor: TokenCursor): void {
  if (cursor.accept('WITH', 'VALIDATION')) return;
  cursor.accept('WITHOUT', 'VALIDATION');
}
