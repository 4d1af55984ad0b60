import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { mergeConfig, parsePort } from '../../../stack/config.ts';
import { isAlive, livingPid, writePidFile } from '../../../stack/pid-file.ts';
import { mirrorProperties } from '../../../stack/processes/mirror.ts';

const dir = mkdtempSync(join(tmpdir(), 'lutra-config-'));
after(() => rmSync(dir, { recursive: true }));

test('what is not asked for comes from the stack that is there', () => {
  const first = mergeConfig({ dir, port: 25000, databases: 'order=mysql', kafka: '3.9.2' }, undefined);
  assert.deepEqual(mergeConfig({ dir }, first), first);
  assert.equal(mergeConfig({ dir, port: 26000 }, first).basePort, 26000);
});

test('a change that the data does not allow is refused with the remedy', () => {
  const existing = mergeConfig({ dir, kafka: '3.9.2', databases: 'order=mysql' }, undefined);
  for (const name of ['kafka-sh', 'order']) mkdirSync(join(dir, 'data', name), { recursive: true });
  assert.throws(() => mergeConfig({ dir, kafka: '4.3.0' }, existing), /hold data of Kafka 3.9.2.* reset this stack/);
  assert.throws(
    () => mergeConfig({ dir, databases: 'order=mariadb' }, existing),
    /order .* is mysql, so it cannot become mariadb/,
  );
  assert.throws(() => mergeConfig({ dir, kafka: '2.0' }, existing), /Kafka 2.0 is not known .* 4.3.0, 3.9.2/);
});

test('a base port that is none is refused by the name of its setting', () => {
  assert.equal(parsePort('0', '--port'), 0);
  for (const text of ['x', '80', '65500', '1.5'])
    assert.throws(() => parsePort(text, '--port'), /^StackError: --port is ".*", which is no base port/);
});

test('a pid file means one process and no later one with its number', () => {
  writePidFile(dir, 'me', process.pid);
  assert.equal(livingPid(dir, 'me'), process.pid);
  writePidFile(dir, 'gone', 4194305);
  assert.equal(livingPid(dir, 'gone'), undefined);
  assert.equal(isAlive(4194305), false);
});

test('the two mirrors copy topics that do not meet; only the control site sends channels', () => {
  const brokers = { origin: 'a:1', target: 'b:1' };
  const toUs = new RegExp(`^(${mirrorProperties('sh', 'us', brokers)['sh->us.topics']})$`);
  const toSh = new RegExp(`^(${mirrorProperties('us', 'sh', brokers)['us->sh.topics']})$`);
  assert.ok(toUs.test('lutra.channels') && !toSh.test('lutra.channels'));
  assert.ok(toUs.test('lutra.rows.sh.order') && !toSh.test('lutra.rows.sh.order'));
  assert.ok(toSh.test('lutra.status.us') && !toUs.test('lutra.status.us'));
});
