import { readFileSync } from 'node:fs';
import type { Secret } from '../model/channel.ts';
import { ReplicationError } from './errors.ts';
import { openSecret } from './secret-box.ts';
import { readSecretKey } from './secret-key.ts';

/**
 * The secret that a document gives: from this process's environment, from a file (its last line break is dropped), decrypted with this process's
 * key, or as it stands in a document that is not stored. Errors: SECRET_MISSING naming the variable or file, SECRET_UNREADABLE; never the secret itself.
 */
export function readSecret(secret: Secret, usedBy: string): string {
  if ('value' in secret) return secret.value;
  if ('encrypted' in secret) return openSecret(readSecretKey(process.env, []), secret.encrypted, usedBy);
  return readReference(secret, `the password of ${usedBy}`);
}

/** Reads a variable or a file; `what` begins the sentence of the error. Errors: SECRET_MISSING. */
export function readReference(reference: { env: string } | { file: string }, what: string): string {
  if ('env' in reference) {
    const text = process.env[reference.env];
    if (text !== undefined) return text;
    throw new ReplicationError(
      'SECRET_MISSING',
      `${what} is expected in the environment variable ${reference.env}, which is not set`,
      `set ${reference.env} for this process and restart it, or refer to a file: {file: PATH}`,
    );
  }
  try {
    return readFileSync(reference.file, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    throw new ReplicationError(
      'SECRET_MISSING',
      `${what} is expected in the file ${reference.file}, which cannot be read`,
      `create ${reference.file} and let the user of this process read it`,
      error,
    );
  }
}
