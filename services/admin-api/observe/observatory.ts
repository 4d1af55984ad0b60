import type { KafkaAddress } from '../../../shared/kafka/cluster.ts';
import type { AdminConfig } from '../config.ts';
import { LogView } from './log-view.ts';
import { MirrorWatch } from './mirror-watch.ts';

/** What the admin API sees of the processes beside the status of their work. */
export class Observatory {
  readonly logs: LogView;
  readonly mirrors: MirrorWatch;

  constructor(kafka: KafkaAddress, { sites }: Pick<AdminConfig, 'sites'>) {
    this.logs = new LogView(kafka, sites.keys());
    this.mirrors = new MirrorWatch(kafka, sites);
  }

  /** Follows everything until the signal. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([this.logs.run(signal), this.mirrors.run(signal)]);
  }
}
