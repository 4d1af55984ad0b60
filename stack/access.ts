/** How to get at the admin API of a stack: its first user, and a token for programs. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ApiClient } from '../services/admin-api/cli/api-client.ts';
import { CliError } from '../services/admin-api/cli/cli-error.ts';
import { exchangeForToken, setUp, signIn } from '../services/admin-api/cli/sign-in.ts';
import { sessionViewSchema } from '../services/admin-api/schemas/access.ts';
import { writeAtomically } from './config.ts';
import { StackError } from './errors.ts';
import type { StackAccess } from './secrets.ts';

/** The admin token of the stack in `dir`. Throws when `stack up` has not made it. */
export function stackToken(dir: string): string {
  const file = tokenFile(dir);
  if (existsSync(file)) return readFileSync(file, 'utf8').trim();
  throw new StackError(`The stack in ${dir} has no token for its admin API; "npm run stack -- up" makes it.`);
}

/** Makes the first user when there is none, and a token in `<dir>/token` when the one that is there is not good. */
export async function ensureStackToken(dir: string, url: string, access: StackAccess): Promise<void> {
  if (existsSync(tokenFile(dir)) && (await isGood(url, stackToken(dir)))) return;
  writeAtomically(tokenFile(dir), `${await adminToken(url, access)}\n`, 0o600);
}

/** A new admin token; makes the first user when there is none. */
export async function adminToken(url: string, access: Omit<StackAccess, 'secretKey'>): Promise<string> {
  const client = new ApiClient(url, null);
  const { user: name, password, setupToken: token } = access;
  const session = await setUp(client, { token, name, password }).catch(async (error: unknown) => {
    if (error instanceof CliError) return signIn(client, { name, password });
    throw error;
  });
  return exchangeForToken(client, session, { name: 'stack', role: 'admin' });
}

async function isGood(url: string, token: string): Promise<boolean> {
  try {
    const { user } = await new ApiClient(url, token).json(sessionViewSchema, '/session');
    return user.role === 'admin';
  } catch {
    return false;
  }
}

function tokenFile(dir: string): string {
  return join(dir, 'token');
}
