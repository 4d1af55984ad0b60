import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { statusTopic } from '../../topics/topics.ts';
import type { KafkaAddress } from '../kafka/cluster.ts';
import { TopicWriter } from '../kafka/topic-writer.ts';
import { type LinkReport, type NodeReport, nodeKey } from '../model/node.ts';

const EVERY_MS = 3_000;
const STARTED_AT = Math.round(Date.now() - process.uptime() * 1_000);

export type NodeIdentity = Pick<NodeReport, 'role' | 'instance' | 'site'>;

/**
 * Tells `lutra.status.<site>` every 3 s that this process lives and whom it reaches, whether it has work or not. What Kafka does not take is not told
 * later: the next report is newer. A clean stop leaves a tombstone.
 */
export class NodeReporter {
  private readonly writer: TopicWriter;
  private readonly who: NodeIdentity;
  private readonly links: () => LinkReport[];
  private readonly timer = setInterval(() => this.tell(), EVERY_MS);
  private readonly version = versionOfProject();
  private cpu = { usage: process.cpuUsage(), at: performance.now() };
  private telling: Promise<void> | undefined;

  constructor(kafka: KafkaAddress, who: NodeIdentity, links: () => LinkReport[]) {
    this.writer = new TopicWriter(kafka);
    this.who = who;
    this.links = links;
    this.tell();
  }

  /** Tells now, unless a report is on its way. */
  tell(): void {
    this.telling ??= this.put(Buffer.from(JSON.stringify(this.report())))
      .catch(() => {})
      .finally(() => {
        this.telling = undefined;
      });
  }

  /** Waits at most 3 s for Kafka. */
  async close(): Promise<void> {
    clearInterval(this.timer);
    await this.writer.closeAfter((this.telling ?? Promise.resolve()).then(() => this.put(null)));
  }

  private report(): NodeReport {
    return {
      ...this.who,
      host: hostname(),
      pid: process.pid,
      version: this.version,
      startedAt: STARTED_AT,
      at: Date.now(),
      memoryBytes: process.memoryUsage.rss(),
      cpuPercent: this.cpuPercent(),
      links: this.links(),
    };
  }

  private cpuPercent(): number {
    const now = performance.now();
    const { user, system } = process.cpuUsage(this.cpu.usage);
    const percent = (user + system) / 10 / Math.max(1, now - this.cpu.at);
    this.cpu = { usage: process.cpuUsage(), at: now };
    return Math.round(percent * 10) / 10;
  }

  private async put(value: Buffer | null): Promise<void> {
    await this.writer.put(statusTopic(this.who.site), [{ key: nodeKey(this.who), value }]);
  }
}

function versionOfProject(): string {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return version;
}
