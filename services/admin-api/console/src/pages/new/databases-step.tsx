import { Plus } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useApi } from '../../api/queries.ts';
import type { DatabaseList } from '../../api/types.ts';
import { Button } from '../../design/button.tsx';
import { Callout, ErrorState } from '../../design/feedback.tsx';
import { SelectField, TextField } from '../../design/fields.tsx';
import { Panel } from '../../design/page.tsx';
import { useWords } from '../../words/words.ts';
import { DatabaseDialog } from '../databases/database-dialog.tsx';
import { type ChannelDraft, NEW_PIPELINE } from './channel-draft.ts';
import { DraftRows } from './draft-rows.tsx';
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
        <DraftRows
          items={pipelines}
          fresh={{ ...NEW_PIPELINE, name: `p${pipelines.length + 1}` }}
          add={words.addPipeline}
          remove={words.removePipeline}
          onChange={(changed) => onChange({ ...draft, pipelines: changed })}
          render={({ name, from, to, start }, put) => (
            <>
              <TextField label={words.pipelineName} value={name} onChange={(text) => put({ name: text })} />
              <SelectField
                label={words.source}
                value={from}
                options={options}
                onChange={(chosen) => put({ from: chosen })}
              />
              <SelectField
                label={words.target}
                value={to}
                options={options}
                onChange={(chosen) => put({ to: chosen })}
              />
              <SelectField<'end' | 'beginning'>
                label={words.start}
                value={start}
                options={[
                  ['end', words.startEnd],
                  ['beginning', words.startBeginning],
                ]}
                onChange={(chosen) => put({ start: chosen })}
              />
            </>
          )}
        />
      </div>
      {isAdding && <DatabaseDialog onClose={() => setAdding(false)} />}
    </Panel>
  );
}
