import type { KafkaAddress } from '../../shared/kafka/cluster.ts';
import { followTopic } from '../../shared/kafka/topic-follower.ts';
import { statusSchema } from '../../shared/model/status.ts';
import { statusTopic } from '../../topics/topics.ts';

/** A selector tells its status at least every 3 s; one that is silent for longer than this is taken for dead. */
const ALIVE_MS = 6_000;
const AT_REST: ReadonlySet<string> = new Set(['standby', 'paused', 'stopped']);

type Seen = { readonly instance: string; readonly isAtWork: boolean; readonly at: number };

/** What the other selectors of a site say about their sources, by the site's status topic. Ages are those of arrival here, so clocks of other machines do not matter. */
export class Peers {
  private readonly instance: string;
  private readonly seen = new Map<string, Seen>();
  private caughtUpAt: number | undefined;

  constructor(instance: string) {
    this.instance = instance;
  }

  /** Follows the site's statuses until the signal. */
  async run(kafka: KafkaAddress, site: string, signal: AbortSignal): Promise<void> {
    const onWait = (): void => {
      this.caughtUpAt = undefined;
    };
    for await (const { records, caughtUp } of followTopic({ ...kafka, topic: statusTopic(site), onWait }, signal)) {
      for (const { key, value } of records) this.note(key, value);
      if (caughtUp) this.caughtUpAt ??= performance.now();
    }
  }

  /** Another selector that is at work on the source. */
  atWork(source: string): string | undefined {
    const seen = this.seen.get(source);
    return seen?.isAtWork && performance.now() - seen.at <= ALIVE_MS ? seen.instance : undefined;
  }

  /** Whether the statuses have been heard for so long that a selector at work would have been among them. */
  get areHeard(): boolean {
    return this.caughtUpAt !== undefined && performance.now() - this.caughtUpAt > ALIVE_MS;
  }

  private note(key: string, value: Buffer | null): void {
    const [role, source, instance] = splitKey(key);
    if (role !== 'selector' || instance === this.instance) return;
    if (value === null) {
      if (this.seen.get(source)?.instance === instance) this.seen.delete(source);
      return;
    }
    const isAtWork = !AT_REST.has(stateOf(value));
    if (!isAtWork && this.seen.get(source)?.instance !== instance) return;
    this.seen.set(source, { instance, isAtWork, at: performance.now() });
  }
}

const stateOnly = statusSchema.pick({ state: true });

/** A record that is no status tells of nobody at work. */
function stateOf(value: Buffer): string {
  try {
    return stateOnly.parse(JSON.parse(value.toString('utf8'))).state;
  } catch {
    return 'stopped';
  }
}

/** Of `selector/sh.order/instance`; an instance may hold slashes. */
function splitKey(key: string): [role: string, source: string, instance: string] {
  const [role = '', source = '', ...instance] = key.split('/');
  return [role, source, instance.join('/')];
}
