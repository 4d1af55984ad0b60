import * as z from 'zod';
import { problemReplySchema } from '../schemas/problem.ts';

/** Parts that several routes share. */

export const nameParams = z.object({ name: z.string().min(1).max(63) });
export const pageQuery = {
  after: z.string().max(63).optional().describe('Name after which the page begins.'),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  filter: z.string().max(200).optional().describe('Part of a name.'),
};
export const flag = z.enum(['true', 'false', '']).default('false').describe('true or false');
export const ifMatchHeader = z.object({
  'if-match': z.string().max(100).optional().describe('Revision that the channel must be at.'),
});

/** Answers of a route: its own, and the refusals it may give. */
export function answers<T extends Record<number, z.ZodType>>(
  own: T,
  ...refusals: number[]
): T & Record<'4xx' | '5xx', z.ZodType> {
  const named = Object.fromEntries(refusals.map((status) => [status, problemReplySchema]));
  return { ...named, ...own, '4xx': problemReplySchema, '5xx': problemReplySchema };
}
