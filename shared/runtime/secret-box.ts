import { createCipheriv, createDecipheriv, createHash, createHmac } from 'node:crypto';
import { ReplicationError } from './errors.ts';
import { deriveKey } from './secret-key.ts';

const ALGORITHM = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** Texts are filled up to a multiple of this, so that their length is not told. */
const BLOCK_BYTES = 32;
const SEALED = /^v1\.([0-9a-f]{8})\.([A-Za-z0-9_-]+)$/;

/**
 * Encrypts a secret: `v1.<id of the key>.<nonce, tag, ciphertext in base64url>`. The nonce is made of the text and `place` (what the secret is of): the
 * same secret of the same place gives the same text, so that an unchanged document is seen to be unchanged, and equal secrets of two places look different.
 */
export function sealSecret(secretKey: string, text: string, place: string): string {
  const nonce = createHmac('sha256', deriveKey(secretKey, 'secret nonces'))
    .update(JSON.stringify([place, text]))
    .digest()
    .subarray(0, NONCE_BYTES);
  const id = secretKeyId(secretKey);
  const cipher = createCipheriv(ALGORITHM, deriveKey(secretKey, 'secrets'), nonce).setAAD(Buffer.from(id));
  const ciphertext = Buffer.concat([cipher.update(filled(text)), cipher.final()]);
  return `v1.${id}.${Buffer.concat([nonce, cipher.getAuthTag(), ciphertext]).toString('base64url')}`;
}

/** Decrypts it. `usedBy`: `database order`. Errors: SECRET_MISSING without a key, SECRET_UNREADABLE with another one, or when the text is damaged. */
export function openSecret(secretKey: string | undefined, sealed: string, usedBy: string): string {
  const [, id = '', body = ''] = SEALED.exec(sealed) ?? [];
  if (secretKey === undefined) throw keyMissing(usedBy);
  if (id === '') throw unreadable(usedBy, 'is not a text that Lutra has encrypted');
  const own = secretKeyId(secretKey);
  if (id !== own) throw unreadable(usedBy, `was encrypted with the key ${id}, and the key here is ${own}`);
  const bytes = Buffer.from(body, 'base64url');
  try {
    const decipher = createDecipheriv(ALGORITHM, deriveKey(secretKey, 'secrets'), bytes.subarray(0, NONCE_BYTES), {
      authTagLength: TAG_BYTES,
    })
      .setAAD(Buffer.from(id))
      .setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
    const filledText = decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES));
    return Buffer.concat([filledText, decipher.final()]).toString('utf8').replace(/\0+$/, '');
  } catch {
    throw unreadable(usedBy, 'is damaged');
  }
}

/** Tells keys apart and tells nothing of them. */
export function secretKeyId(secretKey: string): string {
  return createHash('sha256').update(deriveKey(secretKey, 'key id')).digest('hex').slice(0, 8);
}

function filled(text: string): Buffer {
  const bytes = Buffer.from(text, 'utf8');
  return Buffer.concat([bytes, Buffer.alloc(BLOCK_BYTES - (bytes.length % BLOCK_BYTES))]);
}

function keyMissing(usedBy: string): ReplicationError {
  return new ReplicationError(
    'SECRET_MISSING',
    `the password of ${usedBy} is encrypted, and this process has no key`,
    'set LUTRA_SECRET_KEY or LUTRA_SECRET_KEY_FILE for this process, the same as for the admin API, and restart it',
  );
}

function unreadable(usedBy: string, why: string): ReplicationError {
  return new ReplicationError(
    'SECRET_UNREADABLE',
    `the password of ${usedBy} ${why}`,
    'give every process the LUTRA_SECRET_KEY that it was encrypted with, or apply the document again with {value: …}',
  );
}
