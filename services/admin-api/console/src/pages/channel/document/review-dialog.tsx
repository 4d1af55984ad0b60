import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { call, Problem } from '../../../api/client.ts';
import type { Applied, ApplyReply, DiffReply } from '../../../api/types.ts';
import { ConfirmDialog } from '../../../design/dialog.tsx';
import { Diff } from '../../../design/diff.tsx';
import { Callout, ErrorState, Skeleton } from '../../../design/feedback.tsx';
import { useNotice } from '../../../design/notices.tsx';
import { useWords } from '../../../words/words.ts';
import { documentWords } from './document-words.ts';

/** Shows the diff of a document and applies it, if nobody else has changed the channel meanwhile. */
export function ReviewDialog({
  name,
  yaml,
  reply,
  revision,
  onApplied,
  onClose,
}: {
  name: string;
  yaml: string;
  reply: ApplyReply;
  revision: number | undefined;
  onApplied: () => void;
  onClose: () => void;
}): ReactNode {
  const words = useWords(documentWords);
  const tell = useNotice();
  const queries = useQueryClient();
  const apply = async (): Promise<void> => {
    const guard = revision === undefined ? {} : { revision };
    const applied = await call<Applied>(`/channels/${name}`, { method: 'PUT', yaml, ...guard });
    await queries.invalidateQueries();
    tell('good', words.applied(name, applied.revision));
    onApplied();
  };
  return (
    <ConfirmDialog title={words.reviewTitle} action={words.apply} wide onConfirm={apply} onClose={onClose}>
      <DocumentDiff yaml={yaml} reply={reply} />
    </ConfirmDialog>
  );
}

/** What a text changes: the diff of each document, or the names of the parts where the API makes none. */
export function DocumentDiff({ yaml, reply }: { yaml: string; reply: ApplyReply }): ReactNode {
  const words = useWords(documentWords);
  const { data, error } = useQuery({
    queryKey: ['diff', yaml],
    queryFn: () => call<DiffReply>('/diff', { method: 'POST', yaml }),
    gcTime: 0,
  });
  if (error instanceof Problem && error.isUnknownRoute) {
    return (
      <Callout tone="info">
        {words.noDiff} {reply.applied.flatMap(({ changed }) => changed).join(', ')}
      </Callout>
    );
  }
  if (error !== null) return <ErrorState error={error} />;
  if (data === undefined) return <Skeleton height={160} />;
  return data.items.map(({ name, diff, notes }) => (
    <section key={name} className="stack-s">
      <h3>{name}</h3>
      {diff === '' ? <p className="muted">{words.noText}</p> : <Diff text={diff} />}
      {notes.map((note) => (
        <Callout key={note} tone="info">
          {note}
        </Callout>
      ))}
    </section>
  ));
}
