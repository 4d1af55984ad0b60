import {
  type Channel,
  type ChannelDocument,
  channelDocumentSchema,
  type Mapping,
  type TablePattern,
  tablePatternSchema,
} from './channel.ts';

/** The document in a channel's record: what a person wrote, defaults filled in, without what Lutra adds. */
export function documentOf(channel: Channel): ChannelDocument {
  return channelDocumentSchema.parse(
    Object.fromEntries(Object.entries(channel).filter(([key]) => key in channelDocumentSchema.shape)),
  );
}

/** The document in the form a person writes: `shop.orders` instead of {schema, table}. Reading it again yields the same document. */
export function writtenDocument(document: ChannelDocument): Record<string, unknown> {
  return {
    ...document,
    pipelines: document.pipelines.map((pipeline) => ({
      ...pipeline,
      mappings: pipeline.mappings.map(writtenMapping),
    })),
  };
}

function writtenMapping(mapping: Mapping): Record<string, unknown> {
  const { from, to, exclude, delete: logical } = mapping;
  return {
    ...mapping,
    from: writtenPattern(from),
    to: writtenPattern(to),
    ...(exclude === undefined ? {} : { exclude: exclude.map(writtenPattern) }),
    ...(logical?.history === undefined ? {} : { delete: { ...logical, history: writtenPattern(logical.history) } }),
  };
}

function writtenPattern(pattern: TablePattern): string | TablePattern {
  const text = `${pattern.schema}.${pattern.table}`;
  const again = tablePatternSchema.safeParse(text);
  const isSame = again.success && again.data.schema === pattern.schema && again.data.table === pattern.table;
  return isSame ? text : pattern;
}
