import * as z from 'zod';
import type { TokenRecord } from '../access/access-record.ts';
import { newApiToken } from '../access/api-token.ts';
import { type Caller, callerOf } from '../access/caller.ts';
import { forbidden } from '../access/refusals.ts';
import { hasRole } from '../access/role.ts';
import { ApiError } from '../api-error.ts';
import { pageOf } from '../page.ts';
import { madeTokenSchema, newTokenSchema, type TokenView, tokenListSchema } from '../schemas/access.ts';
import type { AdminParts, App } from '../server.ts';
import { readJson } from './lookup.ts';
import { answers, pageQuery } from './route-schemas.ts';

const DAY_MS = 86_400_000;

/** API tokens: everybody has those of their own, admins see and end all. */
export function tokenRoutes(app: App, { access, audit }: AdminParts): void {
  app.get(
    '/api/v1/tokens',
    {
      config: { role: 'viewer' },
      schema: {
        tags: ['access'],
        summary: 'List API tokens',
        description: 'The own ones; for an admin those of all users.',
        querystring: z.object({ ...pageQuery, owner: z.string().max(63).optional() }),
        response: answers({ 200: tokenListSchema }),
      },
    },
    async (request) => {
      const { filter, owner } = request.query;
      const caller = callerOf(request);
      const found = access.book.tokens
        .filter((token) => mayHandle(caller, token) && (owner === undefined || token.owner === owner))
        .filter(({ name }) => filter === undefined || name.includes(filter));
      const { items, ...page } = pageOf(found, request.query, ({ id }) => id);
      return { ...page, items: items.map(tokenView) };
    },
  );

  app.post(
    '/api/v1/tokens',
    {
      config: { role: 'viewer' },
      schema: {
        tags: ['access'],
        summary: 'Make an API token of the own user',
        description:
          'It is shown this once. It can do no more than its maker, nor live longer than the token that made it.',
        consumes: ['application/json'],
        body: newTokenSchema,
        response: answers({ 201: madeTokenSchema }, 403, 422),
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const { name, role, expiresInDays } = readJson(newTokenSchema, request.body);
      if (!hasRole(caller.role, role)) throw forbidden(caller.role, role);
      const { id, text, secretHash } = newApiToken();
      const createdAt = Date.now();
      const expiresAt = expiry(caller, expiresInDays === undefined ? undefined : createdAt + expiresInDays * DAY_MS);
      const token: TokenRecord = { id, name, owner: caller.name, role, secretHash, createdAt, ...expiresAt };
      const what = `token ${id} made: ${name}`;
      const after = { role, ...(expiresAt.expiresAt === undefined ? {} : { expires: timeText(expiresAt.expiresAt) }) };
      const deed = { by: caller.name, action: 'token', subject: `token ${id}`, what, after } as const;
      await audit.record(deed, () => access.write([{ token }]));
      return reply.code(201).send({ ...tokenView(token), token: text });
    },
  );

  app.delete(
    '/api/v1/tokens/:id',
    {
      config: { role: 'viewer' },
      schema: {
        tags: ['access'],
        summary: 'End an API token',
        params: z.object({ id: z.string().min(1).max(63) }),
        response: answers({ 204: z.undefined().describe('Ended') }, 404),
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const token = access.book.token(id);
      if (token === undefined || !mayHandle(callerOf(request), token)) throw unknownToken(id);
      const what = `token ${id} of ${token.owner} ended: ${token.name}`;
      const deed = { by: callerOf(request).name, action: 'token', subject: `token ${id}`, what } as const;
      await audit.record(deed, () => access.write([{ deletedToken: id }]));
      return reply.code(204).send();
    },
  );
}

function timeText(at: number): string {
  return new Date(at).toISOString();
}

function mayHandle({ name, role }: Caller, { owner }: TokenRecord): boolean {
  return owner === name || role === 'admin';
}

/** The earlier of what is asked for and the end of the token by which it is asked. */
function expiry({ token }: Caller, asked: number | undefined): { expiresAt?: number } {
  const ends = [asked, token?.expiresAt].filter((end) => end !== undefined);
  return ends.length === 0 ? {} : { expiresAt: Math.min(...ends) };
}

function tokenView({ secretHash: _never, ...token }: TokenRecord): TokenView {
  return token;
}

function unknownToken(id: string): ApiError {
  return new ApiError(404, 'TOKEN_UNKNOWN', `there is no token ${id} of yours`, 'list them: lutra token list');
}
