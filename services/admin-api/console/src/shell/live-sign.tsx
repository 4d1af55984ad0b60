import { CircleDot, CircleDotDashed } from 'lucide-react';
import type { ReactNode } from 'react';
import { useLiveState } from '../api/live.ts';
import { useWords } from '../words/words.ts';
import { shellWords } from './shell-words.ts';

/** Whether changes appear by themselves; its place stays while that is not known. */
export function LiveSign(): ReactNode {
  const words = useWords(shellWords);
  const state = useLiveState();
  return (
    <div className="live-sign" role="status" title={state === 'away' ? words.awayAbout : words.liveAbout}>
      {state === 'live' && (
        <span className="is-live">
          <CircleDot size={13} aria-hidden /> {words.live}
        </span>
      )}
      {state === 'away' && (
        <span className="is-away">
          <CircleDotDashed size={13} aria-hidden /> {words.reconnecting}
        </span>
      )}
    </div>
  );
}
