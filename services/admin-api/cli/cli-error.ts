/** Exit codes of the command line: kubectl-like, and told apart from each other. */
export const EXIT = { refused: 1, usage: 2, unreachable: 3, notLoggedIn: 4 } as const;

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
