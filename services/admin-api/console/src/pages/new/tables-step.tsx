import type { ReactNode } from 'react';
import { TextField } from '../../design/fields.tsx';
import { Panel } from '../../design/page.tsx';
import { useWords } from '../../words/words.ts';
import { type ChannelDraft, NEW_MAPPING, type PipelineDraft } from './channel-draft.ts';
import { DraftRows } from './draft-rows.tsx';
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
  return (
    <Panel title={words.mappings(`${pipeline.name} (${pipeline.from} → ${pipeline.to})`)}>
      <div className="stack">
        <DraftRows
          items={pipeline.mappings}
          fresh={NEW_MAPPING}
          hint={words.mappingHint}
          add={words.addMapping}
          remove={words.removeMapping}
          onChange={(mappings) => onChange({ ...pipeline, mappings })}
          render={({ from, to }, put) => (
            <>
              <TextField
                label={words.mappingFrom}
                value={from}
                placeholder="shop.*"
                onChange={(text) => put({ from: text })}
              />
              <TextField
                label={words.mappingTo}
                value={to}
                placeholder="shop_copy.*"
                onChange={(text) => put({ to: text })}
              />
            </>
          )}
        />
      </div>
    </Panel>
  );
}
