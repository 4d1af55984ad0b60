/** A failure that a person can act upon; its message is one sentence with the thing, the place and the remedy. */
export class StackError extends Error {
  override readonly name = 'StackError';
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
