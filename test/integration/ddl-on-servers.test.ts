import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serverAt } from '../../demo/servers.ts';
import { classifyStatement } from '../../shared/sql/classify.ts';
import { grammarTables } from '../../shared/sql/grammar.ts';
import { tokenize } from '../../shared/sql/tokens.ts';
import { DdlBench } from '../support/ddl-bench.ts';
import { COMMON, type DdlStatement, MARIADB_ONLY, MYSQL_ONLY } from '../support/ddl-statements.ts';
import { testStack } from '../support/stack.ts';

const SERVERS = [
  { flavour: 'mysql', process: 'otter', own: MYSQL_ONLY },
  { flavour: 'mariadb', process: 'user', own: MARIADB_ONLY },
] as const;

for (const { flavour, process, own } of SERVERS) {
  test(`regressions 9, 10, 12: on ${flavour} every DDL is read, makes the same tables under mapped names, and is known as carried out`, async (t) => {
    const stack = await testStack();
    await using bench = await DdlBench.open(serverAt(stack.address(process)), flavour);
    for (const statement of [...COMMON, ...own]) {
      const text = bench.text(typeof statement === 'string' ? statement : statement.sql);
      await t.test(text.replace(/\s+/g, ' ').slice(0, 100), () => carriedOut(bench, statement, text));
    }
    await bench.assertTables('everything', await bench.tables());
  });
}

async function carriedOut(bench: DdlBench, statement: DdlStatement, text: string): Promise<void> {
  const { repeats, unsure } = typeof statement === 'string' ? {} : statement;
  if (classifyStatement(text).kind === 'other') {
    await bench.connection.query(text);
    return;
  }
  const ddl = bench.parse(text);
  const grammar = grammarTables(text, tokenize(text));
  if (grammar)
    assert.deepEqual(
      ddl.tables.map(({ range }) => range),
      grammar,
      'the grammar finds other tables',
    );
  const rendered = bench.render(ddl) ?? '';
  const before = await bench.remaining(rendered);
  assert.equal(before.kind, 'all', JSON.stringify(before));
  if (!unsure) assert.equal(before.conflict, undefined);
  await bench.connection.query(text);
  await bench.assertEvolved(ddl);
  await bench.atTarget(rendered);
  await bench.assertEqual(ddl, rendered);
  const after = await bench.remaining(rendered);
  if (unsure) assert.ok(after.kind === 'all', JSON.stringify(after));
  else assert.equal(after.kind, repeats ? 'all' : 'nothing', JSON.stringify(after));
}
