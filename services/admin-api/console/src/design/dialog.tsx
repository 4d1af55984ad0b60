import { X } from 'lucide-react';
import { type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { common } from '../words/common.ts';
import { useWords } from '../words/words.ts';
import { Button } from './button.tsx';
import { ErrorState } from './feedback.tsx';

/** A modal window: the browser keeps the focus in it and closes it on Escape. It exists as long as it is shown. */
export function Dialog({
  title,
  wide = false,
  onClose,
  foot,
  children,
}: {
  title: string;
  wide?: boolean;
  onClose: () => void;
  foot?: ReactNode;
  children: ReactNode;
}): ReactNode {
  const words = useWords(common);
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => element?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      className={wide ? 'dialog wide' : 'dialog'}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <div className="dialog-head">
        <h2 id={id}>{title}</h2>
        <Button look="quiet" icon={<X size={16} aria-hidden />} aria-label={words.close} onClick={onClose} />
      </div>
      <div className="dialog-body stack">{children}</div>
      {foot !== undefined && <div className="dialog-foot">{foot}</div>}
    </dialog>
  );
}

/** Asks before an act. `children` show its effect; what the API refuses is shown in place, and the window stays. */
export function ConfirmDialog({
  title,
  action,
  isDanger = false,
  staysOpen = false,
  isReady = true,
  wide = false,
  onConfirm,
  onClose,
  children,
}: {
  title: string;
  action: string;
  isDanger?: boolean;
  /** True when `onConfirm` says itself what comes after it. */
  staysOpen?: boolean;
  /** False while the effect is not known yet. */
  isReady?: boolean;
  wide?: boolean;
  onConfirm: () => Promise<unknown>;
  onClose: () => void;
  children: ReactNode;
}): ReactNode {
  const words = useWords(common);
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const confirm = async (): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      await onConfirm();
      if (!staysOpen) onClose();
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };
  return (
    <Dialog
      title={title}
      wide={wide}
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>{words.cancel}</Button>
          <Button
            look={isDanger ? 'danger filled' : 'primary'}
            busy={busy}
            disabled={!isReady}
            onClick={() => void confirm()}
          >
            {action}
          </Button>
        </>
      }
    >
      {children}
      {error !== undefined && <ErrorState error={error} />}
    </Dialog>
  );
}
