import type { RouteRole } from './role.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Who may use the route. A route without it does not boot. */
    role?: RouteRole;
  }
}
