import { randomBytes } from 'node:crypto';
import { fastifyCookie } from '@fastify/cookie';
import { fastifyCsrfProtection } from '@fastify/csrf-protection';
import { fastifyHelmet } from '@fastify/helmet';
import { fastifySecureSession } from '@fastify/secure-session';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { deriveKey } from '../../../shared/runtime/secret-key.ts';
import type { AdminConfig } from '../config.ts';
import type { App } from '../server.ts';
import type { AccessStore } from './access-store.ts';
import { identify, SESSION_LENGTH_S } from './caller.ts';
import { forbidden, notLoggedIn, passwordChangeNeeded } from './refusals.ts';
import { hasRole, type RouteRole } from './role.ts';

/** A route as it was declared. */
export type GuardedRoute = { readonly method: string; readonly url: string; readonly role: RouteRole };

declare module 'fastify' {
  interface FastifyInstance {
    readonly routesWithRoles: readonly GuardedRoute[];
  }
  interface FastifyContextConfig {
    role: RouteRole;
    /** Also for a user who has to change the password first. */
    isBeforePasswordChange?: boolean;
  }
}

/** Behind a proxy that ends TLS this header is the proxy's. */
const HSTS_S = 180 * 24 * 3600;
/** From the log-in page to the provider and back. */
const PROVIDER_LOGIN_S = 600;
const READS = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Stands before every route: knows the caller by cookie or bearer token, and lets only those through who have the role that the route declares. A route
 * without a role does not boot. Requests that change something and come with a cookie need the token against forged requests.
 */
export async function guard(app: App, config: AdminConfig, access: AccessStore): Promise<void> {
  await app.register(fastifyHelmet, {
    ...HEADERS,
    strictTransportSecurity: config.tls === undefined ? false : { maxAge: HSTS_S, includeSubDomains: false },
  });
  await app.register(fastifyCookie);
  const key = (purpose: string): Buffer =>
    config.secretKey === undefined ? randomBytes(32) : deriveKey(config.secretKey, purpose);
  await app.register(fastifySecureSession, [
    {
      key: key('sessions'),
      sessionName: 'session',
      cookieName: 'lutra_session',
      expiry: SESSION_LENGTH_S,
      cookie: { path: '/', httpOnly: true, sameSite: 'strict', secure: 'auto', maxAge: SESSION_LENGTH_S },
    },
    {
      key: key('provider log-ins'),
      sessionName: 'oidcLogin',
      cookieName: 'lutra_oidc',
      expiry: PROVIDER_LOGIN_S,
      cookie: { path: '/api/v1/oidc', httpOnly: true, sameSite: 'lax', secure: 'auto', maxAge: PROVIDER_LOGIN_S },
    },
  ]);
  await app.register(fastifyCsrfProtection, {
    sessionPlugin: '@fastify/secure-session',
    getToken: ({ headers }) => String(headers['x-lutra-csrf'] ?? ''),
  });
  app.decorateRequest('caller', undefined);
  const routes: GuardedRoute[] = [];
  app.decorate('routesWithRoles', routes);
  app.addHook('onRoute', ({ method, url, config: own }) => {
    if (own?.role === undefined) throw new Error(`the route ${method} ${url} declares no role`);
    for (const each of [method].flat()) routes.push({ method: each, url, role: own.role });
  });
  app.addHook('onRequest', async (request, reply) => {
    if (request.is404) return;
    reply.header('cache-control', 'no-store');
    admit(request, access);
    if (request.caller?.via === 'session' && isChange(request)) await expectCsrfToken(app, request, reply);
  });
}

function admit(request: FastifyRequest, access: AccessStore): void {
  const { role, isBeforePasswordChange } = request.routeOptions.config;
  const isPublic = role === 'public';
  if (isPublic && access.trouble !== undefined) return;
  request.caller = identify(request, access.book);
  if (isPublic) return;
  if (request.caller === undefined) throw notLoggedIn(access.book);
  if (request.caller.mustChangePassword && isBeforePasswordChange !== true) throw passwordChangeNeeded();
  if (!hasRole(request.caller.role, role)) throw forbidden(request.caller.role, role);
}

/** A public route acts for nobody, so nobody's cookie can be abused. */
function isChange({ method, routeOptions }: FastifyRequest): boolean {
  return !READS.has(method) && routeOptions.config.role !== 'public';
}

function expectCsrfToken(app: App, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  return new Promise((resolve) => app.csrfProtection(request, reply, resolve));
}

/** The console is all of one origin; its answers are for no other page. */
const HEADERS = {
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'self'"],
      imgSrc: ["'self'", 'data:'],
      objectSrc: ["'none'"],
      baseUri: ["'none'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
    },
  },
  referrerPolicy: { policy: 'no-referrer' as const },
  frameguard: { action: 'deny' as const },
};
