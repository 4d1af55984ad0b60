import { resetStack, type StackHandle } from '../stack/api.ts';
import { readConfig } from '../stack/config.ts';
import { StackError } from '../stack/errors.ts';
import { supervisorPid } from '../stack/leftovers.ts';
import { type Report, silentReport } from '../stack/report.ts';
import { bootStack } from './boot.ts';
import { DATABASE_LINKS } from './channels.ts';
import { ownClocks } from './clocks.ts';
import { mayMount, mountSmallDisks, SMALL_DISK_NAMES, unmountBelow } from './faults/disk-faults.ts';
import { closeLinks, type Links, openLinks } from './links.ts';

const STORES = ['redis', 'order', 'user', 'otter', 'kafka-sh', 'kafka-us', 'registry'];
const REST = ['mirror-us', 'mirror-sh', 'selector-sh', 'loader-sh', 'loader-us', 'admin-api'];
const PROCESSES = [...STORES, ...REST];

/** A stack of two sites whose links, processes, database sessions and disks can be made to fail. Disposal takes it down; logs and data stay until the next one. */
export class ChaosBed implements AsyncDisposable {
  readonly stack: StackHandle;
  readonly links: Links;

  private constructor(stack: StackHandle, links: Links) {
    this.stack = stack;
    this.links = links;
  }

  /** Boots it from nothing in `dir`. Errors: StackError, also while another run uses the folder. */
  static async open(dir: string, report: Report): Promise<ChaosBed> {
    if (supervisorPid(dir) !== undefined)
      throw new StackError(`A chaos run uses ${dir} already; wait for its end, or end it.`);
    unmountBelow(dir);
    await resetStack(dir, silentReport);
    const environments = await ownClocks(dir, report);
    const options = { dir, port: 0, relayed: true, environments, tiedToCaller: true, report };
    const stack = await bootStack({ ...options, only: STORES });
    const config = readConfig(dir);
    if (config === undefined) throw new StackError(`No stack was made in ${dir}.`);
    const links = await openLinks(config, DATABASE_LINKS);
    try {
      if (mayMount) {
        await stack.stop(...SMALL_DISK_NAMES);
        mountSmallDisks(stack);
        await stack.start(...SMALL_DISK_NAMES);
      } else report.line('no full disks: mounting small file systems needs root');
      await bootStack({ ...options, only: PROCESSES });
      return new ChaosBed(stack, links);
    } catch (error) {
      await takeDown(stack, links);
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await takeDown(this.stack, this.links);
  }
}

async function takeDown(stack: StackHandle, links: Links): Promise<void> {
  await stack.down();
  await closeLinks(links);
  unmountBelow(stack.dir);
}
