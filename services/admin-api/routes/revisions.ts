import { parse, stringify } from 'yaml';
import * as z from 'zod';
import type { Channel } from '../../../shared/model/channel.ts';
import { callerOf } from '../access/caller.ts';
import { ApiError } from '../api-error.ts';
import { applyDocuments, bodyText, planDocuments, readDocuments, requireRevision } from '../channel-edit.ts';
import { diffs } from '../document-diff.ts';
import { holds, numberKey, pageOf } from '../page.ts';
import type { RevisionRecord } from '../revision-book.ts';
import { writtenDocumentSchema } from '../schemas/channels.ts';
import {
  diffReplySchema,
  diffSchema,
  type RevisionView,
  revisionDocumentSchema,
  revisionListSchema,
  rollbackRequestSchema,
} from '../schemas/revisions.ts';
import type { AdminParts, App } from '../server.ts';
import { channelNamed, readBody } from './lookup.ts';
import { answers, FILE_LIMIT_BYTES, flag, ifMatchHeader, isOn, nameParams, pageQuery } from './route-schemas.ts';

/** What a change would change, what was changed, and the way back. */
export function revisionRoutes(app: App, parts: AdminParts): void {
  app.post(
    '/api/v1/diff',
    {
      config: { role: 'admin' },
      bodyLimit: FILE_LIMIT_BYTES,
      schema: {
        tags: ['channels'],
        summary: 'What applying documents would change',
        description: 'YAML or JSON, several documents divided by ---. Nothing is stored.',
        consumes: ['application/yaml', 'application/json'],
        querystring: z.object({ file: z.string().max(500).default('').describe('Name of the file, for messages.') }),
        body: writtenDocumentSchema,
        response: answers({ 200: diffReplySchema }, 415, 422),
      },
    },
    async ({ body, query }) => {
      const documents = readDocuments(parts, bodyText(body), query.file);
      return { items: diffs(parts, planDocuments(parts, documents)) };
    },
  );

  app.get(
    '/api/v1/channels/:name/revisions',
    {
      config: { role: 'viewer' },
      schema: {
        tags: ['channels'],
        summary: 'Revisions of a channel, newest first',
        description: 'The newest 50 are kept, as long as the channel is.',
        params: nameParams,
        querystring: z.object(pageQuery),
        response: answers({ 200: revisionListSchema }, 404),
      },
    },
    async ({ params, query }) => {
      const found = parts.revisions
        .list(channelNamed(parts, params))
        .filter(({ by, note = '', changed }) => holds(`${by} ${note} ${changed.join(' ')}`, query.filter));
      return pageOf(found.map(revisionView), query, ({ revision }) => numberKey(revision), true);
    },
  );

  app.get(
    '/api/v1/channels/:name/revisions/:revision',
    {
      config: { role: 'viewer' },
      schema: {
        tags: ['channels'],
        summary: 'A revision with its document',
        params: nameParams.extend({ revision: z.coerce.number().int().min(1) }),
        response: answers({ 200: revisionDocumentSchema }, 404),
      },
    },
    async ({ params }) => {
      const record = recordOf(parts, channelNamed(parts, params), params.revision);
      return { ...revisionView(record), document: parse(record.text), yaml: record.text };
    },
  );

  app.post(
    '/api/v1/channels/:name/rollback',
    {
      config: { role: 'admin' },
      schema: {
        tags: ['channels'],
        summary: 'Make an earlier document the present one',
        description:
          'A new revision with the content of the earlier one. Whether the channel runs stays as it is, and so do the positions of its pipelines. With dryRun nothing is stored.',
        consumes: ['application/json'],
        params: nameParams,
        headers: ifMatchHeader,
        querystring: z.object({ dryRun: flag }),
        body: rollbackRequestSchema,
        response: answers({ 200: diffSchema }, 404, 412, 422),
      },
    },
    async (request) => {
      const { params, body, headers, query } = request;
      const { revision } = readBody(rollbackRequestSchema, body, invalid);
      const { text } = recordOf(parts, channelNamed(parts, params), revision);
      const read = () => readDocuments(parts, withoutState(text), '');
      const [diff] = diffs(parts, planDocuments(parts, read()));
      const plan = await applyDocuments(parts, read, {
        isDryRun: isOn(query.dryRun),
        by: callerOf(request).name,
        note: `rolled back to revision ${revision}`,
        guard: (current) => requireRevision(current.get(params.name), params.name, headers['if-match']),
      });
      const [applied] = plan.applied;
      if (applied === undefined || diff === undefined) throw new Error('a plan without its document');
      return { ...applied, diff: diff.diff };
    },
  );
}

/** Errors: ApiError 404. */
function recordOf(parts: AdminParts, channel: Channel, revision: number): RevisionRecord {
  const kept = parts.revisions.list(channel);
  const found = kept.find((record) => record.revision === revision);
  if (found !== undefined) return found;
  const known = kept.map((record) => record.revision);
  throw new ApiError(
    404,
    'REVISION_UNKNOWN',
    `revision ${revision} of the channel ${channel.name} is not kept`,
    known.length === 0
      ? 'no revision is kept yet: the next change makes one'
      : `kept are ${known.at(-1)} to ${known[0]}`,
  );
}

function revisionView({ revision, at, by, changed, note }: RevisionRecord): RevisionView {
  return { revision, at, by, changed, ...(note === undefined ? {} : { note }) };
}

/** A way back in the document starts and stops nothing. */
function withoutState(text: string): string {
  const { state: _state, ...document }: Record<string, unknown> = parse(text);
  return stringify(document);
}

function invalid(why: string): ApiError {
  return new ApiError(422, 'ROLLBACK_INVALID', `the request cannot be read: ${why}`, 'send {"revision": 3}');
}
