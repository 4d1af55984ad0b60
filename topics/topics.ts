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
/** What operators did by hand; written by the admin API, at the control site only. */
export const AUDIT_TOPIC = 'lutra.audit';
/** Users and API tokens of the admin API, without what lets one in; at the control site only. */
export const USERS_TOPIC = 'lutra.users';

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

/** MirrorMaker's pattern of the topics that `originSite` produces; the control site also produces channels and decisions. */
export function mirroredTopics(originSite: string, isControlSite: boolean): string {
  const own = `lutra\\.(rows|positions|status|schemas|ddl|quarantine)\\.${originSite}(\\..*)?`;
  return isControlSite ? `lutra\\.(channels|decisions)|${own}` : own;
}
