import { Gauge, type Registry } from 'prom-client';
import type { KafkaAddress } from '../kafka/cluster.ts';
import type { Status } from '../model/status.ts';
import type { LogTap } from '../runtime/log.ts';
import { LinkProbes, type Probe } from './link-probes.ts';
import { entryOfLine, entryOfState } from './log-entry.ts';
import { LogPublisher } from './log-publisher.ts';
import { type NodeIdentity, NodeReporter } from './node-reporter.ts';

export type SelfReportParts = {
  readonly kafka: KafkaAddress;
  readonly who: NodeIdentity;
  /** What the process needs at this moment. */
  readonly probes: () => readonly Probe[];
  readonly tap?: LogTap | undefined;
};

/** What a process tells about itself beside the status of its work: that it lives, whom it reaches, and its log from `warn` on. */
export class SelfReport {
  private readonly logs: LogPublisher;
  private readonly links: LinkProbes;
  private readonly node: NodeReporter;
  private readonly tap: LogTap | undefined;

  constructor({ kafka, who, probes, tap }: SelfReportParts) {
    this.logs = new LogPublisher(kafka, who);
    this.links = new LinkProbes(probes, () => this.node.tell());
    this.node = new NodeReporter(kafka, who, () => this.links.reports());
    this.tap = tap;
    if (tap !== undefined) tap.listener = (line) => this.line(line);
  }

  /** A pipeline or source has entered another state, or is there for another reason. */
  stateChanged(status: Status): void {
    this.logs.add(entryOfState(status));
    if (status.reason?.code.endsWith('_UNREACHABLE')) this.links.nudge();
  }

  registerMetrics(registry: Registry): void {
    const { logs, links } = this;
    new Gauge({
      name: 'lutra_log_records_dropped',
      help: 'Log records that did not reach Kafka since the process started.',
      registers: [registry],
      collect() {
        this.set(logs.dropped);
      },
    });
    new Gauge({
      name: 'lutra_link_up',
      help: '1 while a part that the process needs answers.',
      labelNames: ['kind', 'to'],
      registers: [registry],
      collect() {
        this.reset();
        for (const { kind, to, ok } of links.reports()) this.set({ kind, to }, ok ? 1 : 0);
      },
    });
  }

  async close(): Promise<void> {
    if (this.tap !== undefined) this.tap.listener = undefined;
    this.links.close();
    await Promise.all([this.logs.close(), this.node.close()]);
  }

  private line(line: string): void {
    const entry = entryOfLine(line);
    if (entry !== undefined) this.logs.add(entry);
  }
}
