import type { FastifyReply, FastifyRequest } from 'fastify';
import * as z from 'zod';
import type { LoginLimits } from '../access/login-limits.ts';
import { nameIn, roleIn } from '../access/oidc-claims.ts';
import { OidcProvider, type PendingLogin, type ProviderLogin } from '../access/oidc-provider.ts';
import { nameMissing, notBegun, oidcOff, roleMissing } from '../access/oidc-refusals.ts';
import { admitProviderUser, type ProviderUser } from '../access/oidc-user.ts';
import { REFUSAL_PAGE_POLICY, refusalPage } from '../access/refusal-page.ts';
import { notLoggedIn } from '../access/refusals.ts';
import type { ApiError } from '../api-error.ts';
import { answerProblem, nameError } from '../problem-reply.ts';
import { loginProviderSchema } from '../schemas/access.ts';
import type { AdminParts, App } from '../server.ts';
import { answers } from './route-schemas.ts';
import { beginSession } from './session.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** A sealed cookie of ten minutes that comes back from the provider, unlike the session's, which no other site may send. */
    oidcLogin: { get(key: 'pending'): Pending | undefined; set(key: 'pending', value: Pending): void; delete(): void };
  }
}
type Pending = PendingLogin & { readonly to: string };

const PAGE = /^\/(?![/\\])[\w\-./?=&%~:,@+]*$/;

/** Log-in by a provider (OpenID Connect). Without one configured, the routes say so. */
export function oidcRoutes(app: App, parts: AdminParts, limits: LoginLimits): void {
  const { config, access, log } = parts;
  const provider = config.oidc === undefined ? undefined : new OidcProvider(config.oidc);
  const errorHandler = (error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply =>
    answerBrowser(nameError(log, error, request), request, reply);

  app.get(
    '/api/v1/oidc',
    {
      config: { role: 'public' },
      schema: {
        tags: ['access'],
        summary: 'Whether one can log in by a provider, and what it is called',
        response: answers({ 200: loginProviderSchema }),
      },
    },
    async () => (provider === undefined ? {} : { label: provider.settings.label }),
  );

  app.get(
    '/api/v1/oidc/login',
    {
      config: { role: 'public' },
      errorHandler,
      schema: {
        tags: ['access'],
        summary: 'Begin a log-in by the provider, in a browser',
        querystring: z.object({
          to: z.string().max(500).default('/').describe('Page of the console that is shown afterwards.'),
        }),
        response: answers({ 302: z.undefined().describe('To the provider') }, 401, 404, 503),
      },
    },
    async (request, reply) => {
      if (provider === undefined) throw oidcOff();
      if (access.book.users.length === 0) throw notLoggedIn(access.book);
      const { url, pending } = await provider.begin();
      const { to } = request.query;
      request.oidcLogin.set('pending', { ...pending, to: PAGE.test(to) ? to : '/' });
      return reply.redirect(url.href);
    },
  );

  app.get(
    '/api/v1/oidc/callback',
    {
      config: { role: 'public' },
      errorHandler,
      schema: {
        tags: ['access'],
        summary: 'Where the provider sends the browser back to',
        response: answers(
          { 302: z.undefined().describe('To the console, with a session') },
          401,
          403,
          404,
          409,
          429,
          502,
          503,
        ),
      },
    },
    async (request, reply) => {
      if (provider === undefined) throw oidcOff();
      const pending = request.oidcLogin.get('pending');
      if (pending === undefined) throw notBegun();
      request.oidcLogin.delete();
      const { search } = new URL(request.url, config.oidc?.publicUrl);
      const login = await limits.attempt(request.ip, `provider ${request.ip}`, () => provider.finish(search, pending));
      beginSession(await admitProviderUser(access, userOf(provider, login), parts.audit), request, reply);
      return reply.redirect(pending.to);
    },
  );
}

/** Errors: OIDC_CLAIM_MISSING, OIDC_ROLE_MISSING. */
function userOf({ settings }: OidcProvider, { issuer, subject, claims }: ProviderLogin): ProviderUser {
  const name = nameIn(claims, settings);
  if (name === undefined) throw nameMissing(settings);
  const role = roleIn(claims, settings);
  if (role === undefined) throw roleMissing(settings, name);
  return { issuer, subject, name, role };
}

/** A page for people, since no console is open; a problem for programs. */
function answerBrowser(refusal: ApiError, { headers }: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (!(headers.accept ?? '').includes('text/html')) return answerProblem(reply, refusal);
  return reply
    .code(refusal.status)
    .headers({ ...refusal.headers, 'content-security-policy': REFUSAL_PAGE_POLICY })
    .type('text/html; charset=utf-8')
    .serializer(String)
    .send(refusalPage(refusal));
}
