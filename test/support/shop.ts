import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { Channels } from '../../demo/channels.ts';
import { compareTables, differenceLine, type TablePair } from '../../demo/compare.ts';
import { settle } from '../../demo/marker.ts';
import { type DemoServers, demoServers } from '../../demo/servers.ts';
import {
  createTutorial,
  dropTutorial,
  insertSeedRows,
  type TutorialNames,
  tutorialPairs,
  tutorialRoutes,
} from '../../demo/tutorial.ts';
import { Workload, type WorkloadCounts } from '../../demo/workload.ts';
import type { StackHandle } from '../../stack/api.ts';
import { databaseAt } from './flow.ts';
import { testStack } from './stack.ts';

const START_LIMIT_MS = 60_000;
const SETTLE_LIMIT_MS = 120_000;
/** A signal that never aborts. */
export const NEVER = new AbortController().signal;

/** The tutorial's shop in schemas and under names of its own, with its channel running. Disposal removes all of it. */
export class Shop implements AsyncDisposable {
  readonly stack: StackHandle;
  readonly servers: DemoServers;
  readonly channels: Channels;
  readonly word = randomBytes(4).toString('hex');
  readonly channel = `shop-${this.word}`;
  readonly names: TutorialNames = {
    order: `mshop_order_${this.word}`,
    user: `mshop_user_${this.word}`,
    targetOrder: `otter_order_${this.word}`,
    targetUser: `otter_user_${this.word}`,
  };

  private constructor(stack: StackHandle) {
    this.stack = stack;
    this.servers = demoServers(stack);
    this.channels = new Channels(stack.address('admin-api', 'http'), stack.token);
  }

  static async open(): Promise<Shop> {
    const shop = new Shop(await testStack());
    await createTutorial(shop.servers, shop.names);
    const since = Date.now();
    await shop.channels.apply(JSON.stringify(shop.document()));
    await shop.channels.waitRunning(shop.channel, { since, limitMs: START_LIMIT_MS });
    return shop;
  }

  get pairs(): TablePair[] {
    return tutorialPairs(this.servers, this.names);
  }

  insertSeedRows(): Promise<void> {
    return insertSeedRows(this.servers, this.names);
  }

  /** Changes rows while `meanwhile` acts on the stack; resolves when both are done. */
  async workload(
    options: { readonly changes: number; readonly perSecond: number },
    meanwhile: (workload: Workload) => Promise<unknown> = async () => {},
  ): Promise<WorkloadCounts> {
    const { servers, names } = this;
    const seed = Number.parseInt(this.word, 16) % 1_000_000;
    const workload = new Workload({ servers, names, seed, connections: 6, ...options });
    const [counts] = await Promise.all([workload.run(NEVER), meanwhile(workload)]);
    return counts;
  }

  /** Waits until the target holds what both sources have committed. */
  async settle(limitMs = SETTLE_LIMIT_MS): Promise<void> {
    try {
      for (const route of tutorialRoutes(this.servers, this.names)) await settle(route, limitMs);
    } catch (cause) {
      const status = await this.channels.status(this.channel).catch(String);
      throw new Error(`not settled; status ${JSON.stringify(status)}`, { cause });
    }
  }

  /** Settles, then asserts that the three tables are equal and not empty. */
  async assertEqual(): Promise<void> {
    await this.settle();
    for (const pair of this.pairs) {
      const { rows, examples } = await compareTables(pair);
      assert.deepEqual(examples.map(differenceLine), []);
      assert.ok(rows > 0, `${pair.source.table} is empty`);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.channels.remove(this.channel);
    await dropTutorial(this.servers, this.names);
  }

  private document(): object {
    const { servers, word, names } = this;
    const [order, user, otter] = ['order', 'user', 'otter'].map((name) => `${name}-${word}`);
    const pipeline = (name: string, from: string | undefined, source: string, target: string): object => ({
      name,
      from,
      to: otter,
      mappings: [{ from: `${source}.*`, to: `${target}.*` }],
    });
    return {
      apiVersion: 'lutra/v1',
      kind: 'Channel',
      name: this.channel,
      databases: {
        [`order-${word}`]: databaseAt(servers.order, 'sh'),
        [`user-${word}`]: databaseAt(servers.user, 'sh'),
        [`otter-${word}`]: databaseAt(servers.otter, 'us'),
      },
      pipelines: [
        pipeline('order', order, names.order, names.targetOrder),
        pipeline('user', user, names.user, names.targetUser),
      ],
    };
  }
}
