import { useQueryClient } from '@tanstack/react-query';
import { CirclePause, CirclePlay, Stethoscope, Trash2 } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useLocation } from 'wouter';
import { call } from '../../api/client.ts';
import { useMay } from '../../api/rights.ts';
import type { StateReply } from '../../api/types.ts';
import { Button } from '../../design/button.tsx';
import { ConfirmDialog } from '../../design/dialog.tsx';
import { TextField } from '../../design/fields.tsx';
import { useNotice } from '../../design/notices.tsx';
import { useWords } from '../../words/words.ts';
import { channelWords } from './channel-words.ts';
import { CheckDialog } from './check-dialog.tsx';

type Open = 'start' | 'pause' | 'delete' | 'check';

/** Start, pause, check, delete: each says what it will do before it does it. */
export function ChannelActs({ name, desired }: { name: string; desired: 'running' | 'paused' | undefined }): ReactNode {
  const words = useWords(channelWords);
  const [open, setOpen] = useState<Open>();
  const mayOperate = useMay('operator');
  const mayChange = useMay('admin');
  const close = (): void => setOpen(undefined);
  const isPaused = desired === 'paused';
  return (
    <>
      <Button icon={<Stethoscope size={15} aria-hidden />} disabled={!mayOperate} onClick={() => setOpen('check')}>
        {words.check}
      </Button>
      <Button
        look={isPaused ? 'primary' : 'plain'}
        icon={isPaused ? <CirclePlay size={15} aria-hidden /> : <CirclePause size={15} aria-hidden />}
        disabled={!mayOperate || desired === undefined}
        onClick={() => setOpen(isPaused ? 'start' : 'pause')}
      >
        {isPaused ? words.start : words.pause}
      </Button>
      <Button
        look="danger"
        icon={<Trash2 size={15} aria-hidden />}
        aria-label={words.delete}
        title={words.delete}
        disabled={!mayChange}
        onClick={() => setOpen('delete')}
      />
      {open === 'check' && <CheckDialog path={`/channels/${name}/check`} onClose={close} />}
      {(open === 'start' || open === 'pause') && <StateDialog name={name} act={open} onClose={close} />}
      {open === 'delete' && <DeleteDialog name={name} onClose={close} />}
    </>
  );
}

function StateDialog({ name, act, onClose }: { name: string; act: 'start' | 'pause'; onClose: () => void }): ReactNode {
  const words = useWords(channelWords);
  const tell = useNotice();
  const queries = useQueryClient();
  const isStart = act === 'start';
  const carryOut = async (): Promise<void> => {
    const { startPoints = [] } = await call<StateReply>(`/channels/${name}/${act}`, { method: 'POST' });
    await queries.invalidateQueries();
    tell(
      'good',
      <>
        <b>{isStart ? words.started(name) : words.paused(name)}</b>
        {startPoints.map((point) => (
          <div key={point.pipeline}>
            {point.pipeline}: {point.from} <span className="muted">{point.notCovered}</span>
          </div>
        ))}
      </>,
    );
  };
  return (
    <ConfirmDialog
      title={isStart ? words.startTitle(name) : words.pauseTitle(name)}
      action={isStart ? words.start : words.pause}
      onConfirm={carryOut}
      onClose={onClose}
    >
      <p>{isStart ? words.startAbout : words.pauseAbout}</p>
    </ConfirmDialog>
  );
}

function DeleteDialog({ name, onClose }: { name: string; onClose: () => void }): ReactNode {
  const words = useWords(channelWords);
  const [written, setWritten] = useState('');
  const [, goTo] = useLocation();
  const tell = useNotice();
  const queries = useQueryClient();
  const carryOut = async (): Promise<void> => {
    await call(`/channels/${name}`, { method: 'DELETE' });
    goTo('/');
    tell('good', words.deleted(name));
    await queries.invalidateQueries();
  };
  return (
    <ConfirmDialog
      title={words.deleteTitle(name)}
      action={words.delete}
      isDanger
      isReady={written === name}
      onConfirm={carryOut}
      onClose={onClose}
    >
      <p>{words.deleteAbout}</p>
      <TextField label={words.deleteType(name)} value={written} onChange={setWritten} autoComplete="off" />
    </ConfirmDialog>
  );
}
