import { followTopic } from '../../shared/kafka/topic-follower.ts';
import type { Channel, Pipeline } from '../../shared/model/channel.ts';
import { NODE_KEY } from '../../shared/model/node.ts';
import { type Status, statusSchema } from '../../shared/model/status.ts';
import type { ReplicationError } from '../../shared/runtime/errors.ts';
import type { Logger } from '../../shared/runtime/log.ts';
import { sourceId, statusTopic } from '../../topics/topics.ts';
import { NodeView } from './observe/node-view.ts';

type Options = { readonly brokers: readonly string[]; readonly clientId: string; readonly log: Logger };
export type Observed = { readonly status: Status; readonly seenAt: number };

/**
 * The last status of every process, from the status topics of all sites (those of other sites are mirrored here).
 * A status is as old as its arrival here, so clocks of other sites do not matter; one that was there before this process is as old as it says.
 */
export class StatusView {
  private readonly options: Options;
  private readonly sites: readonly string[];
  private readonly latest = new Map<string, Observed>();
  /** The processes themselves, which report on the same topics. */
  readonly nodes = new NodeView();
  /** The same by what they work for, so that a list of many pipelines does not look through all of them for each. */
  private readonly byWork = new Map<string, Map<string, Observed>>();

  constructor(options: Options, sites: Iterable<string>) {
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

  /** Those of the selectors and loaders that work for a pipeline. */
  of(channel: Channel, pipeline: Pipeline): Observed[] {
    const from = channel.resolved[pipeline.from];
    const source = from === undefined ? pipeline.from : sourceId(from.site, pipeline.from);
    const selectors = this.byWork.get(selectorWork(source))?.values() ?? [];
    const loaders = this.byWork.get(loaderWork(channel.name, pipeline.name))?.values() ?? [];
    return [...selectors, ...loaders];
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
      this.drop(key);
      return;
    }
    try {
      const status = statusSchema.parse(JSON.parse(value.toString('utf8')));
      const now = Date.now();
      this.keep(key, { status, seenAt: isLive ? now : Math.min(status.at, now) });
    } catch {
      this.tellStranger(topic, key);
    }
  }

  private tellStranger(topic: string, key: string): void {
    this.options.log.warn({ topic, key }, 'a record on the topic is no status, it is left alone');
  }

  private keep(key: string, observed: Observed): void {
    this.drop(key);
    this.latest.set(key, observed);
    const work = workOf(observed.status);
    const known = this.byWork.get(work);
    if (known === undefined) this.byWork.set(work, new Map([[key, observed]]));
    else known.set(key, observed);
  }

  private drop(key: string): void {
    const before = this.latest.get(key);
    if (before === undefined) return;
    this.latest.delete(key);
    const work = workOf(before.status);
    const known = this.byWork.get(work);
    known?.delete(key);
    if (known?.size === 0) this.byWork.delete(work);
  }
}

function workOf({ role, source, channel = '', pipeline = '' }: Status): string {
  return role === 'selector' ? selectorWork(source) : loaderWork(channel, pipeline);
}

function selectorWork(source: string): string {
  return `selector/${source}`;
}

function loaderWork(channel: string, pipeline: string): string {
  return `loader/${channel}/${pipeline}`;
}
