/**
 * Pid files that survive a reused pid: they hold the pid and the kernel's start time of that process, so a stranger
 * with the same number is never mistaken for ours.
 */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** True when a process with this pid exists and is no zombie. */
export function isAlive(pid: number): boolean {
  const stat = readStat(pid);
  return stat !== undefined && stat.state !== 'Z' && stat.state !== 'X';
}

/** Notes a child in `<folder>/<name>.pid`. */
export function writePidFile(folder: string, name: string, pid: number): void {
  writeFileSync(join(folder, `${name}.pid`), `${pid} ${readStat(pid)?.startTime ?? 0}\n`);
}

/** Forgets a child. */
export function removePidFile(folder: string, name: string): void {
  rmSync(join(folder, `${name}.pid`), { force: true });
}

/** Name and pid of every noted process that still lives. */
export function livingPidFiles(folder: string): readonly { name: string; pid: number }[] {
  return namesIn(folder).flatMap((name) => {
    const pid = livingPid(folder, name);
    return pid === undefined ? [] : [{ name, pid }];
  });
}

/** The pid of a noted process while exactly that process lives. */
export function livingPid(folder: string, name: string): number | undefined {
  const [pid, startTime] = readNumbers(join(folder, `${name}.pid`));
  if (pid === undefined || !isAlive(pid)) return undefined;
  return readStat(pid)?.startTime === startTime ? pid : undefined;
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((file) => file.endsWith('.pid'))
      .map((file) => file.slice(0, -4));
  } catch {
    return [];
  }
}

function readNumbers(file: string): readonly number[] {
  try {
    return readFileSync(file, 'utf8').trim().split(' ').map(Number);
  } catch {
    return [];
  }
}

/** Fields 3 and 22 of /proc/PID/stat (proc(5)); the command in field 2 may itself hold blanks and brackets. */
function readStat(pid: number): { state: string; startTime: number } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0] ?? '', startTime: Number(fields[19]) };
  } catch {
    return undefined;
  }
}
