/** Runs the host's tools (mvn, pip, apt-get, dpkg, tar) for the installation. */
import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { StackError } from '../errors.ts';

/** What to do when a tool is missing. */
const REMEDIES: Readonly<Record<string, string>> = {
  mvn: 'install Maven (package "maven") or put mvn on the PATH',
  java: 'install a Java 17 or later (package "openjdk-17-jdk-headless"); Maven runs on it',
  python3: 'install Python 3 with pip (packages "python3" and "python3-pip")',
  'apt-get': 'run on Debian or Ubuntu; MySQL, MariaDB and Redis are taken from Debian packages',
  dpkg: 'run on Debian or Ubuntu; MySQL, MariaDB and Redis are taken from Debian packages',
  tar: 'install tar',
};

/** Throws one sentence with the remedy when a tool is not on the PATH. */
export function requireTool(tool: string, purpose: string): void {
  if (findTool(tool)) return;
  throw new StackError(`${tool} is not on the PATH, and ${purpose} needs it; ${REMEDIES[tool] ?? `install ${tool}`}.`);
}

function findTool(tool: string): string | undefined {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, tool))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/** Result of a tool that ended well. */
export type ToolOutput = { readonly stdout: string };

/** Runs a tool to its end; when it fails, throws one sentence with the last lines that it said. */
export async function runTool(
  tool: string,
  args: readonly string[],
  { purpose, cwd, env }: { purpose: string; cwd?: string; env?: NodeJS.ProcessEnv },
): Promise<ToolOutput> {
  requireTool(tool, purpose);
  const child = spawn(tool, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
    said = (said + chunk.toString()).slice(-4000);
  });
  child.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-4000);
  });
  const code = await new Promise<number | string | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status, signal) => resolve(status ?? signal));
  });
  if (code === 0) return { stdout };
  const lines = said.trim().split('\n').slice(-6).join(' | ');
  throw new StackError(
    `${tool} failed (${code}) while it fetched ${purpose}; check the network and the tool's settings, then run "up" again. It said: ${lines}`,
  );
}
