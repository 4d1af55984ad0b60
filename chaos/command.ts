import { messageOf, StackError } from '../stack/errors.ts';

export const say = (line: string): void => console.log(line);

/** Sets the exit code: of `main`, or 1 for what it throws. */
export async function runCommand(main: () => Promise<number>): Promise<void> {
  process.exitCode = await main().catch((error: unknown) => {
    console.error(error instanceof StackError ? messageOf(error) : error);
    return 1;
  });
}

/** What `read` makes of the arguments, or the exit code when there is nothing to run: a text that they ask for is said, a refusal is told with the usage. */
export function readArguments<T extends object>(read: () => T | string, usage: string): T | number {
  try {
    const options = read();
    if (typeof options !== 'string') return options;
    say(options);
    return 0;
  } catch (error) {
    console.error(`${messageOf(error)}\n${usage}`);
    return 2;
  }
}

/** Aborts when somebody ends the command: it goes on with what is to be done at the end. */
export function endSignal(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort());
  return stop.signal;
}
