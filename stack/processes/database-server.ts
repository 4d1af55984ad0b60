/** What the engines share. */
import { writeFileSync } from 'node:fs';

/** One engine's part: its program, the arguments of every call, those of a running server. */
export type DatabaseServer = {
  readonly root: string;
  readonly program: string;
  readonly base: readonly string[];
  readonly running: (serverId: number) => readonly string[];
};

/** Writes SQL for a server's start beside the data folder; returns the file. */
export function writeStatements(part: string, statements: readonly string[]): string {
  const file = `${part}.sql`;
  writeFileSync(file, statements.map((statement) => `${statement};\n`).join(''));
  return file;
}
