import { ListChecks, ShieldCheck } from 'lucide-react';
import { type ReactNode, useDeferredValue, useState } from 'react';
import type { QuarantineState } from '../../../api/operation-types.ts';
import { LIVE_MS, useApi } from '../../../api/queries.ts';
import { useMay } from '../../../api/rights.ts';
import type { QuarantineEntry, QuarantineList } from '../../../api/types.ts';
import { Button } from '../../../design/button.tsx';
import { Choice, SearchBox } from '../../../design/fields.tsx';
import { type Empty, List, usePaging } from '../../../design/list.tsx';
import { PickPipeline } from '../../../design/pick-pipeline.tsx';
import { useWords } from '../../../words/words.ts';
import { AllDialog } from './all-dialog.tsx';
import { scopesOf } from './edited-values.ts';
import { useQuarantineColumns } from './quarantine-columns.tsx';
import { quarantineWords } from './quarantine-words.ts';
import { RowDialog } from './row-dialog.tsx';

type Shown = 'open' | QuarantineState;
const PAGE = 100;

/** Rows that the target refuses and those behind them: look, decide about one, decide about all. */
export default function Quarantine({ name }: { name: string }): ReactNode {
  const words = useWords(quarantineWords);
  const mayOperate = useMay('operator');
  const [shown, setShown] = useState<Shown>('open');
  const [pipeline, setPipeline] = useState('');
  const [filter, setFilter] = useState('');
  const paging = usePaging(PAGE);
  const [looked, setLooked] = useState<QuarantineEntry>();
  const [isAllOpen, setAllOpen] = useState(false);
  const state = shown === 'open' ? undefined : shown;
  const answer = useApi<QuarantineList>(
    `/channels/${name}/quarantine`,
    { state, pipeline, limit: paging.limit },
    { liveMs: LIVE_MS },
  );
  const sought = useDeferredValue(filter);
  const items = answer.data?.items.filter(({ table }) => table.includes(sought));
  const scopes = scopesOf(answer.data?.items ?? []);
  const columns = useQuarantineColumns(setLooked);
  const isOpenState = shown === 'open' || shown === 'refused' || shown === 'waiting';
  return (
    <>
      <div className="toolbar">
        <Choice<Shown>
          label={words.states}
          value={shown}
          onChange={setShown}
          options={(['open', 'refused', 'waiting', 'applied', 'skipped'] as const).map((each) => [each, words[each]])}
        />
        <span className="spring" />
        <PickPipeline channel={name} value={pipeline} onChange={setPipeline} />
        <SearchBox label={words.filter} value={filter} onChange={setFilter} />
        <Button
          icon={<ListChecks size={15} aria-hidden />}
          disabled={!mayOperate || scopes.length === 0}
          onClick={() => setAllOpen(true)}
        >
          {words.allTitle}
        </Button>
      </div>
      <List
        label={words.title}
        columns={columns}
        items={items}
        keyOf={({ pipeline: of, id }) => `${of} ${id}`}
        answer={answer}
        paging={paging}
        empty={emptyOf(words, { isOpenState, isFiltered: sought !== '' || pipeline !== '' })}
      />
      {looked !== undefined && <RowDialog channel={name} entry={looked} onClose={() => setLooked(undefined)} />}
      {isAllOpen && <AllDialog channel={name} scopes={scopes} onClose={() => setAllOpen(false)} />}
    </>
  );
}

function emptyOf(
  words: (typeof quarantineWords)['en'],
  { isOpenState, isFiltered }: { isOpenState: boolean; isFiltered: boolean },
): Empty {
  if (isFiltered) return { icon: ListChecks, title: words.noMatch, about: words.noMatchAbout };
  return isOpenState
    ? { icon: ShieldCheck, title: words.none, about: words.noneAbout }
    : { icon: ShieldCheck, title: words.noneSettled, about: words.noneSettledAbout };
}
