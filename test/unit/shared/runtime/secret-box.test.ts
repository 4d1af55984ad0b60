import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import fc from 'fast-check';
import { ReplicationError } from '../../../../shared/runtime/errors.ts';
import { readSecret } from '../../../../shared/runtime/secret.ts';
import { openSecret, sealSecret, secretKeyId } from '../../../../shared/runtime/secret-box.ts';

const KEY = 'k'.repeat(32);
const OTHER = 'o'.repeat(32);

afterEach(() => {
  delete process.env.LUTRA_SECRET_KEY;
});

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof ReplicationError);
    assert.ok(!`${error.message} ${error.remedy}`.includes('hunter2'));
    return `${error.code} ${error.message}`;
  }
  return 'no error';
}

test('a secret is encrypted and decrypted to the letter, and its text tells neither it nor its length', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, maxLength: 100, unit: 'binary' }), (text) => {
      const clear = text.replaceAll('\0', '0').toWellFormed();
      const sealed = sealSecret(KEY, clear, 'order');
      assert.equal(openSecret(KEY, sealed, 'x'), clear);
      if (clear.length > 4) assert.ok(!sealed.includes(clear));
    }),
  );
  assert.equal(sealSecret(KEY, 'a', 'order').length, sealSecret(KEY, 'hunter2-hunter2', 'order').length);
});

test('the same secret of one database gives the same text, of another database or under another key another one', () => {
  const sealed = sealSecret(KEY, 'hunter2', 'order');
  assert.equal(sealSecret(KEY, 'hunter2', 'order'), sealed);
  const others = [
    sealSecret(KEY, 'hunter2', 'otter'),
    sealSecret(KEY, 'hunter3', 'order'),
    sealSecret(OTHER, 'hunter2', 'order'),
  ];
  assert.equal(new Set([sealed, ...others].map((text) => text.slice(0, 30))).size, 4);
});

test('without the key, with another one, or damaged anywhere, a secret is refused by name', () => {
  const sealed = sealSecret(KEY, 'hunter2', 'order');
  assert.match(
    codeOf(() => openSecret(undefined, sealed, 'database order')),
    /^SECRET_MISSING .*database order.*no key/,
  );
  const wrong = codeOf(() => openSecret(OTHER, sealed, 'database order'));
  assert.match(wrong, /^SECRET_UNREADABLE .*database order/);
  for (const key of [KEY, OTHER]) assert.ok(wrong.includes(secretKeyId(key)));
  for (const text of ['', 'hunter2', 'v1.00000000.', `${sealed}!`])
    assert.match(
      codeOf(() => openSecret(KEY, text, 'x')),
      /^SECRET_UNREADABLE/,
    );
  const begin = 'v1.12345678.'.length;
  for (let at = begin; at < sealed.length - 1; at++) {
    const damaged = `${sealed.slice(0, at)}${sealed[at] === 'A' ? 'B' : 'A'}${sealed.slice(at + 1)}`;
    assert.match(
      codeOf(() => openSecret(KEY, damaged, 'x')),
      /^SECRET_UNREADABLE .*damaged/,
    );
  }
  for (const length of [begin + 1, begin + 10, begin + 30])
    assert.match(
      codeOf(() => openSecret(KEY, sealed.slice(0, length), 'x')),
      /^SECRET_UNREADABLE/,
    );
});

test('a process reads encrypted secrets with the key of its environment', () => {
  const encrypted = sealSecret(KEY, 'hunter2', 'order');
  assert.match(
    codeOf(() => readSecret({ encrypted }, 'database order')),
    /^SECRET_MISSING/,
  );
  process.env.LUTRA_SECRET_KEY = KEY;
  assert.equal(readSecret({ encrypted }, 'database order'), 'hunter2');
});
