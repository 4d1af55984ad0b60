import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readConfig } from '../../../services/admin-api/config.ts';

const GOOD = { LUTRA_SITE: 'sh', LUTRA_KAFKA: 'a:9092', LUTRA_SITES: '{"sh":{"kafka":"a:9092"}}' };

test('A8: broker lists are read with or without trailing ;', () => {
  for (const brokers of ['a:9092,b:9092', 'a:9092;b:9092;', ' a:9092 , b:9092,']) {
    assert.deepEqual(readConfig({ ...GOOD, LUTRA_KAFKA: brokers }).brokers, ['a:9092', 'b:9092'], brokers);
  }
});

test('A4: only the port has to be changed to change the port', () => {
  assert.equal(readConfig(GOOD).httpPort, 21080);
  assert.equal(readConfig({ ...GOOD, LUTRA_HTTP_PORT: '8080' }).httpPort, 8080);
});

test('all wrong settings are named at once, with what is allowed', () => {
  assert.throws(
    () => readConfig({ LUTRA_KAFKA: 'nohost', LUTRA_SITES: '{', LUTRA_HTTP_PORT: '99999', LUTRA_LOG_LEVEL: 'loud' }),
    ({ code, message }: { code: string; message: string }) => {
      assert.equal(code, 'SETTING_INVALID');
      for (const name of ['LUTRA_SITE ', 'LUTRA_KAFKA', 'LUTRA_SITES', 'LUTRA_HTTP_PORT', 'LUTRA_LOG_LEVEL'])
        assert.ok(message.includes(name), name);
      return true;
    },
  );
});
