import * as z from 'zod';
import { roleSchema } from './role.ts';

/** Records of `lutra.users`: `user/<name>` and `token/<id>`. Neither holds a password or a token, only what proves one. */

export const userRecordSchema = z.object({
  name: z.string(),
  role: roleSchema,
  /** argon2id in PHC form; empty: enters by a log-in provider. */
  passwordHash: z.string(),
  /** The account at a log-in provider that this user is. */
  provider: z.object({ issuer: z.string(), subject: z.string() }).optional(),
  mustChangePassword: z.boolean(),
  isDisabled: z.boolean(),
  /** Sessions begun under another epoch are over. */
  epoch: z.number(),
  /** ms since the epoch */
  createdAt: z.number(),
});
export type UserRecord = z.infer<typeof userRecordSchema>;

export const tokenRecordSchema = z.object({
  id: z.string(),
  /** For people: what it is used for. */
  name: z.string(),
  /** The user for whom it stands; it may never do more than that user. */
  owner: z.string(),
  role: roleSchema,
  /** SHA-256 of its secret, hex. */
  secretHash: z.string(),
  createdAt: z.number(),
  expiresAt: z.number().optional(),
});
export type TokenRecord = z.infer<typeof tokenRecordSchema>;

export function userKey(name: string): string {
  return `user/${name}`;
}

export function tokenKey(id: string): string {
  return `token/${id}`;
}
