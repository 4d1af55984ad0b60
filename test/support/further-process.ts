import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import type { StackHandle } from '../../stack/api.ts';
import { PROJECT_ROOT } from '../../stack/config.ts';

export type FurtherOptions = {
  readonly role: 'selector' | 'loader' | 'admin-api';
  readonly site: 'sh' | 'us';
  /** Changes of the environment; an empty text leaves a setting out. */
  readonly env?: Readonly<Record<string, string>>;
};

/** A service beside those of the stack: the service's own main.ts under an instance name of its own. Disposal ends it. */
export class FurtherProcess implements AsyncDisposable {
  readonly instance: string;
  readonly log: string;
  private readonly child: ChildProcess;
  private readonly ended: Promise<unknown>;

  constructor(stack: StackHandle, { role, site, env = {} }: FurtherOptions) {
    this.instance = `${role}-${randomBytes(3).toString('hex')}`;
    this.log = join(stack.dir, 'logs', `${this.instance}.log`);
    const file = openSync(this.log, 'a');
    this.child = spawn(process.execPath, [join(PROJECT_ROOT, `services/${role}/main.ts`)], {
      env: {
        ...process.env,
        LUTRA_SITE: site,
        LUTRA_KAFKA: stack.address(`kafka-${site}`),
        LUTRA_REGISTRY: stack.address('registry', 'http'),
        LUTRA_REDIS: stack.address('redis'),
        LUTRA_INSTANCE: this.instance,
        LUTRA_DB_PASSWORD: 'lutra',
        LUTRA_LOAD_PASSWORD: 'lutra_load',
        ...env,
      },
      stdio: ['ignore', file, file],
    });
    closeSync(file);
    this.ended = new Promise((resolve) => this.child.once('exit', resolve));
  }

  /** Resolves when it has ended, after a signal that ends it. */
  async end(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    this.child.kill(signal);
    await this.ended;
  }

  /** It stands still and knows nothing of it. */
  freeze(): void {
    this.child.kill('SIGSTOP');
  }

  thaw(): void {
    this.child.kill('SIGCONT');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.thaw();
    await this.end();
  }
}
