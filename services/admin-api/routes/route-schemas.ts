import * as z from 'zod';
import { problemReplySchema } from '../schemas/problem.ts';

/** Parts that several routes share. */

export const nameParams = z.object({ name: z.string().min(1).max(63) });
export const pipelineParams = nameParams.extend({ pipeline: z.string().min(1).max(63) });
export const pageQuery = {
  after: z.string().max(500).optional().describe('`next` of the page before.'),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  filter: z.string().max(200).optional().describe('Part of what names the items, whatever its case.'),
};
export const flag = z.enum(['true', 'false', '']).default('false').describe('true or false');
export const ifMatchHeader = z.object({
  'if-match': z.string().max(100).optional().describe('Revision that the channel must be at.'),
});

/** A flag in a query: `?dryRun` and `?dryRun=true`. */
export function isOn(text: string): boolean {
  return text === 'true' || text === '';
}

/** Of requests that carry whole files of documents. */
export const FILE_LIMIT_BYTES = 16 << 20;

/** An answer that is no JSON. */
type OtherContent = {
  readonly description: string;
  readonly content: Readonly<Record<string, { readonly schema: z.ZodType }>>;
};

/** Answers of a route: its own, and the refusals it may give. */
export function answers<T extends Record<number, z.ZodType | OtherContent>>(
  own: T,
  ...refusals: number[]
): T & Record<'4xx' | '5xx', z.ZodType> {
  const named = Object.fromEntries(refusals.map((status) => [status, problemReplySchema]));
  return { ...named, ...own, '4xx': problemReplySchema, '5xx': problemReplySchema };
}
