import { join } from 'node:path';
import { Channels } from '../demo/channels.ts';
import { type Server, serverAt } from '../demo/servers.ts';
import { resetStack, type StackHandle, upStack } from '../stack/api.ts';
import { PROJECT_ROOT } from '../stack/config.ts';
import { StackError } from '../stack/errors.ts';
import { supervisorPid } from '../stack/leftovers.ts';
import { type Report, silentReport } from '../stack/report.ts';

const DIR = join(PROJECT_ROOT, '.stack', 'bench');
/** All with the same settings: those of the stack. */
const DATABASES = 'source=mysql@sh,target=mysql@sh,replica=mysql@sh,far=mysql@us';
const NEAR = ['redis', 'source', 'target', 'replica', 'kafka-sh', 'registry', 'selector-sh', 'loader-sh', 'admin-api'];
const FAR = ['far', 'kafka-us', 'loader-us', 'mirror-us'];

export type ServerName = 'source' | 'target' | 'replica' | 'far';

/** The stack that is measured: one site, to which the other one is added while a leg needs it, so that it costs nothing otherwise. */
export class TestBed implements AsyncDisposable {
  readonly stack: StackHandle;
  readonly channels: Channels;

  private constructor(stack: StackHandle) {
    this.stack = stack;
    this.channels = new Channels(stack.address('admin-api', 'http'), stack.token);
  }

  /** Boots it from nothing, so that no run inherits another's data. Errors: StackError, also while another benchmark runs. */
  static async open(report: Report): Promise<TestBed> {
    if (supervisorPid(DIR) !== undefined)
      throw new StackError(`A benchmark runs in ${DIR} already; wait for its end, or end it.`);
    await resetStack(DIR, silentReport);
    return new TestBed(
      await upStack({ dir: DIR, port: 0, databases: DATABASES, only: NEAR, tiedToCaller: true, report }),
    );
  }

  server(name: ServerName): Server {
    return serverAt(this.stack.address(name));
  }

  kafka(site: 'sh' | 'us'): string {
    return this.stack.address(`kafka-${site}`);
  }

  /** Adds the other site: database, Kafka, MirrorMaker, loader. */
  async addFarSite(): Promise<void> {
    await this.stack.start(...FAR);
    for (const name of FAR) await this.stack.waitHealthy(name);
  }

  /** Takes the other site away; its data stays. */
  async removeFarSite(): Promise<void> {
    await this.stack.stop('mirror-us', 'loader-us');
    await this.stack.stop('kafka-us', 'far');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stack.reset();
  }
}
