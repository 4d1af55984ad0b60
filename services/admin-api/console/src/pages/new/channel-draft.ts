export type MappingDraft = { readonly from: string; readonly to: string };
export type PipelineDraft = {
  readonly name: string;
  readonly from: string;
  readonly to: string;
  readonly start: 'end' | 'beginning';
  readonly mappings: readonly MappingDraft[];
};
export type ChannelDraft = {
  readonly name: string;
  readonly description: string;
  readonly pipelines: readonly PipelineDraft[];
};

export const NEW_MAPPING: MappingDraft = { from: '', to: '' };
export const NEW_PIPELINE: PipelineDraft = { name: 'main', from: '', to: '', start: 'end', mappings: [NEW_MAPPING] };
export const NEW_CHANNEL: ChannelDraft = { name: '', description: '', pipelines: [NEW_PIPELINE] };

export function hasDatabases({ pipelines }: ChannelDraft): boolean {
  return pipelines.every(({ name, from, to }) => name !== '' && from !== '' && to !== '');
}

export function hasTables({ name, pipelines }: ChannelDraft): boolean {
  return name !== '' && pipelines.every(({ mappings }) => mappings.every(({ from, to }) => from !== '' && to !== ''));
}

/** The document of a draft, as a person would write it. */
export function draftText({ name, description, pipelines }: ChannelDraft): string {
  const lines = ['apiVersion: lutra/v1', 'kind: Channel', `name: ${quoted(name)}`];
  if (description !== '') lines.push(`description: ${quoted(description)}`);
  lines.push('pipelines:');
  for (const { name: pipeline, from, to, start, mappings } of pipelines) {
    lines.push(
      `  - name: ${quoted(pipeline)}`,
      `    from: ${quoted(from)}`,
      `    to: ${quoted(to)}`,
      `    start: ${start}`,
    );
    lines.push('    mappings:');
    for (const mapping of mappings) lines.push(`      - { from: ${quoted(mapping.from)}, to: ${quoted(mapping.to)} }`);
  }
  return `${lines.join('\n')}\n`;
}

/** As it is where YAML reads that as the same text; else in quotes. */
function quoted(text: string): string {
  const isPlain = /^[A-Za-z_][\w. */-]*$/.test(text) && !/^(true|false|null|yes|no|on|off)$/i.test(text);
  return isPlain && text.trim() === text ? text : JSON.stringify(text);
}
