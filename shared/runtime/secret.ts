import { readFileSync } from 'node:fs';
import { ReplicationError } from './errors.ts';

/**
 * Reads the secret that a document refers to, from this process's environment or a file (its last line break is dropped).
 * Errors: SECRET_MISSING naming the variable or file, never its content.
 */
export function readSecret(secret: { env: string } | { file: string }, usedBy: string): string {
  if ('env' in secret) {
    const text = process.env[secret.env];
    if (text !== undefined) return text;
    throw new ReplicationError(
      'SECRET_MISSING',
      `the password of ${usedBy} is expected in the environment variable ${secret.env}, which is not set`,
      `set ${secret.env} for this process and restart it, or refer to a file: {file: PATH}`,
    );
  }
  try {
    return readFileSync(secret.file, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    throw new ReplicationError(
      'SECRET_MISSING',
      `the password of ${usedBy} is expected in the file ${secret.file}, which cannot be read`,
      `create ${secret.file} and let the user of this process read it`,
      error,
    );
  }
}
