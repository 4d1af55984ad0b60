import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { parseChannelDocuments } from '../../../shared/model/channel-document.ts';
import { formatProblem } from '../../../shared/model/document-problem.ts';
import { writtenDocument } from '../../../shared/model/written-document.ts';

const SHOP = `apiVersion: lutra/v1
kind: Channel
name: shop
databases:
  order: {site: sh, hosts: [db1:3306], user: lutra, password: {env: DB_PASSWORD}}
  otter:
    site: us
    hosts: [db2:3306]
    user: load
    password: {file: /run/secrets/load}
pipelines:
  - name: orders
    from: order
    to: otter
    mappings:
      - from: mshop_order.*
        to: otter_order.*
`;

const SITES = { channels: [], sites: ['sh', 'us'] };

function lines(text: string, around: Parameters<typeof parseChannelDocuments>[2] = SITES): string[] {
  return parseChannelDocuments(text, 'shop.yaml', around).problems.map(formatProblem);
}

function codes(text: string, around: Parameters<typeof parseChannelDocuments>[2] = SITES): string[] {
  return parseChannelDocuments(text, 'shop.yaml', around).problems.map(({ code }) => code);
}

test('a right document is read, and what is written of it reads the same', () => {
  const { documents, problems } = parseChannelDocuments(SHOP, 'shop.yaml', SITES);
  assert.deepEqual(problems, []);
  assert.equal(documents[0]?.pipelines[0]?.start, 'end');
  assert.deepEqual(documents[0]?.pipelines[0]?.mappings[0]?.from, { schema: 'mshop_order', table: '*' });
  const again = documents.map((document) => stringify(writtenDocument(document))).join('---\n');
  assert.deepEqual(parseChannelDocuments(again, '', SITES).documents, documents);
  assert.deepEqual(parseChannelDocuments(JSON.stringify(documents[0]), '', SITES).documents, documents);
});

test('a typo in a key is told with line, column, path and the key that was meant', () => {
  assert.deepEqual(lines(SHOP.replace('mappings:', 'mapings:')), [
    'shop.yaml:15:5: pipelines[0].mapings: unknown key; did you mean "mappings"?',
  ]);
});

test('every problem of every document is told at once, in the order of the text', () => {
  const broken = `${SHOP.replace('kind: Channel', 'kind: Chanel').replace('site: us', 'site: uss').replace('to: otter\n', 'to: oter\n')}---\n${SHOP}`;
  const found = parseChannelDocuments(broken, 'shop.yaml', SITES).problems;
  assert.deepEqual(
    found.map(({ code, line }) => [code, line]),
    [
      ['INVALID_VALUE', 2],
      ['UNKNOWN_SITE', 7],
      ['UNKNOWN_DATABASE', 14],
      ['DUPLICATE_NAME', 21],
      ['DATABASE_DIFFERS', 25],
    ],
  );
});

test('a plain-text password is refused and never repeated', () => {
  const secret = 'S3cret-hunter2';
  for (const password of [
    secret,
    `"${secret}"`,
    `{plain: ${secret}}`,
    `[${secret}]`,
    `{env: [${secret}]}`,
    `"${secret}" x`,
    `{env: "a", ${secret}`,
  ]) {
    const { problems } = parseChannelDocuments(SHOP.replace('{env: DB_PASSWORD}', password), 'shop.yaml', SITES);
    assert.ok(problems.length > 0, password);
    assert.ok(!JSON.stringify(problems).includes(secret), JSON.stringify(problems));
  }
  assert.deepEqual(codes(SHOP.replace('{env: DB_PASSWORD}', secret)), ['PLAIN_PASSWORD']);
});

test('A8: a host list may be a text with or without trailing ; , or blanks', () => {
  for (const hosts of ['db1:3306', '"db1:3306;"', '"db1:3306,"', '[db1:3306;]', '"db1:3306 ; "', '["db1:3306;", ""]']) {
    const { documents, problems } = parseChannelDocuments(SHOP.replace('[db1:3306]', hosts), 'shop.yaml', SITES);
    assert.deepEqual(problems, [], hosts);
    assert.deepEqual(documents[0]?.databases.order?.hosts, ['db1:3306'], hosts);
  }
  const several = parseChannelDocuments(SHOP.replace('[db1:3306]', '"a:1;b:2, c:3"'), '', SITES).documents[0];
  assert.deepEqual(several?.databases.order?.hosts, ['a:1', 'b:2', 'c:3']);
});

test('a host without a port, with a port out of range or with a password in it is refused', () => {
  for (const hosts of ['[db1]', '["db1:70000"]', '["root:hunter2@db1:3306"]', '[]', '";"']) {
    const text = JSON.stringify(parseChannelDocuments(SHOP.replace('[db1:3306]', hosts), '', SITES).problems);
    assert.match(text, /databases\.order\.hosts/, hosts);
    assert.ok(!text.includes('hunter2'));
  }
});

test('a start that names two places, or none that a server knows, is told', () => {
  const start = (value: string): string[] => codes(SHOP.replace('    mappings:', `    start: ${value}\n    mappings:`));
  assert.deepEqual(start('{gtid: 0-1-5, file: mysql-bin.000001, position: 4}'), ['CONTRADICTION']);
  assert.deepEqual(start('{gtid: hello}'), ['INVALID_START']);
  assert.deepEqual(start('{file: mysql-bin, position: 154}'), ['INVALID_START']);
  assert.deepEqual(start('begining'), ['INVALID_VALUE']);
  assert.deepEqual(start('{file: mysql-bin.000006, position: 154}'), []);
  assert.deepEqual(
    start('{gtid: "3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5:7, 4e11fa47-71ca-11e1-9e33-c80aa9429562:1"}'),
    [],
  );
  assert.deepEqual(start('{gtid: "0-1-100,1-2-3"}'), []);
});

test('patterns that cannot be read and mappings that can never match are told', () => {
  const from = (pattern: string): string[] => codes(SHOP.replace('from: mshop_order.*', `from: ${pattern}`));
  assert.deepEqual(from('shop./ord_(/'), ['INVALID_PATTERN']);
  assert.deepEqual(from('"shop.ord_[5-1]"'), ['INVALID_PATTERN']);
  assert.deepEqual(from('"shop.ord_[a-b]"'), ['INVALID_PATTERN']);
  assert.deepEqual(from('shop'), ['INVALID_VALUE']);
  assert.deepEqual(from('"shop.ord_[01-32]"'), []);
  assert.deepEqual(from('/mshop_(order|user)/./(?!.*test).*/'), []);
  const second = (pattern: string): string[] => codes(`${SHOP}      - {from: ${pattern}, to: a.b}\n`);
  assert.deepEqual(second('mshop_order.*'), ['DUPLICATE_MAPPING']);
  assert.deepEqual(second('mshop_order.ord_item'), ['DUPLICATE_MAPPING']);
  assert.deepEqual(second('mshop_user.user'), []);
  assert.deepEqual(codes(SHOP.replace('to: otter_order.*', 'to: "otter_*.x"')), ['INVALID_PATTERN']);
});

test('a database is known here or by another channel, and has one definition', () => {
  const { documents } = parseChannelDocuments(SHOP, '', SITES);
  const around = { ...SITES, channels: documents };
  const other = SHOP.replace('name: shop', 'name: other').replace(/ {2}order: .*\n/, '');
  assert.deepEqual(lines(other, around), []);
  assert.deepEqual(codes(other), ['UNKNOWN_DATABASE']);
  assert.match(
    lines(SHOP.replace('name: shop', 'name: other').replace('db1:3306', 'db9:3306'), around).join(),
    /the channel shop defines the database order differently: hosts \(there db1:3306, here db9:3306\)/,
  );
  assert.deepEqual(codes(SHOP.replace('to: otter\n', 'to: order\n')), ['SAME_DATABASE']);
});

test('a channel may not drop a database that another one uses', () => {
  const both = parseChannelDocuments(
    `${SHOP}---\n${SHOP.replace('name: shop', 'name: other').replace(/databases:[\s\S]*pipelines:/, 'pipelines:')}`,
    '',
    SITES,
  );
  assert.deepEqual(both.problems, []);
  const renamed = SHOP.replace('order: {site', 'order2: {site').replace('from: order\n', 'from: order2\n');
  assert.deepEqual(codes(renamed, { ...SITES, channels: both.documents }), ['DATABASE_IN_USE']);
});

test('texts that are no documents are told as such', () => {
  for (const text of [
    '',
    '# nothing',
    '---\n---',
    'a: [1',
    'a: &x [*x]',
    'a: *nope',
    '\t- a',
    '[]',
    '3',
    'a: !!js/function 3',
    '"',
    '{"a":1}{"b":2}',
    `${'['.repeat(20_000)}`,
  ]) {
    assert.ok(parseChannelDocuments(text, 'f', SITES).problems.length > 0, text.slice(0, 20));
  }
});

test('whatever the text, there is never anything but problems or documents', () => {
  const key = fc.constantFrom(
    'apiVersion',
    'kind',
    'name',
    'databases',
    'pipelines',
    'from',
    'to',
    'start',
    'mappings',
    'password',
    'hosts',
    'site',
    'user',
    'gtid',
    'file',
    'position',
    '__proto__',
    'constructor',
    'a.b',
    '',
  );
  const leaf = fc.oneof(
    fc.string(),
    fc.double(),
    fc.boolean(),
    fc.constant(null),
    fc.constantFrom('lutra/v1', 'Channel', 'shop', 'order', '/x(/.y', 'a.b', 'a[1-2].c'),
  );
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 5 },
      leaf,
      fc.array(tie('tree'), { maxLength: 4 }),
      fc.dictionary(key, tie('tree'), { maxKeys: 6 }),
    ),
  }));
  fc.assert(
    fc.property(tree, (value) => {
      const { problems, documents } = parseChannelDocuments(JSON.stringify(value) ?? '', 'f', SITES);
      assert.ok(problems.length > 0 || documents.length > 0);
      problems.forEach(formatProblem);
    }),
    { numRuns: 500 },
  );
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), fc.nat(SHOP.length), (noise, at) => {
      parseChannelDocuments(SHOP.slice(0, at) + noise + SHOP.slice(at), 'f', SITES).problems.forEach(formatProblem);
    }),
    { numRuns: 1000 },
  );
});

function mapping(text: string): string {
  return SHOP.replace(/ {6}- from:[\s\S]*$/, `      - ${text.trim().replaceAll('\n', '\n        ')}\n`);
}

const FULL = `from: mshop.ord_[0-3]
to: otter.ord
exclude: [mshop.ord_2]
only: [ord_0, mshop.ord_1, {schema: mshop, table: ord_2}]
key: [uid]
noKey: skip
columns:
  exclude: [secret]
  rename: {mobile: mobile1}
  set: {site: "'sh'", total: row.price * row.qty, version: 2}
where: row.status != 'draft'
delete: {mark: del_flag, value: 1, alive: 0, history: otter.deleted_rows}
ddl: hold`;

test('a mapping with everything is read, and what is written of it reads the same', () => {
  const text = `${mapping(FULL)}policies: {ddl: apply, databaseDdl: hold}\n`;
  const { documents, problems } = parseChannelDocuments(text, 'shop.yaml', SITES);
  assert.deepEqual(problems, []);
  assert.equal(documents[0]?.pipelines[0]?.mappings[0]?.columns?.set?.version, '2');
  const again = documents.map((document) => stringify(writtenDocument(document))).join('---\n');
  assert.match(again, /history: otter\.deleted_rows/);
  assert.deepEqual(parseChannelDocuments(again, '', SITES).documents, documents);
});

test('what is wrong in a mapping is told with line, path and remedy', () => {
  const wrong = (from: string, to: string): string[] => lines(mapping(FULL.replace(from, to)));
  assert.deepEqual(wrong('row.price * row.qty', 'price * row.qty'), [
    `shop.yaml:25:38: pipelines[0].mappings[0].columns.set.total: the expression cannot be used: the name price is not known; a column is row.price, a text stands in quotes: 'price' (at "price"); mend the expression; docs/channels.md shows what may stand in it`,
  ]);
  assert.match(
    wrong("row.status != 'draft'", 'row.status !=').join(),
    /:26:\d+: .*\.where: the expression cannot be used/,
  );
  assert.match(
    wrong('exclude: [secret]', 'exclude: [secret]\n  include: [uid]').join(),
    /gives both include and exclude/,
  );
  assert.match(
    wrong('[secret]', '[uid]').join(),
    /key\[0\]: the column uid is a key and does not arrive: columns.exclude names it/,
  );
  assert.match(wrong('[secret]', '[mobile]').join(), /rename\.mobile: the column mobile is renamed and left out/);
  assert.match(wrong('mobile: mobile1', 'mobile: site').join(), /the column site of the target is filled twice/);
  assert.match(
    wrong('mark: del_flag', 'mark: site').join(),
    /delete\.mark: the column site .* by set and by delete\.mark/,
  );
  assert.match(wrong('alive: 0', 'alive: 1').join(), /both have 1; give value and alive two values/);
  assert.match(wrong('otter.deleted_rows', 'otter.*').join(), /delete\.history: the table "\*" is a pattern/);
  assert.match(wrong('ord_2]', 'ord_(]').join() + wrong('[mshop.ord_2]', '[mshop./(/]').join(), /INVALID|not a valid/);
  assert.match(wrong('noKey: skip', 'noKey: skp').join(), /noKey: .*did you mean "skip"\?/);
  assert.match(wrong('ddl: hold', 'ddl: never').join(), /ddl: .*apply or ignore or hold/);
  assert.match(wrong('columns:', 'colums:').join(), /did you mean "columns"\?/);
  assert.match(wrong('exclude: [secret]', 'exlude: [secret]').join(), /did you mean "exclude"\?/);
  assert.match(wrong('[ord_0,', '[ord_9,').join(), /only\[0\]: ord_9 is not meant by from/);
  assert.match(wrong('[ord_0,', '["ord_*",').join(), /only\[0\]: "ord_\*" is a pattern, and the list holds names/);
  assert.match(
    wrong('only: [ord_0, mshop.ord_1, {schema: mshop, table: ord_2}]', 'only: {file: tables.txt}').join(),
    /only: .*`lutra apply`/,
  );
  assert.match(wrong('to: otter.ord', 'to: "otter.new_[0-7]"').join(), /give both ranges as many numbers/);
  assert.match(wrong('to: otter.ord', 'to: "otter.new_[0-3]_*"').join(), /no pattern that it could stand for/);
});

test('a second mapping may take what the first leaves out, and may not repeat what it takes', () => {
  const second = (from: string): string[] =>
    codes(`${mapping('from: mshop.*\nto: otter.*\nexclude: [mshop.poison]')}      - {from: ${from}, to: otter.x}\n`);
  assert.deepEqual(second('mshop.poison'), []);
  assert.deepEqual(second('mshop.orders'), ['DUPLICATE_MAPPING']);
});
