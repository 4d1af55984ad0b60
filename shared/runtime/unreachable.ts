import { type ErrorCode, ReplicationError } from './errors.ts';

/** What is known of the cause of a failure: what it is in words, and what to do. */
export type Trouble = { readonly reason: string; readonly remedy: string };

/** `text`: what the driver says; `otherwise`: the remedy when the cause is not known. */
export type NoAnswer = {
  readonly place: string;
  readonly text: string;
  readonly trouble: Trouble | undefined;
  readonly otherwise: string;
  readonly cause: unknown;
};

/** The error about a part of the system that does not answer. */
export function unreachable(code: ErrorCode, { place, text, trouble, otherwise, cause }: NoAnswer): ReplicationError {
  const why = trouble === undefined ? text : `${trouble.reason} (${text})`;
  return new ReplicationError(code, `${place} does not answer: ${why}`, trouble?.remedy ?? otherwise, cause);
}
