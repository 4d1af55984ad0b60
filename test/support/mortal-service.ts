import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../../stack/config.ts';

/** A process of Lutra whose end is in the hands of the test. */
export class MortalService implements AsyncDisposable {
  readonly name: string;
  private readonly entry: string;
  private readonly env: Record<string, string>;
  private readonly log: string;
  private child: ChildProcess | undefined;
  private exited: Promise<void> = Promise.resolve();

  constructor(name: string, entry: string, env: Record<string, string>, log: string) {
    this.name = name;
    this.entry = entry;
    this.env = env;
    this.log = log;
  }

  start(): void {
    const child = spawn(process.execPath, [join(PROJECT_ROOT, this.entry)], {
      env: { ...process.env, ...this.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const file = createWriteStream(this.log, { flags: 'a' });
    child.stdout.pipe(file);
    child.stderr.pipe(file, { end: false });
    this.exited = new Promise((resolve) => child.once('exit', () => resolve()));
    this.child = child;
  }

  /** The signal is out when it returns: the process runs no further line. */
  readonly kill = (): void => void this.child?.kill('SIGKILL');

  /** Everything that it has logged. */
  get logged(): string {
    return readFileSync(this.log, 'utf8');
  }

  async ended(): Promise<void> {
    await this.exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.child?.kill('SIGTERM');
    await this.exited;
  }
}
