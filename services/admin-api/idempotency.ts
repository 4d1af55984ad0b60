import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import * as z from 'zod';
import { ApiError } from './api-error.ts';
import type { App } from './server.ts';

const KEPT_MS = 24 * 3_600_000;
const MOST = 10_000;
const LARGEST_BYTES = 1 << 20;

type Answer = { readonly status: number; readonly type: string; readonly body: string };
type Attempt = {
  readonly at: number;
  readonly fingerprint: string;
  readonly answer: Promise<Answer | undefined>;
  readonly settle: (answer: Answer | undefined) => void;
};

declare module 'fastify' {
  interface FastifyRequest {
    /** What this request is remembered by, when it bears an idempotency key. */
    attemptKey: string | undefined;
  }
}

const keyHeader = {
  'idempotency-key': z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe('The same request with the same key within 24 hours is carried out once and answered alike.'),
};

/**
 * Routes of the scope that are declared behind it take an idempotency key with POST. A good answer is kept for 24 hours, in memory, and is given again to the same
 * caller; a second request waits for the first. Refusals and failures are not kept: they have done nothing, and are judged anew.
 * Errors: ApiError 422 for a key that came with another request.
 */
export function idempotency(app: App): void {
  const attempts = new Map<string, Attempt>();
  app.decorateRequest('attemptKey', undefined);
  app.addHook('onRoute', (route) => {
    if (route.method !== 'POST' || route.schema === undefined) return;
    const { headers } = route.schema;
    route.schema.headers =
      headers instanceof z.ZodObject ? headers.extend(keyHeader).loose() : z.looseObject(keyHeader);
  });
  app.addHook('preHandler', async (request, reply) => {
    const key = request.method === 'POST' ? request.headers['idempotency-key'] : undefined;
    if (typeof key !== 'string') return undefined;
    return begin(attempts, key, request, reply);
  });
  app.addHook('onSend', async (request, reply, payload) => {
    const attempt = attemptOf(attempts, request);
    const isGood = reply.statusCode < 300 && typeof payload === 'string' && payload.length <= LARGEST_BYTES;
    if (attempt === undefined || !isGood) return payload;
    attempt.settle({ status: reply.statusCode, type: String(reply.getHeader('content-type')), body: payload });
    request.attemptKey = undefined;
    return payload;
  });
  app.addHook('onResponse', async (request) => {
    const attempt = attemptOf(attempts, request);
    if (attempt === undefined || request.attemptKey === undefined) return;
    attempts.delete(request.attemptKey);
    attempt.settle(undefined);
  });
}

async function begin(
  attempts: Map<string, Attempt>,
  key: string,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply | undefined> {
  const name = JSON.stringify([request.caller?.name, request.method, request.url, key]);
  const fingerprint = createHash('sha256')
    .update(typeof request.body === 'string' ? request.body : '')
    .digest('base64');
  for (let before = attempts.get(name); before !== undefined && isFresh(before); before = attempts.get(name)) {
    if (before.fingerprint !== fingerprint) throw otherRequest(key);
    const answer = await before.answer;
    if (answer !== undefined) {
      const { status, type, body } = answer;
      return reply.code(status).type(type).header('idempotency-replayed', 'true').serializer(String).send(body);
    }
  }
  const { promise, resolve } = Promise.withResolvers<Answer | undefined>();
  attempts.delete(name);
  attempts.set(name, { at: Date.now(), fingerprint, answer: promise, settle: resolve });
  request.attemptKey = name;
  forgetOld(attempts);
  return undefined;
}

function attemptOf(attempts: ReadonlyMap<string, Attempt>, { attemptKey }: FastifyRequest): Attempt | undefined {
  return attemptKey === undefined ? undefined : attempts.get(attemptKey);
}

function isFresh({ at }: Attempt): boolean {
  return Date.now() - at < KEPT_MS;
}

/** The oldest stand first. */
function forgetOld(attempts: Map<string, Attempt>): void {
  for (const [name, attempt] of attempts) {
    if (attempts.size <= MOST && isFresh(attempt)) return;
    attempts.delete(name);
  }
}

function otherRequest(key: string): ApiError {
  return new ApiError(
    422,
    'IDEMPOTENCY_KEY_REUSED',
    `the idempotency key ${key.slice(0, 40)} came with another request before`,
    'send a new key with every new request, and the same one only to repeat it',
  );
}
