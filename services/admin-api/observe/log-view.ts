import type { KafkaAddress } from '../../../shared/kafka/cluster.ts';
import { followTopic } from '../../../shared/kafka/topic-follower.ts';
import { type LogLevel, logLevelSchema, logRecordSchema } from '../../../shared/model/log-record.ts';
import { logTopic } from '../../../topics/topics.ts';
import type { LogEntry } from '../schemas/logs.ts';

const KEPT = 50_000;

export type LogQuery = {
  readonly channel?: string | undefined;
  readonly pipeline?: string | undefined;
  readonly node?: string | undefined;
  /** This level and above. */
  readonly level?: LogLevel | undefined;
  /** Part of message or code. */
  readonly filter?: string | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly after?: string | undefined;
  readonly limit: number;
};

/** The newest 50,000 log records of all sites, as their topics have them (a week). */
export class LogView {
  private readonly kafka: KafkaAddress;
  private readonly sites: readonly string[];
  private entries: LogEntry[] = [];
  private isSorted = true;
  private readonly listeners = new Set<(entry: LogEntry) => void>();

  constructor(kafka: KafkaAddress, sites: Iterable<string>) {
    this.kafka = kafka;
    this.sites = [...sites];
  }

  async run(signal: AbortSignal): Promise<void> {
    await Promise.all(this.sites.map((site) => this.follow(site, signal)));
  }

  onEntry(listener: (entry: LogEntry) => void): void {
    this.listeners.add(listener);
  }

  /** The newest first; `next` names the last one when there are older ones. */
  list(query: LogQuery): { items: LogEntry[]; total: number; next?: string } {
    const found = this.sorted().filter((entry) => matches(entry, query));
    const begin = query.after === undefined ? 0 : found.findIndex(({ id }) => id === query.after) + 1;
    const items = found.slice(begin, begin + query.limit);
    const last = items.at(-1);
    const hasMore = begin + items.length < found.length;
    return { items, total: found.length, ...(hasMore && last !== undefined ? { next: last.id } : {}) };
  }

  private sorted(): readonly LogEntry[] {
    if (!this.isSorted) this.entries.sort((a, b) => b.at - a.at);
    this.isSorted = true;
    if (this.entries.length > KEPT) this.entries.length = KEPT;
    return this.entries;
  }

  private async follow(site: string, signal: AbortSignal): Promise<void> {
    for await (const { records } of followTopic({ ...this.kafka, topic: logTopic(site) }, signal)) {
      for (const { value, offset } of records) {
        const entry = value === null ? undefined : parse(value, `${site}-${offset}`);
        if (entry !== undefined) this.add(entry);
      }
    }
  }

  private add(entry: LogEntry): void {
    this.entries.push(entry);
    this.isSorted = false;
    if (this.entries.length > KEPT * 2) this.sorted();
    for (const listener of this.listeners) listener(entry);
  }
}

function matches(entry: LogEntry, { channel, pipeline, node, level, filter, from, to }: LogQuery): boolean {
  return (
    (channel === undefined || entry.channel === channel) &&
    (pipeline === undefined || entry.pipeline === pipeline) &&
    (node === undefined || entry.instance === node) &&
    (level === undefined || rank(entry.level) >= rank(level)) &&
    (from === undefined || entry.at >= from) &&
    (to === undefined || entry.at < to) &&
    (filter === undefined || entry.message.includes(filter) || (entry.code?.includes(filter) ?? false))
  );
}

function rank(level: LogLevel): number {
  return logLevelSchema.options.indexOf(level);
}

function parse(value: Buffer, id: string): LogEntry | undefined {
  try {
    return { id, ...logRecordSchema.parse(JSON.parse(value.toString('utf8'))) };
  } catch {
    return undefined;
  }
}
