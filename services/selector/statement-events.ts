import { AvroWriter } from '../../shared/codec/avro-writer.ts';
import { parseGtidSet } from '../../shared/model/gtid-set.ts';
import type { CharsetSource } from './charsets.ts';
import type { EventHeader } from './event-header.ts';
import type { LogTail } from './log-tail.ts';
import type { Publisher } from './publisher.ts';
import type { QueryEvent } from './query-event.ts';
import type { SchemaHistory } from './schema-history.ts';
import { isSystemSchema } from './system-schemas.ts';

export type StatementParts = {
  /** How statements in the character set of their client become text. */
  readonly decoders: Pick<CharsetSource, 'statementText'>;
  readonly publisher: Publisher;
  readonly statementSchemaId: number;
  /** Follows what a statement does to tables; a promise until that is saved. */
  readonly follow: SchemaHistory['follow'];
  readonly log: LogTail;
};

export type StatementHooks = {
  /** The definitions of tables may have changed. */
  readonly onFollowed: () => void;
  /** The statement was taken; whether it was its whole transaction is not decided here. */
  readonly onTaken: (sql: string, header: EventHeader) => void;
};

/** Bits of sql_mode that change how a statement is read. Source: MySQL `sql/system_variables.h`; the same in MariaDB `sql/sql_class.h`. */
const ANSI_QUOTES = 4n;
const NO_BACKSLASH_ESCAPES = 1n << 20n;

/** DDL and what else is logged as text: the schema history follows it, then it goes into every partition. */
export class StatementEvents {
  private readonly body = new AvroWriter(1 << 10);
  private readonly parts: StatementParts;
  private readonly hooks: StatementHooks;

  constructor(parts: StatementParts, hooks: StatementHooks) {
    this.parts = parts;
    this.hooks = hooks;
  }

  /** `gtid`: of the open transaction, empty without GTIDs; undefined outside of one, where a statement is not published. */
  take(query: QueryEvent, header: EventHeader, gtid: string | undefined): Promise<void> | undefined {
    const text = this.parts.decoders.statementText(query);
    // NOTE the event's bytes are reused while a promise is awaited; what is needed of them is taken before.
    const { schema, sqlMode, timeZone } = query;
    const finish = (sql: string): void => {
      if (gtid !== undefined) this.publish(schema, sql, sqlMode, timeZone);
      this.hooks.onTaken(sql, header);
    };
    const publish = (sql: string): Promise<void> | undefined => {
      const followed = gtid === undefined ? undefined : this.followed(schema, sql, sqlMode, header, gtid);
      if (followed === undefined) finish(sql);
      return followed?.then(() => finish(sql));
    };
    return typeof text === 'string' ? publish(text) : text.then(publish);
  }

  /** The schema history takes a statement before it is published, so that no position that covers it is saved earlier. */
  private followed(
    schema: string,
    sql: string,
    sqlMode: bigint,
    header: EventHeader,
    gtid: string,
  ): Promise<void> | undefined {
    const { follow, log } = this.parts;
    if (isSystemSchema(schema)) return undefined;
    const gtids = parseGtidSet(log.gtids.toString());
    if (gtid !== '') gtids.add(gtid);
    const position = header.next > 0 ? header.next : log.position;
    const followed = follow(schema, sql, sqlModeText(sqlMode), { gtidSet: gtids.toString(), file: log.file, position });
    // NOTE without names in the log, the map of a table may be the same bytes after a change of the table.
    if (followed) this.hooks.onFollowed();
    return followed;
  }

  /** Whatever its default schema: a statement may name tables of any. */
  private publish(schema: string, sql: string, sqlMode: bigint, timeZone: string): void {
    const { publisher, statementSchemaId } = this.parts;
    const out = this.body;
    out.at = 0;
    out.text(schema);
    out.text(sql);
    out.reserve(16);
    out.bigLong(BigInt.asIntN(64, sqlMode));
    out.text(timeZone);
    publisher.everywhere(statementSchemaId, 's', Buffer.from(JSON.stringify([schema])), out.bytes.subarray(0, out.at));
  }
}

function sqlModeText(bits: bigint): string {
  return [bits & ANSI_QUOTES ? 'ANSI_QUOTES' : '', bits & NO_BACKSLASH_ESCAPES ? 'NO_BACKSLASH_ESCAPES' : '']
    .filter((mode) => mode !== '')
    .join(',');
}
