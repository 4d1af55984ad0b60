import type * as z from 'zod';
import { madeTokenSchema, type newTokenSchema, type SessionView, sessionViewSchema } from '../schemas/access.ts';
import type { ApiClient } from './api-client.ts';

/** A session of the admin API, for as long as it takes to make a token. */
export type OpenSession = { readonly view: SessionView; readonly headers: Readonly<Record<string, string>> };

/** Logs in, or makes the first user. Errors: CliError. */
export function signIn(
  client: ApiClient,
  body: { readonly name: string; readonly password: string },
): Promise<OpenSession> {
  return open(client, '/session', body);
}

export function setUp(
  client: ApiClient,
  body: { readonly token: string; readonly name: string; readonly password: string },
): Promise<OpenSession> {
  return open(client, '/setup', body);
}

/** Changes the password; the session goes on under a new cookie. Errors: CliError. */
export function changePassword(
  client: ApiClient,
  { headers }: OpenSession,
  body: { readonly current: string; readonly next: string },
): Promise<OpenSession> {
  return open(client, '/session/password', body, 'PUT', headers);
}

/** Makes an API token and ends the session. Resolves to the token's text. Errors: CliError. */
export async function exchangeForToken(
  client: ApiClient,
  { headers }: OpenSession,
  token: z.input<typeof newTokenSchema>,
): Promise<string> {
  const request = { method: 'POST', body: JSON.stringify(token), headers: { ...headers, ...JSON_TYPE } };
  const made = await client.json(madeTokenSchema, '/tokens', request);
  await client.text('/session', { method: 'DELETE', headers });
  return made.token;
}

const JSON_TYPE = { 'content-type': 'application/json' };

async function open(
  client: ApiClient,
  path: string,
  body: object,
  method = 'POST',
  own: Readonly<Record<string, string>> = {},
): Promise<OpenSession> {
  const answer = await client.send(path, { method, body: JSON.stringify(body), headers: { ...own, ...JSON_TYPE } });
  const view = client.read(sessionViewSchema, answer.text);
  const cookie = answer.headers
    .getSetCookie()
    .map((each) => each.split(';')[0])
    .join('; ');
  return { view, headers: { cookie, 'x-lutra-csrf': view.csrfToken ?? '' } };
}
