import { createInterface } from 'node:readline/promises';
import { CliError, EXIT } from './cli-error.ts';

/** True where somebody can be asked. */
export function canAsk(): boolean {
  return process.stdin.isTTY === true && process.stdout.isTTY === true;
}

/** Asks on a terminal; elsewhere it goes on without a question. Errors: CliError 1 with `refusal` unless the answer is yes. */
export async function confirm(question: string, refusal: string): Promise<void> {
  if (!canAsk()) return;
  const dialog = createInterface({ input: process.stdin, output: process.stdout });
  try {
    const answer = await dialog.question(`${question} [y/N] `);
    if (!/^y(es)?$/i.test(answer.trim())) throw new CliError(EXIT.refused, [refusal]);
  } finally {
    dialog.close();
  }
}
