import type { FastifyRequest } from 'fastify';

/** Who asks, for history and audit. */
export function actorOf(_request: FastifyRequest): string {
  return 'api';
}
