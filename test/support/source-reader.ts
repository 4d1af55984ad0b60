import { randomInt } from 'node:crypto';
import mysql from 'mysql2/promise';
import { rowsTopic } from '../../topics/topics.ts';
import { type DecodedRecord, readRecords } from './decoded-topic.ts';
import { startOwnSelector } from './own-selector.ts';
import { testStack } from './stack.ts';

/** A selector that runs inside the test on a schema of its own, and what it publishes. */
export class SourceReader implements AsyncDisposable {
  readonly db: mysql.Connection;
  readonly schema: string;
  /** Settles when the selector stops; rejects with its error. */
  readonly run: Promise<void>;
  private readonly stop: AbortController;
  private readonly place: { kafka: string; registry: string; topic: string };

  private constructor(
    db: mysql.Connection,
    schema: string,
    run: Promise<void>,
    stop: AbortController,
    place: SourceReader['place'],
  ) {
    this.db = db;
    this.schema = schema;
    this.run = run;
    this.stop = stop;
    this.place = place;
  }

  /** `server`: process of the stack. Creates the schema, runs `statements` in it, then reads from there. */
  static async open(server: string, statements: readonly string[] = []): Promise<SourceReader> {
    const stack = await testStack();
    const word = randomInt(2 ** 31 - 1);
    const schema = `values_${word}`;
    const name = `v-${word}`;
    const [host = '', port = ''] = stack.address(server).split(':');
    const db = await mysql.createConnection({
      host,
      port: Number(port),
      user: 'root',
      password: 'root',
      charset: 'utf8mb4',
      dateStrings: true,
      supportBigNumbers: true,
      bigNumberStrings: true,
    });
    await db.query("SET SESSION sql_mode = 'ALLOW_INVALID_DATES', time_zone = '+00:00'");
    await db.query(`CREATE DATABASE ${schema} CHARACTER SET utf8mb4`);
    await db.query(`USE ${schema}`);
    for (const statement of statements) await db.query(statement);
    const place = { kafka: stack.address('kafka-sh'), registry: stack.address('registry', 'http').replace(/\/+$/, '') };
    const { stop, reading, done } = startOwnSelector({ ...place, name, host: stack.address(server), schema });
    await reading;
    return new SourceReader(db, schema, done, stop, { ...place, topic: rowsTopic(`sh.${name}`) });
  }

  /** Everything published so far, once `count` row records are there. Rejects when the selector fails first. */
  async rows(count: number): Promise<DecodedRecord[]> {
    const isRow = ({ op }: DecodedRecord): boolean => op !== 's';
    const found = readRecords(this.place, (records) => records.filter(isRow).length >= count);
    const failed = this.run.then(() => Promise.reject(new Error('the selector has stopped')));
    return (await Promise.race([found, failed])).filter(isRow);
  }

  /** The Avro schema by which rows of a table were published last. */
  async publishedSchema(table: string): Promise<unknown> {
    const { registry, topic } = this.place;
    const reply = await fetch(`${registry}/subjects/${topic}-${this.schema}.${table}/versions/latest`);
    const { schema } = (await reply.json()) as { schema: string };
    return JSON.parse(schema);
  }

  /** What the server prints, by the driver's text protocol. */
  readonly select = async (sql: string): Promise<Record<string, unknown>[]> => {
    const [rows] = await this.db.query(sql);
    return rows as Record<string, unknown>[];
  };

  async [Symbol.asyncDispose](): Promise<void> {
    this.stop.abort();
    await this.run.catch(() => {});
    await this.db.query(`DROP DATABASE IF EXISTS ${this.schema}`);
    await this.db.end();
  }
}
