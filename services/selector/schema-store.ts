import * as z from 'zod';
import type { KafkaAddress } from '../../shared/kafka/cluster.ts';
import type { RecordProducer } from '../../shared/kafka/record-producer.ts';
import { followTopic } from '../../shared/kafka/topic-follower.ts';
import type { TableName } from '../../shared/model/table-pattern.ts';
import { ReplicationError } from '../../shared/runtime/errors.ts';

const position = z.object({ gtidSet: z.string(), file: z.string(), position: z.number() });
const column = z.object({ name: z.string(), type: z.string(), nullable: z.boolean(), charset: z.string().optional() });
const model = z.object({
  charset: z.string().optional(),
  columns: z.array(column).min(1),
  primaryKey: z.array(z.string()),
});

/** A definition of a table and the place in the log from which it holds; null: the table is gone, or its definition is not known from there. */
const version = z.object({ from: position, model: model.nullable() });
const record = z.object({ versions: z.array(version) });

export type SchemaVersion = z.infer<typeof version>;

export type StoredTable = { readonly name: TableName; readonly versions: readonly SchemaVersion[] };

/** The definitions of one source's tables, on a compacted topic; key `["source","schema","table"]`, value JSON. */
export class SchemaStore {
  private readonly parts: { readonly kafka: KafkaAddress; readonly topic: string; readonly source: string };
  private readonly producer: Pick<RecordProducer, 'put'>;

  constructor(parts: SchemaStore['parts'], producer: Pick<RecordProducer, 'put'>) {
    this.parts = parts;
    this.producer = producer;
  }

  /** Waits for Kafka. Errors: RECORD_UNREADABLE naming the record. */
  async load(signal: AbortSignal, onWait: (error: ReplicationError) => void): Promise<StoredTable[]> {
    const { kafka, topic, source } = this.parts;
    const found = new Map<string, Buffer>();
    for await (const part of followTopic({ ...kafka, topic, onWait }, signal)) {
      for (const { key, value } of part.records) {
        if (!key.startsWith(`[${JSON.stringify(source)},`)) continue;
        if (value === null) found.delete(key);
        else found.set(key, value);
      }
      if (part.caughtUp) break;
    }
    return [...found].map(([key, value]) => this.read(key, value));
  }

  /** Resolves when Kafka has taken the records. */
  async save(tables: readonly StoredTable[]): Promise<void> {
    if (tables.length === 0) return;
    const records = tables.map(({ name, versions }) => ({
      key: JSON.stringify([this.parts.source, name.schema, name.table]),
      value: Buffer.from(JSON.stringify({ versions })),
    }));
    await this.producer.put(this.parts.topic, records);
  }

  private read(key: string, value: Buffer): StoredTable {
    try {
      const [, schema = '', table = ''] = z.tuple([z.string(), z.string(), z.string()]).parse(JSON.parse(key));
      const { versions } = record.parse(JSON.parse(value.toString('utf8')));
      return { name: { schema, table }, versions };
    } catch (error) {
      throw new ReplicationError(
        'RECORD_UNREADABLE',
        `the record ${key} on the topic ${this.parts.topic} is no table definition of ours`,
        `write the last good record of this key again, or a null value: then the definition is read from the server, which works while no DDL on the table lies between`,
        error,
      );
    }
  }
}
