import type { KafkaAddress } from '../../shared/kafka/cluster.ts';
import type { RecordProducer } from '../../shared/kafka/record-producer.ts';
import type { LogPosition } from '../../shared/model/position.ts';
import type { TableName } from '../../shared/model/table-pattern.ts';
import { type MysqlAddress, openConnection } from '../../shared/mysql/connection.ts';
import { holdsRows, readTableNames } from '../../shared/mysql/table-facts.ts';
import type { ReplicationError } from '../../shared/runtime/errors.ts';
import type { Flavour } from '../../shared/sql/dialect-collations.ts';
import { schemasTopic } from '../../topics/topics.ts';
import { captureTables } from './schema-capture.ts';
import { SchemaHistory } from './schema-history.ts';
import { SchemaStore } from './schema-store.ts';
import type { Charsets } from './table-map.ts';

export type OpenHistoryParts = {
  readonly site: string;
  readonly source: string;
  readonly kafka: KafkaAddress;
  readonly address: MysqlAddress;
  readonly flavour: Flavour;
  readonly charsets: Charsets;
  /** The log names columns now. */
  readonly isNamed: boolean;
  /** The log is not read on from where it was left: what was known says nothing any more. */
  readonly startsAnew: boolean;
  readonly producer: RecordProducer;
  readonly now: () => LogPosition;
  readonly covered: () => LogPosition;
  readonly signal: AbortSignal;
  readonly onWait: (error: ReplicationError) => void;
};

/** The schema history of a run at its beginning. */
export async function openSchemaHistory(parts: OpenHistoryParts): Promise<SchemaHistory> {
  const { site, source, kafka, address, flavour, charsets, isNamed, signal } = parts;
  const store = new SchemaStore({ kafka, topic: schemasTopic(site), source }, parts.producer);
  const stored = await store.load(signal, parts.onWait);
  return new SchemaHistory(
    {
      source,
      flavour,
      isNamed,
      widths: new Map([...charsets.values()].map(({ name, maxCharBytes }) => [name, maxCharBytes])),
      now: parts.now,
      covered: parts.covered,
      save: (tables) => store.save(tables),
      capture: (names, from) => captureTables(address, flavour, names, from, signal),
    },
    parts.startsAnew ? [] : stored,
  );
}

/** Learns the definition of every table that is read, as of the beginning of the run: later they may have changed already when their first row comes. */
export async function learnTables(
  history: SchemaHistory,
  address: MysqlAddress,
  wanted: (name: TableName) => boolean,
): Promise<void> {
  await history.learn(await wantedNames(address, wanted));
}

async function wantedNames(address: MysqlAddress, wanted: (name: TableName) => boolean): Promise<TableName[]> {
  const connection = await openConnection(address, 'SOURCE');
  try {
    const tables = await readTableNames(connection);
    return tables.filter((table) => holdsRows(table) && wanted(table)).map(({ schema, table }) => ({ schema, table }));
  } finally {
    await connection.end();
  }
}
