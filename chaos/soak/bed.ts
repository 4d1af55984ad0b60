import { type Server, serverAt } from '../../demo/servers.ts';
import { resetStack, type StackHandle } from '../../stack/api.ts';
import { StackError } from '../../stack/errors.ts';
import { supervisorPid } from '../../stack/leftovers.ts';
import { type Report, silentReport } from '../../stack/report.ts';
import { bootStack } from '../boot.ts';
import { Relay } from '../relay.ts';
import type { ChaosRoute } from '../route.ts';
import { openSoakRoutes } from './channels.ts';

const NEAR = ['redis', 'order', 'user', 'kafka-sh', 'registry', 'selector-sh', 'loader-sh', 'admin-api'];
const FAR = ['otter', 'kafka-us', 'mirror-us', 'mirror-sh', 'loader-us'];

/** `port`: where the loader reaches the target. */
export type SoakRoute = ChaosRoute & { readonly port: number };

/** A stack whose pipelines within the first site reach their target over relays of their own. Disposal takes it down; logs and data stay until the next one. */
export class SoakBed implements AsyncDisposable {
  readonly stack: StackHandle;
  readonly slow: Relay;
  readonly stopped: Relay;
  private readonly channels: readonly string[];

  private constructor(stack: StackHandle, relays: { slow: Relay; stopped: Relay }, channels: readonly string[]) {
    this.stack = stack;
    this.slow = relays.slow;
    this.stopped = relays.stopped;
    this.channels = channels;
  }

  /** Boots it from nothing in `dir` and starts these channels (`far`, `slow`, `stopped`). Errors: StackError, also while another run uses the folder. */
  static async open(dir: string, channels: readonly string[], report: Report): Promise<SoakBed> {
    if (supervisorPid(dir) !== undefined)
      throw new StackError(`A soak run uses ${dir} already; wait for its end, or end it.`);
    await resetStack(dir, silentReport);
    const only = channels.includes('far') ? [...NEAR, ...FAR] : NEAR;
    const stack = await bootStack({ dir, port: 0, only, tiedToCaller: true, report });
    const { port } = serverAt(stack.address('user'));
    const bed = new SoakBed(stack, { slow: await Relay.open(port), stopped: await Relay.open(port) }, channels);
    await openSoakRoutes(bed);
    return bed;
  }

  get from(): ChaosRoute['from'] {
    return { server: serverAt(this.stack.address('order')), schema: 'soak' };
  }

  get source(): Server {
    return this.from.server;
  }

  /** One source, a target for each channel. */
  get routes(): readonly SoakRoute[] {
    const route = (channel: string, title: string, process: string, port?: number): SoakRoute => {
      const server = serverAt(this.stack.address(process));
      const to = { server, schema: `copy_${channel}` };
      return { channel, title, port: port ?? server.port, partitions: 1, from: this.from, to };
    };
    const make: Readonly<Record<string, () => SoakRoute>> = {
      far: () => route('far', 'across the sites', 'otter'),
      slow: () => route('slow', 'slow target', 'user', this.slow.port),
      stopped: () => route('stopped', 'stopped target', 'user', this.stopped.port),
    };
    return this.channels.flatMap((channel) => make[channel]?.() ?? []);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stack.down();
    await Promise.all([this.slow, this.stopped].map((relay) => relay[Symbol.asyncDispose]()));
  }
}
