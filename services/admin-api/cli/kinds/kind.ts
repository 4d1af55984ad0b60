import { Option } from 'commander';
import type * as z from 'zod';
import type { ApiClient } from '../api-client.ts';
import type { Shown } from '../output.ts';
import { yamlText } from '../output.ts';
import { type Items, type PageSchema, type Query, readPages } from '../pages.ts';
import { count, printable, table } from '../screen.ts';
import { readCount, readTime } from '../time-text.ts';

/** What `get` was asked for: the channel of a kind that belongs to one, and the options by their names in the API's query. */
export type Asked = { readonly channel: string; readonly query: Query };

/** A kind of things that `lutra get` lists and `lutra describe` shows. */
export type Kind = {
  /** Plural. */
  readonly name: string;
  readonly alias: string;
  readonly summary: string;
  readonly inChannel: boolean;
  /** Name of the argument that names one; absent when there is none to name. */
  readonly item?: string;
  readonly options: readonly Option[];
  readonly examples: readonly string[];
  readonly list: (client: ApiClient, asked: Asked) => Promise<Shown>;
  /** Errors: CliError 1 when there is none of this name. */
  readonly one?: (client: ApiClient, asked: Asked, name: string) => Promise<Shown>;
};

export type Column<T> = readonly [title: string, cell: (item: T) => string];

type Spec<T> = Omit<Kind, 'list' | 'one' | 'options' | 'inChannel'> & {
  readonly inChannel?: boolean;
  readonly options?: readonly Option[];
  readonly page: PageSchema<T>;
  readonly path: (asked: Asked) => string;
  readonly columns: readonly Column<T>[];
  readonly nameOf: (item: T) => string;
  /** Said when there is nothing; one sentence with what to do. */
  readonly empty: string;
  /** At most so many unless --limit says otherwise; for lists that grow without end. */
  readonly limit?: number;
  readonly yaml?: (item: T) => string;
  /** One by its name; absent: it is looked up in the list. */
  readonly read?: (client: ApiClient, asked: Asked, name: string) => Promise<T>;
  /** Lines below the table. */
  readonly below?: (items: Items<T>) => readonly string[];
};

/** A kind whose list the API hands out in pages. */
export function pagedKind<T>(spec: Spec<T>): Kind {
  const { page, path, columns, nameOf, limit, empty, yaml, read, below, inChannel = false, ...rest } = spec;
  const form: Form<T> = { columns, nameOf, empty, ...(yaml === undefined ? {} : { yaml }), below: below ?? more };
  const options = [...(spec.options ?? []), ...(limit === undefined ? [] : [limitOption(limit)])];
  const fetched = (client: ApiClient, { channel, query: { limit: given, ...query } }: Asked): Promise<Items<T>> => {
    const wanted = given === undefined ? limit : readCount(given, '--limit');
    const asked = { channel, query: apiQuery(query) };
    return readPages(client, page, path(asked), {
      query: asked.query,
      ...(wanted === undefined ? {} : { limit: wanted }),
    });
  };
  return {
    ...rest,
    inChannel,
    options,
    list: async (client, asked) => shownList(await fetched(client, asked), form),
    ...(read === undefined
      ? {}
      : { one: async (client, asked, name) => shownOne(await read(client, asked, name), form) }),
  };
}

export type Form<T> = Pick<Spec<T>, 'columns' | 'nameOf' | 'empty' | 'yaml'> & {
  readonly below?: (items: Items<T>) => readonly string[];
};

export function shownList<T>({ items, total }: Items<T>, form: Form<T>): Shown {
  const { columns, nameOf, empty, yaml, below } = form;
  const heads = columns.map(([title]) => title);
  const rows = (): string[][] => items.map((item) => columns.map(([, cell]) => cell(item)));
  return {
    value: { items, total },
    names: items.map(nameOf),
    table: () => [items.length === 0 ? empty : table(heads, rows()), ...(below?.({ items, total }) ?? [])].join('\n'),
    ...(yaml === undefined ? {} : { yaml: () => items.map((item) => yaml(item).trimEnd()).join('\n---\n') }),
  };
}

export function shownOne<T>(item: T, form: Form<T>): Shown {
  return {
    ...shownList({ items: [item], total: 1 }, form),
    value: item,
    yaml: () => (form.yaml ?? yamlText)(item),
  };
}

function more<T>({ items, total }: Items<T>): string[] {
  return total > items.length ? [`${count(total - items.length)} more; see --limit`] : [];
}

/** Times go to the API in ms. */
function apiQuery(query: Query): Query {
  return Object.fromEntries(
    Object.entries(query).map(([name, value]) =>
      name === 'from' || name === 'to' ? [name, String(readTime(value, `--${name}`))] : [name, value],
    ),
  );
}

/** One thing of an address of its own. */
export function readOne<T>(schema: z.ZodType<T>, path: (asked: Asked, name: string) => string) {
  return (client: ApiClient, asked: Asked, name: string): Promise<T> => client.json(schema, path(asked, name));
}

export function limitOption(limit: number): Option {
  return new Option('--limit <n>', 'at most so many').default(String(limit));
}

export function filterOption(): Option {
  return new Option('--filter <text>', 'only those whose name holds this text');
}

export function timeOptions(): Option[] {
  return [
    new Option('--from <time>', 'from this time on: ISO 8601, or how long ago, 15m'),
    new Option('--to <time>', 'up to this time'),
  ];
}

/** Text of others, or - for nothing. */
export function cell(text: string | undefined): string {
  return text === undefined || text === '' ? '-' : printable(text);
}

/** `/channels/<name><rest>` */
export function channelPath({ channel }: Pick<Asked, 'channel'>, rest = ''): string {
  return `/channels/${encodeURIComponent(channel)}${rest}`;
}
