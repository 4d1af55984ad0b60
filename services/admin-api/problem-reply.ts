import { STATUS_CODES } from 'node:http';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { ReplicationError } from '../../shared/runtime/errors.ts';
import type { Logger } from '../../shared/runtime/log.ts';
import { ApiError, fromReplicationError } from './api-error.ts';

/** Every refusal and failure leaves as application/problem+json; what nobody named is a 500 without inner details. */
export function answerError(log: Logger) {
  return (error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply =>
    answerProblem(reply, nameError(log, error, request));
}

/** Any thrown thing as what is answered; what is our failure goes to the log. Queries may hold secrets and are not logged. */
export function nameError(log: Logger, error: unknown, { method, url }: FastifyRequest): ApiError {
  const named = named500(error);
  if (named.status >= 500 && named.status !== 503)
    log.error({ err: error, method, url: url.split('?')[0] }, 'a request failed');
  return named;
}

export function answerUnknownRoute(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const path = request.url.split('?')[0] ?? '';
  return answerProblem(
    reply,
    new ApiError(
      404,
      'ROUTE_UNKNOWN',
      `there is no ${request.method} ${path.slice(0, 200)}`,
      'the routes are listed in /api/v1/openapi.json',
    ),
  );
}

export function answerProblem(reply: FastifyReply, error: ApiError): FastifyReply {
  if (error.status === 503) reply.header('retry-after', '2');
  return reply
    .code(error.status)
    .headers(error.headers)
    .type('application/problem+json; charset=utf-8')
    .serializer(JSON.stringify)
    .send({
      type: `urn:lutra:problem:${error.code.toLowerCase().replaceAll('_', '-')}`,
      title: STATUS_CODES[error.status] ?? 'Error',
      status: error.status,
      code: error.code,
      detail: error.message,
      remedy: error.remedy,
      problems: error.problems,
    });
}

function named500(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof ReplicationError) return fromReplicationError(error);
  if (hasZodFastifySchemaValidationErrors(error)) return invalidRequest(error);
  return (
    fastifyRefusal(error) ??
    new ApiError(500, 'UNEXPECTED', 'the request failed unexpectedly', 'look at the log of the admin API')
  );
}

function invalidRequest(error: {
  validation: readonly { instancePath: string; message?: string }[];
  validationContext?: unknown;
}): ApiError {
  const problems = error.validation.map(({ instancePath, message }) => ({
    path: `${String(error.validationContext)}${instancePath.replaceAll('/', '.')}`,
    code: 'INVALID_VALUE',
    message: message ?? 'not a valid value',
    remedy: 'see /api/v1/openapi.json',
  }));
  const detail = problems.map((problem) => `${problem.path}: ${problem.message}`).join('; ');
  return new ApiError(
    400,
    'REQUEST_INVALID',
    `the request is not right: ${detail}`,
    'mend the request; /api/v1/openapi.json describes it',
    problems,
  );
}

/** What fastify itself refuses: too large, wrong content type, broken URL. */
function fastifyRefusal(error: unknown): ApiError | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code = '', statusCode = 500 } = error as FastifyError;
  const known = REFUSALS[code];
  if (known !== undefined) return new ApiError(statusCode, ...known);
  if (statusCode < 400 || statusCode >= 500) return undefined;
  return new ApiError(
    statusCode,
    'REQUEST_INVALID',
    'the request cannot be read',
    'mend the request; /api/v1/openapi.json describes it',
  );
}

const CSRF_REFUSAL: [code: string, detail: string, remedy: string] = [
  'CSRF_TOKEN_WRONG',
  'the request comes with a session but without its token against forged requests',
  'send csrfToken of GET /api/v1/session as the header x-lutra-csrf',
];

const REFUSALS: Readonly<Record<string, [code: string, detail: string, remedy: string]>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: [
    'BODY_TOO_LARGE',
    'the body is larger than 1 MiB',
    'send the channels in several requests',
  ],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [
    'CONTENT_TYPE_UNKNOWN',
    'the content type is not one that can be read here',
    'send the document as application/json or application/yaml',
  ],
  FST_CSRF_MISSING_SECRET: CSRF_REFUSAL,
  FST_CSRF_INVALID_TOKEN: CSRF_REFUSAL,
  FST_ERR_CTP_EMPTY_JSON_BODY: ['BODY_MISSING', 'the body is empty', 'send a channel document'],
};
