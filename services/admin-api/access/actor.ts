import type { FastifyRequest } from 'fastify';
import { callerOf } from './caller.ts';

/** Who asks, for history and audit. */
export function actorOf(request: FastifyRequest): string {
  return callerOf(request).name;
}
