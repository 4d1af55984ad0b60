import { readText, type Source } from '../../../shared/codec/avro-bytes.ts';
import { STATEMENT } from '../../../shared/codec/record-head.ts';
import type { StreamRecord } from '../../../shared/control/stream-reader.ts';
import type { Pipeline } from '../../../shared/model/channel.ts';
import type { TableName } from '../../../shared/model/table-pattern.ts';
import { compileRoutes } from '../../../shared/model/table-route.ts';
import { classifyStatement } from '../../../shared/sql/classify.ts';
import { changedTables } from '../../../shared/sql/ddl.ts';
import { parseDdl } from '../../../shared/sql/parse-ddl.ts';

/** What a topic, which holds the tables of all channels of its source, has for one pipeline. */
export type Concern = {
  /** Whether it is a row of a mapped table, or DDL that changes one or cannot be read. */
  readonly has: (record: StreamRecord) => boolean;
  /** The mapped table of a row. */
  readonly tableOf: (record: StreamRecord) => MappedTable | undefined;
};
export type MappedTable = { readonly table: string; readonly target: string };

export function concernOf({ mappings }: Pick<Pipeline, 'mappings'>): Concern {
  const routeOf = compileRoutes(mappings);
  const known = new Map<string, MappedTable | undefined>();
  const tableOf = ({ key }: StreamRecord): MappedTable | undefined => {
    const [schema = '', table = ''] = JSON.parse(key) as string[];
    const name = `${schema}.${table}`;
    if (!known.has(name)) {
      const target = routeOf({ schema, table })?.target;
      known.set(name, target === undefined ? undefined : { table: name, target: `${target.schema}.${target.table}` });
    }
    return known.get(name);
  };
  const isMapped = (name: TableName): boolean => routeOf(name) !== undefined;
  return {
    has: (record) => (record.head.op === STATEMENT ? changesAny(record, isMapped) : tableOf(record) !== undefined),
    tableOf,
  };
}

export function statementOf({ value, head }: StreamRecord): { schema: string; sql: string } {
  const from: Source = { bytes: value, at: head.bodyAt };
  return { schema: readText(from), sql: readText(from) };
}

function changesAny(record: StreamRecord, isMapped: (name: TableName) => boolean): boolean {
  const { schema, sql } = statementOf(record);
  if (classifyStatement(sql, {}).kind === 'other') return false;
  try {
    const ddl = parseDdl(sql, schema, {});
    return ddl.database === undefined
      ? changedTables(ddl).some(isMapped)
      : isMapped({ schema: ddl.database, table: 'any' });
  } catch {
    return true;
  }
}
