import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import * as z from 'zod';

const fileSchema = z.object({ tokens: z.record(z.string(), z.string()) });

/** The token that `lutra login` kept for the admin API at this address; undefined when there is none. */
export function keptToken(server: string): string | undefined {
  return readTokens()[server];
}

/** Keeps a token, or with undefined forgets it, in a file that only its user can read. */
export function keepToken(server: string, token: string | undefined): void {
  const { [server]: _before, ...others } = readTokens();
  const tokens = token === undefined ? others : { ...others, [server]: token };
  const file = credentialsFile();
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const part = `${file}.${process.pid}.part`;
  writeFileSync(part, `${JSON.stringify({ tokens }, null, 2)}\n`, { mode: 0o600 });
  renameSync(part, file);
}

export function credentialsFile(): string {
  return join(process.env.XDG_CONFIG_HOME || join(homedir(), '.config'), 'lutra', 'credentials.json');
}

function readTokens(): Readonly<Record<string, string>> {
  try {
    return fileSchema.parse(JSON.parse(readFileSync(credentialsFile(), 'utf8'))).tokens;
  } catch {
    return {};
  }
}
