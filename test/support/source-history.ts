import { randomInt } from 'node:crypto';
import type { Connection } from 'mysql2/promise';
import { connect, serverAt } from '../../demo/servers.ts';
import { openProducer } from '../../shared/kafka/record-producer.ts';
import { createLogger } from '../../shared/runtime/log.ts';
import type { StackHandle } from '../../stack/api.ts';
import { rowsTopic, schemasTopic } from '../../topics/topics.ts';
import { type DecodedRecord, readRecords } from './decoded-topic.ts';
import { type OwnSelector, startOwnSelector } from './own-selector.ts';
import { testStack } from './stack.ts';

/** A source whose selector is started and stopped by the test, while its server goes on; binlog_row_metadata as asked until disposal. */
export class SourceHistory implements AsyncDisposable {
  readonly db: Connection;
  readonly word = randomInt(2 ** 31 - 1);
  readonly schema = `h_${this.word}`;
  readonly source = `sh.h-${this.word}`;
  private readonly stack: StackHandle;
  private readonly hosts: string;
  private readonly metadata: string;
  private current: OwnSelector | undefined;

  private constructor(stack: StackHandle, db: Connection, hosts: string, metadata: string) {
    this.stack = stack;
    this.db = db;
    this.hosts = hosts;
    this.metadata = metadata;
  }

  /** `process`: a server of the stack. */
  static async open(process: string, metadata: string): Promise<SourceHistory> {
    const stack = await testStack();
    const hosts = stack.address(process);
    const db = await connect(serverAt(hosts));
    const [rows] = await db.query('SELECT @@GLOBAL.binlog_row_metadata AS value');
    const before = (rows as { value: string }[])[0]?.value ?? 'FULL';
    await db.query(`SET GLOBAL binlog_row_metadata = ${metadata}`);
    const history = new SourceHistory(stack, db, hosts, before);
    await db.query(`CREATE DATABASE ${history.schema} CHARACTER SET utf8mb4`);
    await db.query(`USE ${history.schema}`);
    return history;
  }

  /** Starts the selector and waits until it reads. */
  async start(): Promise<void> {
    this.current = startOwnSelector({
      kafka: this.stack.address('kafka-sh'),
      registry: this.registry,
      name: `h-${this.word}`,
      host: this.hosts,
      schema: this.schema,
    });
    await this.current.reading;
  }

  /** Ends the selector when all that it read is at Kafka. */
  async stop(): Promise<void> {
    this.current?.stop.abort();
    await this.current?.done;
    this.current = undefined;
  }

  /** How the selector ended by itself. */
  get ended(): Promise<void> {
    return this.current?.done ?? Promise.resolve();
  }

  async run(...statements: readonly string[]): Promise<void> {
    for (const sql of statements) await this.db.query(sql);
  }

  /** The rows published so far, once there are `count`; a selector that ends fails the wait. */
  async rows(count: number): Promise<DecodedRecord[]> {
    const isRow = ({ op }: DecodedRecord): boolean => op === 'c' || op === 'u' || op === 'd';
    const place = { kafka: this.stack.address('kafka-sh'), registry: this.registry, topic: rowsTopic(this.source) };
    const found = readRecords(place, (records) => records.filter(isRow).length >= count);
    const ended = this.ended.then(() => Promise.reject(new Error('the selector has stopped')));
    ended.catch(() => {});
    const records = this.current ? await Promise.race([found, ended]) : await found;
    return records.filter(isRow);
  }

  /** Takes a table's definition out of the schema history. */
  forget(table: string): Promise<void> {
    return this.write(table, null);
  }

  /** Writes a definition into the schema history that holds for the whole log. */
  teach(table: string, columns: readonly object[]): Promise<void> {
    const versions = [{ from: { gtidSet: '', file: '', position: 0 }, model: { columns, primaryKey: [] } }];
    return this.write(table, JSON.stringify({ versions }));
  }

  poison(table: string): Promise<void> {
    return this.write(table, 'no definition');
  }

  private async write(table: string, text: string | null): Promise<void> {
    const producer = openProducer({
      brokers: [this.stack.address('kafka-sh')],
      clientId: 'history',
      log: createLogger('test', 'silent'),
    });
    const key = JSON.stringify([this.source, this.schema, table]);
    await producer.put(schemasTopic('sh'), [{ key, value: text === null ? null : Buffer.from(text) }]);
    await producer.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.current?.stop.abort();
    await this.current?.done.catch(() => {});
    await this.db.query(`SET GLOBAL binlog_row_metadata = ${this.metadata}`);
    await this.db.query(`DROP DATABASE IF EXISTS ${this.schema}`);
    await this.db.end();
  }

  private get registry(): string {
    return this.stack.address('registry', 'http').replace(/\/+$/, '');
  }
}
