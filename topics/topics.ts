/** Names and shapes of every topic. Defined once; services create and compare them through `shared/kafka/topic-admin.ts`. */

export type TopicDefinition = {
  readonly name: string;
  readonly partitions: number;
  /** Only the settings that Lutra relies on; everything else is the operator's. */
  readonly config: Readonly<Record<string, string>>;
};

export const CHANNELS_TOPIC = 'lutra.channels';
/** What operators decided about statements and rows that wait for them; written by the admin API. */
export const DECISIONS_TOPIC = 'lutra.decisions';
/** Databases with documents of their own; written by the admin API, at the control site only: channels carry what they use of them. */
export const DATABASES_TOPIC = 'lutra.databases';
/** Earlier documents of channels; written by the admin API, at the control site only. */
export const REVISIONS_TOPIC = 'lutra.revisions';
/** What operators did by hand; written by the admin API, at the control site only. */
export const AUDIT_TOPIC = 'lutra.audit';
/** Users and API tokens of the admin API, without what lets one in; at the control site only. */
export const USERS_TOPIC = 'lutra.users';

const DAY_MS = 86_400_000;

/** `sh.order` for the database `order` at site `sh`. */
export function sourceId(site: string, database: string): string {
  return `${site}.${database}`;
}

export function rowsTopic(source: string): string {
  return `lutra.rows.${source}`;
}

export function positionsTopic(site: string): string {
  return `lutra.positions.${site}`;
}

/** Definitions of tables over time, for sources whose log does not name columns. */
export function schemasTopic(site: string): string {
  return `lutra.schemas.${site}`;
}

export function statusTopic(site: string): string {
  return `lutra.status.${site}`;
}

/** The DDL ledgers of the targets of a site, one record a statement. */
export function ddlTopic(site: string): string {
  return `lutra.ddl.${site}`;
}

/** Rows in quarantine at the targets of a site, one record a row. */
export function quarantineTopic(site: string): string {
  return `lutra.quarantine.${site}`;
}

/** Log records and changes of state of a site's processes, for a week. */
export function logTopic(site: string): string {
  return `lutra.log.${site}`;
}

/** Steps of the history of rates and lags, and for how long they are kept. */
export const HISTORY_STEPS = [
  { name: 'minutes', stepMs: 60_000, keptMs: 2 * DAY_MS },
  { name: 'tens', stepMs: 600_000, keptMs: 30 * DAY_MS },
  { name: 'hours', stepMs: 3_600_000, keptMs: 400 * DAY_MS },
] as const;
export type HistoryStep = (typeof HISTORY_STEPS)[number];

/** Rates and lags of the pipelines of a site. */
export function historyTopic(site: string, step: Pick<HistoryStep, 'name'>): string {
  return `lutra.history.${site}.${step.name}`;
}

/** Kafka consumer group of a pipeline. */
export function pipelineGroup(channel: string, pipeline: string): string {
  return `lutra.${channel}.${pipeline}`;
}

export function rowsTopicDefinition(source: string, partitions: number): TopicDefinition {
  return {
    name: rowsTopic(source),
    partitions,
    config: { 'cleanup.policy': 'delete', 'message.timestamp.type': 'CreateTime', 'max.message.bytes': '8388608' },
  };
}

/**
 * A compacted topic of one partition: the last record of a key is its state. Whoever starts reads all of it, so its segments are small: Kafka compacts no
 * segment that is still written, which is 1 GB or a week by default.
 */
export function compactedTopicDefinition(name: string): TopicDefinition {
  return { name, partitions: 1, config: { 'cleanup.policy': 'compact', 'segment.bytes': '8388608' } };
}

export function logTopicDefinition(site: string): TopicDefinition {
  return {
    name: logTopic(site),
    partitions: 1,
    config: { 'cleanup.policy': 'delete', 'retention.ms': String(7 * DAY_MS), 'segment.bytes': '8388608' },
  };
}

/** The record of a step is written again while the step lasts, so the last one of a key counts; old ones go. */
export function historyTopicDefinition(site: string, step: HistoryStep): TopicDefinition {
  return {
    name: historyTopic(site, step),
    partitions: 1,
    config: { 'cleanup.policy': 'compact,delete', 'retention.ms': String(step.keptMs), 'segment.bytes': '8388608' },
  };
}

/** MirrorMaker's pattern of the topics that `originSite` produces; the control site also produces channels and decisions. */
export function mirroredTopics(originSite: string, isControlSite: boolean): string {
  const own = `lutra\\.(rows|positions|status|schemas|ddl|quarantine|log|history)\\.${originSite}(\\..*)?`;
  return isControlSite ? `lutra\\.(channels|decisions)|${own}` : own;
}
