import { createContext, type ReactNode, useCallback, useContext, useState } from 'react';
import { Callout } from './feedback.tsx';
import type { Tone } from './state-badge.tsx';

type Notice = { readonly id: number; readonly tone: Tone; readonly text: ReactNode };
const SHOWN_MS = 6_000;
const Context = createContext<(tone: Tone, text: ReactNode) => void>(() => {});
let last = 0;

/** Short messages about what was done, in the corner; they leave by themselves. */
export function Notices({ children }: { children: ReactNode }): ReactNode {
  const [notices, setNotices] = useState<readonly Notice[]>([]);
  const tell = useCallback((tone: Tone, text: ReactNode) => {
    const id = ++last;
    setNotices((before) => [...before.slice(-2), { id, tone, text }]);
    setTimeout(() => setNotices((before) => before.filter((notice) => notice.id !== id)), SHOWN_MS);
  }, []);
  return (
    <Context value={tell}>
      {children}
      <div className="notices" role="status" aria-live="polite">
        {notices.map(({ id, tone, text }) => (
          <Callout key={id} tone={tone}>
            {text}
          </Callout>
        ))}
      </div>
    </Context>
  );
}

export function useNotice(): (tone: Tone, text: ReactNode) => void {
  return useContext(Context);
}
