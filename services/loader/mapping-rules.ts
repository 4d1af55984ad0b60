import { type Channel, type Pipeline, rowErrorPolicyOf } from '../../shared/model/channel.ts';
import type { TableName } from '../../shared/model/table-pattern.ts';
import { compileRoutes, type TableRoute } from '../../shared/model/table-route.ts';

/** One version of what a channel's document says about the tables of a pipeline. */
export type RulesVersion = {
  readonly channel: Channel;
  readonly routeOf: (source: TableName) => TableRoute | undefined;
  /** Whether refused rows of any table are kept for later instead of stopping the pipeline. */
  readonly keepsRefused: boolean;
};

/**
 * The rules of a running pipeline. They change while its lanes run: each goes over to the newest version at a transaction boundary, without leaving the
 * consumer group and without a new place in the stream.
 */
export class MappingRules {
  current: RulesVersion;
  private readonly listeners = new Set<() => void>();

  /** Errors: SyntaxError for a regular expression that does not parse. */
  constructor(channel: Channel, pipeline: Pipeline) {
    this.current = versionOf(channel, pipeline);
  }

  /** Errors: as the constructor; the rules stay as they were then. */
  replace(channel: Channel, pipeline: Pipeline): void {
    this.current = versionOf(channel, pipeline);
    for (const listener of this.listeners) listener();
  }

  get channel(): Channel {
    return this.current.channel;
  }

  get routeOf(): RulesVersion['routeOf'] {
    return this.current.routeOf;
  }

  /** Calls the listener after every change, until the returned function is called. */
  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}

function versionOf(channel: Channel, pipeline: Pipeline): RulesVersion {
  const keepsRefused = pipeline.mappings.some((mapping) => rowErrorPolicyOf(channel, mapping) !== 'pause-channel');
  return { channel, routeOf: compileRoutes(pipeline.mappings), keepsRefused };
}
