import type { LucideIcon } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { common } from '../words/common.ts';
import { useWords } from '../words/words.ts';
import { Button } from './button.tsx';
import { type Column, DataTable } from './data-table.tsx';
import { EmptyState, ErrorState } from './feedback.tsx';
import { Panel } from './page.tsx';

/** What the API gives at once. */
const MOST = 1_000;

export type Paging = {
  /** How many items are asked for. */
  readonly limit: number;
  /** Asks for a page more; undefined: there is no more to ask for. */
  readonly more: (() => void) | undefined;
};

/** A list that is asked for in pages of so many items, up to `most`. */
export function usePaging(page: number, most = MOST): Paging {
  const [limit, setLimit] = useState(page);
  return { limit, more: limit < most ? () => setLimit(Math.min(most, limit + page)) : undefined };
}

export type Empty = {
  readonly icon?: LucideIcon;
  readonly title: string;
  readonly about?: ReactNode;
  readonly action?: ReactNode;
};

type ListProps<T> = {
  readonly label: string;
  readonly columns: readonly Column<T>[];
  readonly keyOf: (item: T) => string;
  readonly answer: {
    /** Undefined while it is on its way. */
    readonly data: { readonly items: readonly T[]; readonly total?: number } | undefined;
    readonly error: Error | null;
    readonly refetch: () => unknown;
  };
  /** Which of the answer's items are shown; left out: all. */
  readonly items?: readonly T[] | undefined;
  readonly empty: Empty;
  readonly paging?: Paging;
  /** Head of the panel; with one the panel stays, and an error stands in it. */
  readonly title?: ReactNode;
  readonly actions?: ReactNode;
};

/** What an empty list says: there is nothing, or nothing that fits the filters. */
export function emptyList(
  icon: LucideIcon,
  words: Readonly<Record<'none' | 'noneAbout' | 'noMatch' | 'noMatchAbout', string>>,
  isNarrowed: boolean,
): Empty {
  return isNarrowed
    ? { icon, title: words.noMatch, about: words.noMatchAbout }
    : { icon, title: words.none, about: words.noneAbout };
}

/** A list of the API: why it cannot be shown, its table or what would stand in it, and how much is left of it. */
export function List<T>(props: ListProps<T>): ReactNode {
  const { label, columns, keyOf, answer, empty, paging, title, actions } = props;
  const { data, error, refetch } = answer;
  const isShown = data !== undefined || error === null;
  const fault = error !== null && <ErrorState error={error} onRetry={refetch} />;
  return (
    <>
      {title === undefined && fault}
      {(title !== undefined || isShown) && (
        <Panel flush title={title} actions={actions}>
          {title !== undefined && fault !== false && <div className="panel-body">{fault}</div>}
          {isShown && (
            <DataTable
              label={label}
              columns={columns}
              items={props.items ?? data?.items}
              keyOf={keyOf}
              empty={<Nothing {...empty} />}
            />
          )}
        </Panel>
      )}
      {paging !== undefined && data !== undefined && (
        <Rest shown={data.items.length} total={data.total ?? data.items.length} more={paging.more} />
      )}
    </>
  );
}

function Nothing({ icon: Icon, title, about, action }: Empty): ReactNode {
  return (
    <EmptyState icon={Icon !== undefined && <Icon size={28} aria-hidden />} title={title} action={action}>
      {about}
    </EmptyState>
  );
}

function Rest({ shown, total, more }: { shown: number; total: number; more: Paging['more'] }): ReactNode {
  const words = useWords(common);
  if (total <= shown) return null;
  return (
    <div className="row">
      {more !== undefined && <Button onClick={more}>{words.more}</Button>}
      <span className="muted">{words.shown(shown, total)}</span>
    </div>
  );
}
