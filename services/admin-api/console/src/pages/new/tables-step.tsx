import { Plus, Trash2 } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button } from '../../design/button.tsx';
import { TextField } from '../../design/fields.tsx';
import { Panel } from '../../design/page.tsx';
import { useWords } from '../../words/words.ts';
import { type ChannelDraft, type MappingDraft, NEW_MAPPING, type PipelineDraft } from './channel-draft.ts';
import { newWords } from './new-words.ts';

/** The channel's name, and which tables go where. */
export function TablesStep({
  draft,
  onChange,
}: {
  draft: ChannelDraft;
  onChange: (draft: ChannelDraft) => void;
}): ReactNode {
  const words = useWords(newWords);
  const { name, description, pipelines } = draft;
  return (
    <>
      <Panel>
        <div className="fields">
          <TextField
            label={words.channelName}
            hint={words.nameHint}
            value={name}
            onChange={(text) => onChange({ ...draft, name: text })}
          />
          <TextField
            label={words.description}
            value={description}
            onChange={(text) => onChange({ ...draft, description: text })}
          />
        </div>
      </Panel>
      {pipelines.map((pipeline, index) => (
        <Mappings
          key={pipeline.name}
          pipeline={pipeline}
          onChange={(changed) => onChange({ ...draft, pipelines: pipelines.with(index, changed) })}
        />
      ))}
    </>
  );
}

function Mappings({
  pipeline,
  onChange,
}: {
  pipeline: PipelineDraft;
  onChange: (pipeline: PipelineDraft) => void;
}): ReactNode {
  const words = useWords(newWords);
  const { mappings } = pipeline;
  const put = (index: number, mapping: MappingDraft): void =>
    onChange({ ...pipeline, mappings: mappings.with(index, mapping) });
  return (
    <Panel title={words.mappings(`${pipeline.name} (${pipeline.from} → ${pipeline.to})`)}>
      <div className="stack">
        {mappings.map((mapping, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a mapping has no name but its place
          <div key={index} className="draft-row">
            <TextField
              label={words.mappingFrom}
              value={mapping.from}
              placeholder="shop.*"
              onChange={(from) => put(index, { ...mapping, from })}
            />
            <TextField
              label={words.mappingTo}
              value={mapping.to}
              placeholder="shop_copy.*"
              onChange={(to) => put(index, { ...mapping, to })}
            />
            <Button
              look="quiet"
              icon={<Trash2 size={14} aria-hidden />}
              aria-label={words.removeMapping}
              disabled={mappings.length === 1}
              onClick={() => onChange({ ...pipeline, mappings: mappings.toSpliced(index, 1) })}
            />
          </div>
        ))}
        <p className="muted">{words.mappingHint}</p>
        <div>
          <Button
            icon={<Plus size={15} aria-hidden />}
            onClick={() => onChange({ ...pipeline, mappings: [...mappings, NEW_MAPPING] })}
          >
            {words.addMapping}
          </Button>
        </div>
      </div>
    </Panel>
  );
}
