import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** `lutra_<id>_<secret>`: the id finds the record, the secret proves it. */
const FORM = /^lutra_([0-9a-f]{12})_([A-Za-z0-9_-]{43})$/;

export type NewToken = { readonly id: string; readonly text: string; readonly secretHash: string };

/** A new token; its text is shown once and never kept. */
export function newApiToken(): NewToken {
  const id = randomBytes(6).toString('hex');
  const secret = randomBytes(32).toString('base64url');
  return { id, text: `lutra_${id}_${secret}`, secretHash: hashOf(secret).toString('hex') };
}

/** Reads `Bearer lutra_…`; undefined when it is none. */
export function readBearer(header: string | undefined): { readonly id: string; readonly secret: string } | undefined {
  const [, text = ''] = /^Bearer +(\S{1,200})$/i.exec(header ?? '') ?? [];
  const [, id, secret] = FORM.exec(text) ?? [];
  return id === undefined || secret === undefined ? undefined : { id, secret };
}

/** Compares in constant time. */
export function isTokenSecret(secretHash: string, secret: string): boolean {
  const known = Buffer.from(secretHash, 'hex');
  const given = hashOf(secret);
  return known.length === given.length && timingSafeEqual(known, given);
}

/** SHA-256 is enough for 256 random bits. */
function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
