/** An end that a person can act upon; its message is one sentence. */
export class DemoError extends Error {
  override readonly name = 'DemoError';
}
