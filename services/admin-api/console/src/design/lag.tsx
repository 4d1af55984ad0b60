import type { ReactNode } from 'react';
import { useFormat } from '../words/format.ts';

const SLOW_MS = 10_000;
const BAD_MS = 60_000;

/** A lag in words; long ones are coloured. undefined: not known. */
export function Lag({ ms }: { ms: number | undefined }): ReactNode {
  const format = useFormat();
  if (ms === undefined) return <span className="muted">–</span>;
  const tone = ms >= BAD_MS ? 'lag-bad' : ms >= SLOW_MS ? 'lag-slow' : '';
  return <span className={`lag ${tone}`}>{format.duration(ms)}</span>;
}
