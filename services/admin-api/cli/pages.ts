import type * as z from 'zod';
import type { ApiClient } from './api-client.ts';

export type Query = Readonly<Record<string, string>>;
type Page<T> = { readonly items: readonly T[]; readonly total?: number; readonly next?: string | undefined };
export type PageSchema<T> = z.ZodType<Page<T>>;
/** `total`: how many there are, also those beyond `limit`. */
export type Items<T> = { readonly items: readonly T[]; readonly total: number };

const PAGE = 500;

/** The items of a list that the API hands out page by page, at most `limit` of them. Errors: CliError. */
export async function readPages<T>(
  client: ApiClient,
  schema: PageSchema<T>,
  path: string,
  { limit = Number.POSITIVE_INFINITY, query = {} }: { limit?: number; query?: Query } = {},
): Promise<Items<T>> {
  const items: T[] = [];
  let total = 0;
  for (let after: string | undefined = ''; after !== undefined && items.length < limit; ) {
    const size = String(Math.min(PAGE, limit - items.length));
    const page: Page<T> = await client.json(schema, path, {
      query: { ...query, limit: size, ...(after === '' ? {} : { after }) },
    });
    items.push(...page.items);
    total = Math.max(page.total ?? 0, items.length);
    after = page.next;
  }
  return { items, total };
}
