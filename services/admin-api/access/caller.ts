import type { FastifyRequest } from 'fastify';
import type { AccessBook } from './access-book.ts';
import { isTokenSecret, readBearer } from './api-token.ts';
import { lesserRole, type Role } from './role.ts';

/** Who makes a request. */
export type Caller = {
  readonly name: string;
  readonly role: Role;
  readonly via: 'session' | 'token';
  readonly mustChangePassword: boolean;
  /** Of the token: its id, and when it ends, ms since the epoch. */
  readonly token?: { readonly id: string; readonly expiresAt?: number };
};

/** What the sealed cookie of a session holds. */
export type SessionContent = { readonly name: string; readonly epoch: number; readonly issuedAt: number };

export const SESSION_LENGTH_S = 12 * 3600;

declare module '@fastify/secure-session' {
  interface SessionData {
    user: SessionContent;
  }
}
declare module 'fastify' {
  interface FastifyRequest {
    caller: Caller | undefined;
  }
}

/** Who makes the request; undefined when nobody is known. A request with an authorization header is never taken for the cookie beside it. */
export function identify(request: FastifyRequest, book: AccessBook): Caller | undefined {
  const { authorization } = request.headers;
  return authorization === undefined ? bySession(request, book) : byToken(authorization, book);
}

/** The caller of a route that is not public. */
export function callerOf({ caller }: FastifyRequest): Caller {
  if (caller !== undefined) return caller;
  throw new Error('a route without a role asked who calls it');
}

function byToken(header: string, book: AccessBook): Caller | undefined {
  const bearer = readBearer(header);
  const token = bearer === undefined ? undefined : book.token(bearer.id);
  if (bearer === undefined || token === undefined || !isTokenSecret(token.secretHash, bearer.secret)) return undefined;
  const { id, expiresAt } = token;
  if (expiresAt !== undefined && expiresAt <= Date.now()) return undefined;
  const owner = book.user(token.owner);
  if (owner === undefined || owner.isDisabled || owner.createdAt > token.createdAt) return undefined;
  return {
    name: owner.name,
    role: lesserRole(owner.role, token.role),
    via: 'token',
    mustChangePassword: owner.mustChangePassword,
    token: { id, ...(expiresAt === undefined ? {} : { expiresAt }) },
  };
}

function bySession({ session }: FastifyRequest, book: AccessBook): Caller | undefined {
  const content = session.get('user');
  const user = content === undefined ? undefined : book.user(content.name);
  if (content === undefined || user === undefined) return undefined;
  const isOver = Date.now() - content.issuedAt > SESSION_LENGTH_S * 1000;
  if (isOver || user.isDisabled || user.epoch !== content.epoch) return undefined;
  return { name: user.name, role: user.role, via: 'session', mustChangePassword: user.mustChangePassword };
}
