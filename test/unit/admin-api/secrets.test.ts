import assert from 'node:assert/strict';
import { test } from 'node:test';
import { secretSeal } from '../../../services/admin-api/secret-seal.ts';
import { parseChannelDocuments } from '../../../shared/model/channel-document.ts';
import { databaseDocumentSchema } from '../../../shared/model/database-document.ts';
import { writtenDocument } from '../../../shared/model/written-document.ts';
import { openSecret } from '../../../shared/runtime/secret-box.ts';

const KEY = 'k'.repeat(32);
const CLEAR = 'S3cret-hunter2';

function shop(password: string): string {
  return `apiVersion: lutra/v1
kind: Channel
name: shop
databases:
  order: {site: sh, hosts: [db1:3306], user: lutra, password: ${password}}
  otter: {site: us, hosts: [db2:3306], user: load, password: {env: LOAD}}
pipelines:
  - {name: orders, from: order, to: otter, mappings: [{from: a.*, to: b.*}]}
`;
}

function read(text: string, key: string | undefined = KEY, around: object = {}) {
  return parseChannelDocuments(text, 'shop.yaml', { channels: [], ...around, seal: secretSeal(key) });
}

test('a password that is written as a value is encrypted before anything else sees the document', () => {
  const { documents, problems } = read(shop(`{value: ${CLEAR}}`));
  assert.deepEqual(problems, []);
  const [document] = documents;
  assert.ok(document !== undefined && !JSON.stringify(documents).includes(CLEAR));
  const password = document.databases.order?.password ?? { env: '' };
  assert.ok('encrypted' in password);
  assert.equal(openSecret(KEY, password.encrypted, 'order'), CLEAR);
  const again = read(JSON.stringify(writtenDocument(document)));
  assert.deepEqual([again.documents, again.problems], [documents, []], 'what is exported is taken back as it is');
  assert.deepEqual(read(shop(`{value: ${CLEAR}}`)).documents, documents, 'the same value counts as unchanged');
});

test('a value without a key, and an encrypted one that this key does not open, are refused with their place', () => {
  for (const problems of [
    parseChannelDocuments(shop(`{value: ${CLEAR}}`), 'shop.yaml', { channels: [], seal: secretSeal(undefined) })
      .problems,
    read(shop('{encrypted: v1.00000000.AAAA}')).problems,
    read(shop(`{encrypted: ${CLEAR}}`)).problems,
  ]) {
    assert.equal(problems.length, 1);
    const [{ path, line, code, remedy } = { path: '', line: 0, code: '', remedy: '' }] = problems;
    assert.deepEqual([path, line], ['databases.order.password', 5]);
    assert.match(code, /^SECRET_(MISSING|UNREADABLE)$/);
    assert.match(remedy, /LUTRA_SECRET_KEY/);
    assert.ok(!JSON.stringify(problems).includes(CLEAR));
  }
});

test('two documents that give a database the same password agree, two others do not', () => {
  const text = (value: string): string =>
    `{apiVersion: lutra/v1, kind: Database, name: order, site: sh, hosts: "db1:3306", user: lutra, password: {value: ${value}}}`;
  const [stored] = read(text(CLEAR)).databases;
  const databases = [databaseDocumentSchema.parse(stored)];
  assert.deepEqual(read(shop(`{value: ${CLEAR}}`), KEY, { databases }).problems, []);
  const { problems } = read(shop('{value: another-one}'), KEY, { databases });
  assert.deepEqual(
    problems.map(({ code }) => code),
    ['DATABASE_DIFFERS'],
  );
  assert.deepEqual(read(`${text(CLEAR)}\n---\n${shop(`{value: ${CLEAR}}`)}`).problems, []);
});
