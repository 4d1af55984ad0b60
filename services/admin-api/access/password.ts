import { hash, verify } from '@node-rs/argon2';

/** argon2id (19 MiB, 2 passes), PHC form. */
export function hashPassword(password: string): Promise<string> {
  return hash(password);
}

/** Of a password that nobody has: whoever is unknown, disabled or signs in elsewhere costs the same time as a wrong password. */
const NOBODYS = hash('a password that nobody has');

/** False also without a hash, after the same time. */
export async function isPassword(passwordHash: string | undefined, password: string): Promise<boolean> {
  const known = passwordHash === undefined || passwordHash === '' ? undefined : passwordHash;
  const fits = await verify(known ?? (await NOBODYS), password);
  return fits && known !== undefined;
}
