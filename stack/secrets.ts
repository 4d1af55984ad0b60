import { randomBytes } from 'node:crypto';

/** Secrets of one stack, made with it. */
export type StackAccess = {
  readonly user: string;
  readonly password: string;
  readonly setupToken: string;
  readonly secretKey: string;
};

export function newStackAccess(): StackAccess {
  const random = (bytes: number): string => randomBytes(bytes).toString('base64url');
  return { user: 'admin', password: random(12), setupToken: random(24), secretKey: random(32) };
}
