import type { FastifyReply, FastifyRequest } from 'fastify';
import * as z from 'zod';
import type { UserRecord } from '../access/access-record.ts';
import { type Caller, callerOf } from '../access/caller.ts';
import type { LoginLimits } from '../access/login-limits.ts';
import { isPassword } from '../access/password.ts';
import { notLoggedIn, wrongPassword } from '../access/refusals.ts';
import { choosePassword, createUser, refuseProviderUser } from '../access/user-edit.ts';
import { ApiError } from '../api-error.ts';
import {
  loginRequestSchema,
  passwordChangeSchema,
  type SessionView,
  sessionViewSchema,
  setupRequestSchema,
} from '../schemas/access.ts';
import type { AdminParts, App } from '../server.ts';
import { readJson } from './lookup.ts';
import { answers } from './route-schemas.ts';

/** Set-up, log-in, log-out, and who one is. */
export function sessionRoutes(app: App, { access, audit, setup }: AdminParts, limits: LoginLimits): void {
  app.get(
    '/api/v1/session',
    {
      config: { role: 'public' },
      schema: {
        tags: ['access'],
        summary: 'Who makes the request',
        response: answers({ 200: sessionViewSchema }, 401),
      },
    },
    async (request, reply) => {
      if (request.caller === undefined) throw notLoggedIn(access.book);
      return sessionView(request.caller, reply);
    },
  );

  app.post(
    '/api/v1/setup',
    {
      config: { role: 'public' },
      schema: {
        tags: ['access'],
        summary: 'Make the first user, an admin, and log in',
        consumes: ['application/json'],
        body: setupRequestSchema,
        response: answers({ 201: sessionViewSchema }, 401, 409, 422, 429),
      },
    },
    async (request, reply) => {
      expectJson(request);
      const { token, name, password } = readJson(setupRequestSchema, request.body);
      const isRight = await limits.attempt(request.ip, '', async () => (setup.isRight(token) ? true : undefined));
      if (isRight === undefined) throw wrongSetupToken();
      const user = await createUser(
        access,
        { name, role: 'admin', password, mustChangePassword: false },
        { audit, by: name },
        (book) => {
          if (book.users.length > 0) throw setupDone();
        },
      );
      return reply.code(201).send(beginSession(user, request, reply));
    },
  );

  app.post(
    '/api/v1/session',
    {
      config: { role: 'public' },
      schema: {
        tags: ['access'],
        summary: 'Log in',
        consumes: ['application/json'],
        body: loginRequestSchema,
        response: answers({ 200: sessionViewSchema }, 401, 422, 429),
      },
    },
    async (request, reply) => {
      expectJson(request);
      const { name, password } = readJson(loginRequestSchema, request.body);
      const { book } = access;
      if (book.users.length === 0) throw notLoggedIn(book);
      const user = await limits.attempt(request.ip, name.toLowerCase(), async () => {
        const found = book.user(name.toLowerCase());
        const fits = await isPassword(found?.isDisabled === true ? undefined : found?.passwordHash, password);
        return fits ? found : undefined;
      });
      if (user === undefined) throw wrongPassword();
      return beginSession(user, request, reply);
    },
  );

  app.delete(
    '/api/v1/session',
    {
      config: { role: 'viewer', isBeforePasswordChange: true },
      schema: {
        tags: ['access'],
        summary: 'Log out',
        response: answers({ 204: z.undefined().describe('Logged out') }, 401),
      },
    },
    async (request, reply) => {
      request.session.delete();
      return reply.code(204).send();
    },
  );

  app.put(
    '/api/v1/session/password',
    {
      config: { role: 'viewer', isBeforePasswordChange: true },
      schema: {
        tags: ['access'],
        summary: 'Change the own password',
        description: 'Ends all other sessions of the user.',
        consumes: ['application/json'],
        body: passwordChangeSchema,
        response: answers({ 200: sessionViewSchema }, 401, 409, 422, 429),
      },
    },
    async (request, reply) => {
      const { current, next } = readJson(passwordChangeSchema, request.body);
      const caller = callerOf(request);
      const found = access.book.user(caller.name);
      if (found !== undefined) refuseProviderUser(found);
      const user = await limits.attempt(request.ip, caller.name, async () => {
        return (await isPassword(found?.passwordHash, current)) ? found : undefined;
      });
      if (user === undefined) throw wrongPassword();
      if (current === next) throw samePassword();
      const changed = await choosePassword(access, caller.name, next, { audit, by: caller.name });
      if (caller.via === 'session') return beginSession(changed, request, reply);
      return sessionView({ ...caller, mustChangePassword: false }, reply);
    },
  );
}

/** A new session under a new token against forged requests; what an older cookie held is gone. */
export function beginSession(user: UserRecord, request: FastifyRequest, reply: FastifyReply): SessionView {
  const { name, role, epoch, mustChangePassword } = user;
  request.session.regenerate();
  request.session.set('user', { name, epoch, issuedAt: Date.now() });
  return sessionView({ name, role, via: 'session', mustChangePassword }, reply);
}

function sessionView({ name, role, via, mustChangePassword }: Caller, reply: FastifyReply): SessionView {
  const csrf = via === 'session' ? { csrfToken: reply.generateCsrf() } : {};
  return { user: { name, role }, via, mustChangePassword, ...csrf };
}

/** A form of another site cannot send this type, so it cannot log its visitor in. */
function expectJson({ headers }: FastifyRequest): void {
  if (headers['content-type']?.startsWith('application/json')) return;
  throw new ApiError(415, 'CONTENT_TYPE_UNKNOWN', 'this is read as JSON only', 'send it as application/json');
}

function wrongSetupToken(): ApiError {
  return new ApiError(
    401,
    'SETUP_TOKEN_WRONG',
    'the set-up token is not the right one',
    'take it from the standard output of the admin API that was started last, or from LUTRA_SETUP_TOKEN',
  );
}

function setupDone(): ApiError {
  return new ApiError(
    409,
    'SETUP_DONE',
    'there are users already, so the set-up token is worth nothing',
    'log in, or let an admin make a user',
  );
}

function samePassword(): ApiError {
  return new ApiError(422, 'PASSWORD_SAME', 'the new password is the old one', 'choose another password');
}
