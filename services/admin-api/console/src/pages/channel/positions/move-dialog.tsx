import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { call } from '../../../api/client.ts';
import type { SeekReply } from '../../../api/types.ts';
import { Button } from '../../../design/button.tsx';
import { Dialog } from '../../../design/dialog.tsx';
import { Callout, ErrorState } from '../../../design/feedback.tsx';
import { useNotice } from '../../../design/notices.tsx';
import { common } from '../../../words/common.ts';
import { useWords } from '../../../words/words.ts';
import { MoveFields } from './move-fields.tsx';
import { MovePreview } from './move-preview.tsx';
import { EMPTY_MOVE, type MoveForm, readMove } from './move-request.ts';
import { positionsWords } from './positions-words.ts';

/** Moves a position in two steps: a preview of what is skipped or repeated, then the act. A change of the fields asks for a new preview. */
export function MoveDialog({
  channel,
  pipeline,
  isPaused,
  onClose,
}: {
  channel: string;
  pipeline: string;
  isPaused: boolean;
  onClose: () => void;
}): ReactNode {
  const words = useWords(positionsWords);
  const general = useWords(common);
  const tell = useNotice();
  const queries = useQueryClient();
  const [form, setForm] = useState<MoveForm>(EMPTY_MOVE);
  const [reply, setReply] = useState<SeekReply>();
  const [isRead, setRead] = useState(false);
  const [error, setError] = useState<unknown>();
  const [isBusy, setBusy] = useState(false);
  const read = readMove(form);
  const change = (part: Partial<MoveForm>): void => {
    setForm({ ...form, ...part });
    setReply(undefined);
    setRead(false);
    setError(undefined);
  };
  const send = async (dryRun: boolean): Promise<void> => {
    if ('fault' in read) return;
    setBusy(true);
    setError(undefined);
    try {
      const path = `/channels/${channel}/pipelines/${pipeline}/position`;
      const answer = await call<SeekReply>(path, { method: 'POST', json: { ...read.request, dryRun } });
      if (dryRun) setReply(answer);
      else {
        tell('good', words.moved);
        onClose();
        await queries.invalidateQueries();
      }
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  };
  const isMove = reply !== undefined && reply.direction !== 'none';
  return (
    <Dialog
      title={words.moveTitle(pipeline)}
      wide
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>{general.cancel}</Button>
          <Button
            look={isMove ? 'plain' : 'primary'}
            busy={isBusy && !isMove}
            disabled={'fault' in read}
            onClick={() => void send(true)}
          >
            {words.preview}
          </Button>
          <Button
            look="danger filled"
            busy={isBusy && isMove}
            disabled={!isMove || !isRead || !isPaused}
            onClick={() => void send(false)}
          >
            {confirmText(reply, words)}
          </Button>
        </>
      }
    >
      {!isPaused && <Callout tone="info">{words.notPaused}</Callout>}
      <MoveFields form={form} fault={'fault' in read ? read.fault : undefined} onChange={change} />
      {reply === undefined && error === undefined && <p className="muted">{words.previewFirst}</p>}
      {error !== undefined && <ErrorState error={error} />}
      {reply !== undefined && <MovePreview reply={reply} />}
      {isMove && (
        <label className="row">
          <input type="checkbox" checked={isRead} onChange={(event) => setRead(event.target.checked)} />
          {words.understood}
        </label>
      )}
    </Dialog>
  );
}

function confirmText(reply: SeekReply | undefined, words: (typeof positionsWords)['en']): string {
  if (reply?.direction === 'skip') return words.confirmSkip;
  return reply?.direction === 'repeat' ? words.confirmRepeat : words.confirmMove;
}
