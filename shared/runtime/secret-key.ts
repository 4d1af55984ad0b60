import { hkdfSync } from 'node:crypto';
import { readFileSync } from 'node:fs';

const MIN_LENGTH = 32;

/** Reads LUTRA_SECRET_KEY, or the file of LUTRA_SECRET_KEY_FILE; undefined when neither is set. What is wrong is added to `faults`, never the key itself. */
export function readSecretKey(env: Readonly<Record<string, string | undefined>>, faults: string[]): string | undefined {
  const { LUTRA_SECRET_KEY: given = '', LUTRA_SECRET_KEY_FILE: file = '' } = env;
  if (given === '' && file === '') return undefined;
  const name = given === '' ? 'LUTRA_SECRET_KEY_FILE' : 'LUTRA_SECRET_KEY';
  const key = given === '' ? readKeyFile(file) : given;
  if (key === undefined) faults.push(`LUTRA_SECRET_KEY_FILE names ${file}, which cannot be read`);
  else if (key.length >= MIN_LENGTH) return key;
  else faults.push(`${name} is too short: give at least ${MIN_LENGTH} random characters (openssl rand -base64 32)`);
  return undefined;
}

/** 32 bytes for one purpose; keys of two purposes tell nothing about each other. */
export function deriveKey(secretKey: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secretKey, '', `lutra ${purpose}`, 32));
}

function readKeyFile(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return undefined;
  }
}
