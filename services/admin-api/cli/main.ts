import { CommanderError } from 'commander';
import { CliError } from './cli-error.ts';
import { createProgram } from './program.ts';
import { paint, printable } from './screen.ts';

/** The command line as a process. Its exit codes stand in EXIT_CODES. */
process.stdout.on('error', () => process.exit(0));
try {
  await createProgram().parseAsync(process.argv);
} catch (error) {
  process.exitCode = report(error);
}

function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (!(error instanceof CliError)) {
    console.error(paint('red', 'error'), error);
    return 1;
  }
  for (const line of error.lines) console.error(printable(line));
  return error.exitCode;
}
