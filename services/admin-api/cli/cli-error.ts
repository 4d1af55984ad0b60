/** Exit codes of the command line, told apart from each other; EXIT_CODES says what they mean. */
export const EXIT = { refused: 1, usage: 2, unreachable: 3, notLoggedIn: 4, waitedInVain: 5, differs: 6 } as const;

export const EXIT_CODES: readonly (readonly [code: number, meaning: string])[] = [
  [0, 'done; for check and diagnose: nothing to mend; for diff: no difference'],
  [EXIT.refused, 'refused, or problems found'],
  [EXIT.usage, 'wrong usage'],
  [EXIT.unreachable, 'the admin API is not reachable'],
  [EXIT.notLoggedIn, 'not logged in, or the log-in has ended'],
  [EXIT.waitedInVain, 'done, but what --wait waits for did not come in time'],
  [EXIT.differs, 'diff found differences'],
];

/** The end of a command with what to print on stderr. */
export class CliError extends Error {
  readonly exitCode: number;
  readonly lines: readonly string[];

  constructor(exitCode: number, lines: readonly string[]) {
    super(lines[0] ?? 'failed');
    this.name = 'CliError';
    this.exitCode = exitCode;
    this.lines = lines;
  }
}
