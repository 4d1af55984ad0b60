import type { KafkaAddress } from '../../../shared/kafka/cluster.ts';
import { followTopic } from '../../../shared/kafka/topic-follower.ts';
import { NODE_KEY, nodeReportSchema } from '../../../shared/model/node.ts';
import { statusTopic } from '../../../topics/topics.ts';

/** How far a mirror is behind: what the newest report of a site says of its time, at the site's own Kafka and at another one. */
export type MirrorDelay = { readonly origin: string; readonly at: string; readonly behindMs: number | undefined };
type Sites = ReadonlyMap<string, { readonly brokers: readonly string[] }>;

const stamp = nodeReportSchema.pick({ at: true });

/**
 * Follows the reports of the processes of every site at the Kafka of every site that mirrors them, so a mirror that stands still shows, whoever else is
 * away. Both times that are compared are of one clock.
 */
export class MirrorWatch {
  private readonly kafka: Omit<KafkaAddress, 'brokers'>;
  private readonly sites: Sites;
  private readonly newest = new Map<string, number>();

  constructor(kafka: Omit<KafkaAddress, 'brokers'>, sites: Sites) {
    this.kafka = kafka;
    this.sites = sites;
  }

  async run(signal: AbortSignal): Promise<void> {
    const names = [...this.sites.keys()];
    await Promise.all(names.flatMap((origin) => names.map((at) => this.follow(origin, at, signal))));
  }

  /** Of the mirror that brings what `origin` tells to `at`; undefined while nothing of `origin` is known. */
  delay(origin: string, at: string): MirrorDelay | undefined {
    const there = this.newest.get(pair(origin, origin));
    if (there === undefined) return undefined;
    const here = this.newest.get(pair(origin, at));
    return { origin, at, behindMs: here === undefined ? undefined : Math.max(0, there - here) };
  }

  private async follow(origin: string, at: string, signal: AbortSignal): Promise<void> {
    const brokers = this.sites.get(at)?.brokers ?? [];
    for await (const { records } of followTopic({ ...this.kafka, brokers, topic: statusTopic(origin) }, signal)) {
      for (const { key, value } of records) {
        if (value === null || !key.startsWith(NODE_KEY)) continue;
        const time = timeOf(value);
        const name = pair(origin, at);
        if (time !== undefined) this.newest.set(name, Math.max(time, this.newest.get(name) ?? 0));
      }
    }
  }
}

function pair(origin: string, at: string): string {
  return `${origin} ${at}`;
}

function timeOf(value: Buffer): number | undefined {
  try {
    return stamp.parse(JSON.parse(value.toString('utf8'))).at;
  } catch {
    return undefined;
  }
}
