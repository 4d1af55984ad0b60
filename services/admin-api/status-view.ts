import type { KafkaAddress } from '../../shared/kafka/cluster.ts';
import { followTopic } from '../../shared/kafka/topic-follower.ts';
import type { Channel, Pipeline } from '../../shared/model/channel.ts';
import { NODE_KEY } from '../../shared/model/node.ts';
import { type Status, statusSchema } from '../../shared/model/status.ts';
import type { ReplicationError } from '../../shared/runtime/errors.ts';
import { sourceId, statusTopic } from '../../topics/topics.ts';
import { BatchView } from './observe/batch-view.ts';
import { NodeView } from './observe/node-view.ts';

export type Observed = { readonly status: Status; readonly seenAt: number };

/**
 * The last status of every process, from the status topics of all sites (those of other sites are mirrored here).
 * A status is as old as its arrival here, so clocks of other sites do not matter; one that was there before this process is as old as it says.
 */
export class StatusView {
  private readonly options: KafkaAddress;
  private readonly sites: readonly string[];
  private readonly latest = new Map<string, Observed>();
  /** The same by what they work for, so that a list of many pipelines does not look through all of them for each. */
  private readonly groups = new Map<string, Map<string, Observed>>();
  private readonly listeners = new Set<(status: Status) => void>();
  /** The processes themselves, which report on the same topics. */
  readonly nodes = new NodeView();
  readonly batches = new BatchView();

  constructor(options: KafkaAddress, sites: Iterable<string>) {
    this.options = options;
    this.sites = [...sites];
  }

  /** Follows all status topics until the signal. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all(this.sites.map((site) => this.follow(site, signal)));
  }

  /** Every status known, in no order; also of processes that are gone. */
  all(): Observed[] {
    return [...this.latest.values()];
  }

  /** What the selectors and loaders that work for a pipeline say. */
  of(channel: Channel, pipeline: Pipeline): Observed[] {
    const from = channel.resolved[pipeline.from];
    const source = from === undefined ? pipeline.from : sourceId(from.site, pipeline.from);
    const groups = [`selector ${source}`, `loader ${channel.name}/${pipeline.name}`];
    return groups.flatMap((group) => [...(this.groups.get(group)?.values() ?? [])]);
  }

  onStatus(listener: (status: Status) => void): void {
    this.listeners.add(listener);
  }

  private async follow(site: string, signal: AbortSignal): Promise<void> {
    const topic = statusTopic(site);
    const onWait = (error: ReplicationError): void =>
      this.options.log.debug({ topic, why: error.message }, 'waiting for a status topic');
    let isLive = false;
    for await (const part of followTopic({ ...this.options, topic, onWait }, signal)) {
      for (const record of part.records) this.accept(topic, record.key, record.value, isLive);
      if (part.caughtUp) isLive = true;
    }
  }

  private accept(topic: string, key: string, value: Buffer | null, isLive: boolean): void {
    if (key.startsWith(NODE_KEY)) {
      if (!this.nodes.accept(key, value, isLive)) this.tellStranger(topic, key);
      return;
    }
    if (value === null) {
      this.forget(key);
      return;
    }
    try {
      const status = statusSchema.parse(JSON.parse(value.toString('utf8')));
      const now = Date.now();
      this.batches.accept(status);
      this.keep(key, { status, seenAt: isLive ? now : Math.min(status.at, now) });
      for (const listener of this.listeners) listener(status);
    } catch {
      this.tellStranger(topic, key);
    }
  }

  private keep(key: string, observed: Observed): void {
    this.forget(key);
    this.latest.set(key, observed);
    const name = groupOf(observed.status);
    const group = this.groups.get(name) ?? new Map<string, Observed>();
    this.groups.set(name, group.set(key, observed));
  }

  private forget(key: string): void {
    const known = this.latest.get(key);
    if (known === undefined) return;
    this.latest.delete(key);
    this.groups.get(groupOf(known.status))?.delete(key);
  }

  private tellStranger(topic: string, key: string): void {
    this.options.log.warn({ topic, key }, 'a record on the topic is no status, it is left alone');
  }
}

function groupOf({ role, source, channel, pipeline }: Status): string {
  return role === 'selector' ? `selector ${source}` : `loader ${channel}/${pipeline}`;
}
