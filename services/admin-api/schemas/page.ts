import * as z from 'zod';

/** A page of a list. */
export function pageSchema<T extends z.ZodType>(item: T) {
  return z.object({
    items: z.array(item),
    total: z.int().describe('How many match the filters.'),
    next: z.string().optional().describe('Give it as `after` to get the next page; absent on the last one.'),
  });
}
