import type { KafkaAddress } from '../../../shared/kafka/cluster.ts';
import type { AdminConfig } from '../config.ts';
import { HistoryView } from './history-view.ts';
import { LogView } from './log-view.ts';
import { MirrorWatch } from './mirror-watch.ts';

/** What the admin API sees of the processes beside the status of their work. */
export class Observatory implements Disposable {
  readonly logs: LogView;
  readonly history: HistoryView;
  readonly mirrors: MirrorWatch;

  constructor(kafka: KafkaAddress, { sites, cacheFolder }: Pick<AdminConfig, 'sites' | 'cacheFolder'>) {
    this.logs = new LogView(kafka, sites.keys());
    this.history = new HistoryView(kafka, sites.keys(), cacheFolder);
    this.mirrors = new MirrorWatch(kafka, sites);
  }

  [Symbol.dispose](): void {
    this.history[Symbol.dispose]();
  }

  /** Follows everything until the signal. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([this.logs.run(signal), this.history.run(signal), this.mirrors.run(signal)]);
  }
}
