import * as z from 'zod';
import { callerOf } from '../access/caller.ts';
import { ApiError } from '../api-error.ts';
import { seek } from '../seek/seek.ts';
import { seekReplySchema, seekRequestSchema } from '../seek/seek-schemas.ts';
import type { AdminParts, App } from '../server.ts';
import { pipelineNamed, readBody } from './lookup.ts';
import { answers, pipelineParams } from './route-schemas.ts';

/** Moving a pipeline's position. */
export function seekRoutes(app: App, parts: AdminParts): void {
  app.post(
    '/api/v1/channels/:name/pipelines/:pipeline/position',
    {
      config: { role: 'operator' },
      schema: {
        tags: ['channels'],
        summary: "Move a paused pipeline's position",
        description:
          'Answers what lies between the two places. With dryRun nothing is moved. A place inside a transaction is moved to its beginning.',
        consumes: ['application/json'],
        params: pipelineParams,
        body: z
          .any()
          .describe(
            '{to: {offset, partition?} | {shiftBy, partition?} | {transactions} | {time} | {gtid} | {file, position}, only?, dryRun?}',
          ),
        response: answers({ 200: seekReplySchema }, 404, 409, 422),
      },
    },
    async (request) => {
      const { channel, pipeline } = pipelineNamed(parts, request.params);
      const move = readBody(seekRequestSchema, request.body, invalid);
      return seek(parts, channel, pipeline, { ...move, by: callerOf(request).name });
    },
  );
}

function invalid(why: string): ApiError {
  return new ApiError(
    422,
    'POSITION_INVALID',
    `the request cannot be read: ${why}`,
    'send {"to": {"offset": "5433"} | {"shiftBy": 1} | {"transactions": 1} | {"time": "2026-11-21T09:00:00Z"} | {"gtid": "…"} | {"file": "…", "position": 4}, "dryRun": true}',
  );
}
