import { Channels } from '../../demo/channels.ts';
import { demoServers } from '../../demo/servers.ts';
import {
  createTutorial,
  dropTutorial,
  TUTORIAL_CHANNEL,
  TUTORIAL_FILE,
  tutorialDocument,
} from '../../demo/tutorial.ts';
import { Workload } from '../../demo/workload.ts';
import type { StackHandle } from '../../stack/api.ts';
import { testStack } from './stack.ts';

const START_LIMIT_MS = 60_000;
const LOAD = { seed: 7, changes: Number.MAX_SAFE_INTEGER, perSecond: 60, connections: 3 };

/** The tutorial's shop under its own names, with rows that change all the time. Disposal ends the load and removes channel and tables. */
export class LoadedShop implements AsyncDisposable {
  readonly stack: StackHandle;
  private readonly rest: AsyncDisposableStack;

  private constructor(stack: StackHandle, rest: AsyncDisposableStack) {
    this.stack = stack;
    this.rest = rest;
  }

  static async open(): Promise<LoadedShop> {
    const stack = await testStack();
    const servers = demoServers(stack);
    const channels = new Channels(stack.address('admin-api', 'http'), stack.token);
    await using rest = new AsyncDisposableStack();
    await channels.remove(TUTORIAL_CHANNEL);
    await createTutorial(servers);
    rest.defer(() => dropTutorial(servers));
    const since = Date.now();
    await channels.apply(await tutorialDocument(servers), TUTORIAL_FILE);
    rest.defer(() => channels.remove(TUTORIAL_CHANNEL));
    await channels.waitRunning(TUTORIAL_CHANNEL, { since, limitMs: START_LIMIT_MS });
    const over = new AbortController();
    const load = new Workload({ servers, ...LOAD }).run(over.signal);
    rest.defer(async () => {
      over.abort();
      await load;
    });
    return new LoadedShop(stack, rest.move());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.rest.disposeAsync();
  }
}
