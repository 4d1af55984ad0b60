import type { AuditEntry } from '../../api/operation-types.ts';
import type { Tone } from '../../design/state-badge.tsx';

export const OUTCOME_TONES: Readonly<Record<AuditEntry['outcome'], Tone>> = {
  begun: 'warn',
  done: 'good',
  failed: 'bad',
};

type Subject = {
  readonly subject?: string | undefined;
  readonly channel?: string | undefined;
  readonly pipeline?: string | undefined;
};

/** Channel and pipeline, or whatever else was acted on. */
export function subjectOf({ subject, channel, pipeline }: Subject): string {
  if (channel === undefined) return subject ?? '–';
  return pipeline === undefined ? channel : `${channel}/${pipeline}`;
}
