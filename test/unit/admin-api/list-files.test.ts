import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { CliError } from '../../../services/admin-api/cli/cli-error.ts';
import { withLists } from '../../../services/admin-api/cli/list-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'lutra-lists-'));
after(() => rmSync(folder, { recursive: true }));
const document = join(folder, 'shop.yaml');

function list(name: string, text: string): void {
  writeFileSync(join(folder, name), text);
}

const shop = (only: string): string =>
  `name: shop\npipelines:\n  - name: p\n    mappings:\n      - from: mshop.*\n        only: ${only}\n        to: otter.*\n`;

async function refusal(text: string): Promise<string> {
  try {
    await withLists(text, document);
  } catch (error) {
    assert.ok(error instanceof CliError);
    return error.lines.join();
  }
  return assert.fail('it was accepted');
}

test('B19: a list next to the document takes the place of its name, and every line keeps its number', async () => {
  list('tables.txt', '\uFEFF# wanted\r\norders\r\n\r\nmshop.users   # people\nitems,\norders\n');
  const names = '["orders","mshop.users","items"]';
  assert.equal(await withLists(shop('{file: tables.txt}'), document), shop(names));
  assert.equal(await withLists(shop('\n          file: "tables.txt"'), document), shop(`\n          ${names}`));
  assert.equal(await withLists(shop('[a, b]'), document), shop('[a, b]'));
  const two = `${shop('{file: tables.txt}')}---\n${shop('{file: tables.txt}')}`;
  assert.equal(await withLists(two, document), `${shop(names)}---\n${shop(names)}`);
});

test('a list of 300 names is read', async () => {
  const names = Array.from({ length: 300 }, (_, n) => `t${n}`);
  list('many.txt', names.join('\n'));
  assert.equal(await withLists(shop('{file: many.txt}'), document), shop(JSON.stringify(names)));
});

test('a list that is missing, empty or unreadable is told with its place', async () => {
  assert.match(await refusal(shop('{file: nothing.txt}')), /shop\.yaml:6:15: the list .*nothing\.txt does not exist/);
  list('empty.txt', '# none\n\n');
  assert.match(await refusal(shop('{file: empty.txt}')), /shop\.yaml:6:15: the list empty\.txt names no table/);
  list('wrong.txt', 'orders\nusers items\n');
  assert.match(await refusal(shop('{file: wrong.txt}')), /wrong\.txt:2: more than one name/);
  assert.match(await refusal(shop('{file: .}')), /is a folder/);
});

test('what is no document is left to whoever reads it', async () => {
  for (const text of [
    '',
    '[',
    'a: [1, 2',
    '- 1',
    'pipelines: 3',
    'pipelines: [{mappings: [1]}]',
    shop('{file: [x]}'),
    '*a',
  ])
    assert.equal(await withLists(text, document), text);
});
