import * as z from 'zod';
import { type Channel, type Pipeline, pipelineUid } from '../../../shared/model/channel.ts';
import { ApiError, unknownChannel } from '../api-error.ts';
import { bodyText } from '../channel-edit.ts';
import type { AdminParts } from '../server.ts';

/** The channel of a path. Errors: ApiError 404. */
export function channelNamed({ channels }: AdminParts, { name }: { readonly name: string }): Channel {
  const channel = channels.all().get(name);
  if (channel === undefined) throw unknownChannel(name);
  return channel;
}

/** The pipeline of a path. Errors: ApiError 404. */
export function pipelineNamed(
  parts: AdminParts,
  params: { readonly name: string; readonly pipeline: string },
): { readonly channel: Channel; readonly pipeline: Pipeline; readonly uid: string } {
  const channel = channelNamed(parts, params);
  const pipeline = channel.pipelines.find(({ name }) => name === params.pipeline);
  if (pipeline !== undefined) return { channel, pipeline, uid: pipelineUid(channel, pipeline) };
  throw new ApiError(
    404,
    'PIPELINE_UNKNOWN',
    `the channel ${channel.name} has no pipeline ${params.pipeline}`,
    `it has: ${channel.pipelines.map(({ name }) => name).join(', ')}`,
  );
}

/** A JSON body. Errors: ApiError 422 that names the part, never its value. */
export function readJson<T>(schema: z.ZodType<T>, body: unknown): T {
  return readBody(
    schema,
    body,
    (why) => new ApiError(422, 'BODY_INVALID', `the body cannot be read: ${why}`, 'see /api/v1/openapi.json'),
  );
}

/** A JSON body. Errors: what `invalid` makes of the reason. */
export function readBody<T>(schema: z.ZodType<T>, body: unknown, invalid: (why: string) => ApiError): T {
  let content: unknown;
  try {
    content = JSON.parse(bodyText(body));
  } catch (error) {
    if (error instanceof ApiError) throw error;
    throw invalid('the body is not JSON');
  }
  const parsed = schema.safeParse(content);
  if (!parsed.success) throw invalid(z.prettifyError(parsed.error).replaceAll('\n', ' '));
  return parsed.data;
}
