import { Plus, Trash2 } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useApi } from '../../api/queries.ts';
import type { DatabaseList } from '../../api/types.ts';
import { Button } from '../../design/button.tsx';
import { Callout, ErrorState } from '../../design/feedback.tsx';
import { SelectField, TextField } from '../../design/fields.tsx';
import { Panel } from '../../design/page.tsx';
import { useWords } from '../../words/words.ts';
import { DatabaseDialog } from '../databases/database-dialog.tsx';
import { type ChannelDraft, NEW_PIPELINE, type PipelineDraft } from './channel-draft.ts';
import { newWords } from './new-words.ts';

/** Which databases the pipelines go between; new ones are added and tested here. */
export function DatabasesStep({
  draft,
  onChange,
}: {
  draft: ChannelDraft;
  onChange: (draft: ChannelDraft) => void;
}): ReactNode {
  const words = useWords(newWords);
  const [isAdding, setAdding] = useState(false);
  const { data, error, refetch } = useApi<DatabaseList>('/databases', { limit: 1000 });
  const { pipelines } = draft;
  const put = (index: number, changed: PipelineDraft): void =>
    onChange({ ...draft, pipelines: pipelines.with(index, changed) });
  const names = [...new Set(data?.items.map(({ name }) => name))];
  const options = [['', words.choose], ...names.map((name) => [name, name] as const)] as const;
  return (
    <Panel
      title={words.pipelines}
      actions={
        <Button icon={<Plus size={15} aria-hidden />} onClick={() => setAdding(true)}>
          {words.newDatabase}
        </Button>
      }
    >
      <div className="stack">
        <p className="muted">{words.pipelinesAbout}</p>
        {error !== null && <ErrorState error={error} onRetry={refetch} />}
        {names.length === 0 && data !== undefined && <Callout tone="info">{words.noDatabases}</Callout>}
        {pipelines.map((pipeline, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a pipeline's name changes while it is written
          <div key={index} className="draft-row">
            <TextField
              label={words.pipelineName}
              value={pipeline.name}
              onChange={(name) => put(index, { ...pipeline, name })}
            />
            <SelectField
              label={words.source}
              value={pipeline.from}
              options={options}
              onChange={(from) => put(index, { ...pipeline, from })}
            />
            <SelectField
              label={words.target}
              value={pipeline.to}
              options={options}
              onChange={(to) => put(index, { ...pipeline, to })}
            />
            <SelectField<'end' | 'beginning'>
              label={words.start}
              value={pipeline.start}
              options={[
                ['end', words.startEnd],
                ['beginning', words.startBeginning],
              ]}
              onChange={(start) => put(index, { ...pipeline, start })}
            />
            <Button
              look="quiet"
              icon={<Trash2 size={14} aria-hidden />}
              aria-label={words.removePipeline}
              disabled={pipelines.length === 1}
              onClick={() => onChange({ ...draft, pipelines: pipelines.toSpliced(index, 1) })}
            />
          </div>
        ))}
        <div>
          <Button
            icon={<Plus size={15} aria-hidden />}
            onClick={() => {
              const name = `p${pipelines.length + 1}`;
              onChange({ ...draft, pipelines: [...pipelines, { ...NEW_PIPELINE, name }] });
            }}
          >
            {words.addPipeline}
          </Button>
        </div>
      </div>
      {isAdding && <DatabaseDialog onClose={() => setAdding(false)} />}
    </Panel>
  );
}
