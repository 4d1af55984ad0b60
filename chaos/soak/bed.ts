import { serverAt } from '../../demo/servers.ts';
import { resetStack, type StackHandle, upStack } from '../../stack/api.ts';
import { StackError } from '../../stack/errors.ts';
import { supervisorPid } from '../../stack/leftovers.ts';
import { type Report, silentReport } from '../../stack/report.ts';
import { Relay } from '../relay.ts';
import type { ChaosRoute } from '../route.ts';

const PROCESSES = [
  ...['redis', 'order', 'user', 'otter', 'kafka-sh', 'kafka-us', 'registry'],
  ...['mirror-us', 'mirror-sh', 'selector-sh', 'loader-sh', 'loader-us', 'admin-api'],
];

/** A stack of two sites; the two pipelines within the first one reach their target over relays of their own. Disposal takes it down; logs and data stay until the next one. */
export class SoakBed implements AsyncDisposable {
  readonly stack: StackHandle;
  readonly slow: Relay;
  readonly stopped: Relay;

  private constructor(stack: StackHandle, slow: Relay, stopped: Relay) {
    this.stack = stack;
    this.slow = slow;
    this.stopped = stopped;
  }

  /** Boots it from nothing in `dir`. Errors: StackError, also while another run uses the folder. */
  static async open(dir: string, report: Report): Promise<SoakBed> {
    if (supervisorPid(dir) !== undefined)
      throw new StackError(`A soak run uses ${dir} already; wait for its end, or end it.`);
    await resetStack(dir, silentReport);
    const stack = await upStack({ dir, port: 0, only: PROCESSES, tiedToCaller: true, report });
    const { port } = serverAt(stack.address('user'));
    return new SoakBed(stack, await Relay.open(port), await Relay.open(port));
  }

  /** One source, three targets. */
  get routes(): readonly SoakRoute[] {
    const route = (channel: string, title: string, process: string, port: number): SoakRoute => ({
      ...{ channel, title, port, partitions: 1 },
      from: { server: serverAt(this.stack.address('order')), schema: 'soak' },
      to: { server: serverAt(this.stack.address(process)), schema: `copy_${channel}` },
    });
    return [
      route('far', 'across the sites', 'otter', serverAt(this.stack.address('otter')).port),
      route('slow', 'slow target', 'user', this.slow.port),
      route('stopped', 'stopped target', 'user', this.stopped.port),
    ];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stack.down();
    await Promise.all([this.slow, this.stopped].map((relay) => relay[Symbol.asyncDispose]()));
  }
}

/** `port`: where the loader reaches the target. */
export type SoakRoute = ChaosRoute & { readonly port: number };
