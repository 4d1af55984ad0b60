import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import mysql, { type Connection } from 'mysql2/promise';
import { SlowPaths } from '../../services/loader/slow-paths.ts';
import { TargetSession } from '../../services/loader/target-session.ts';
import { emptyHead, readHead } from '../../shared/codec/record-head.ts';
import { merge } from '../../shared/rows/merger.ts';
import type { CompiledPlan, RowEvent } from '../../shared/rows/row-event.ts';
import { parseRowSchema } from '../../shared/rows/row-schema.ts';
import { compileRowWriters } from '../../shared/rows/row-writers.ts';
import { buildSteps } from '../../shared/rows/statements.ts';
import { planTable } from '../../shared/rows/table-plan.ts';
import {
  type Change,
  envelopeOf,
  RecordStream,
  type Row,
  TableEncoder,
  type TestTable,
} from '../support/row-records.ts';
import { stackAddresses } from '../support/stack.ts';

/** Events in random batches, merged and packed, leave in a real target what the source holds after them one by one. */

const SEED = randomInt(2 ** 31 - 1);
const SCHEMA = 'lutra_property';
const int = (name: string, nullable = false): TestTable['columns'][number] => ({ name, type: 'int', nullable });

type Kind = {
  readonly table: Omit<TestTable, 'schema'>;
  readonly sql: string;
  readonly unique: readonly string[];
  readonly parent?: string;
};
const KINDS: readonly Kind[] = [
  {
    table: { table: 'plain', key: ['id'], columns: [int('id'), int('a', true)] },
    sql: 'id INT PRIMARY KEY, a INT',
    unique: [],
  },
  {
    table: { table: 'pair', key: ['id', 'b'], columns: [int('id'), int('a', true), int('b')] },
    sql: 'id INT, a INT, b INT, PRIMARY KEY (id, b)',
    unique: [],
  },
  {
    table: { table: 'uniq', key: ['id'], columns: [int('id'), int('a')] },
    sql: 'id INT PRIMARY KEY, a INT NOT NULL UNIQUE',
    unique: ['a'],
  },
  {
    table: { table: 'bare', key: [], columns: [int('id'), int('a', true)] },
    sql: 'id INT NOT NULL UNIQUE, a INT',
    unique: [],
  },
  { table: { table: 'none', key: [], columns: [int('id'), int('a', true)] }, sql: 'id INT, a INT', unique: [] },
  {
    table: { table: 'up', key: ['id'], columns: [int('id'), int('a', true)] },
    sql: 'id INT PRIMARY KEY, a INT',
    unique: [],
  },
  {
    table: { table: 'down', key: ['id'], columns: [int('id'), int('a', true)] },
    sql: 'id INT PRIMARY KEY, a INT, FOREIGN KEY (a) REFERENCES up (id)',
    unique: [],
    parent: 'up',
  },
];

/** A source that keeps its constraints: what it refuses makes no event. */
class Model {
  readonly rows = new Map<string, Row[]>(KINDS.map(({ table }) => [table.table, []]));

  /** The events of one statement in the log: an update that changes the key is a delete and an insert. */
  change(kind: Kind, op: number, pick: number, row: Row): Change[] {
    const rows = this.rows.get(kind.table.table) as Row[];
    const old = rows[pick % Math.max(1, rows.length)];
    if (op === 0) return this.allows(kind, undefined, row) ? [{ op: 'c', after: this.put(rows, row) }] : [];
    if (old === undefined) return [];
    if (op === 1) {
      if (this.isReferenced(kind, old)) return [];
      rows.splice(rows.indexOf(old), 1);
      return [{ op: 'd', before: old }];
    }
    const isMove = kind.table.key.some((name) => old[name] !== row[name]);
    if (!this.allows(kind, old, row) || (old.id !== row.id && this.isReferenced(kind, old))) return [];
    rows.splice(rows.indexOf(old), 1, row);
    return isMove
      ? [
          { op: 'd', before: old },
          { op: 'c', after: row },
        ]
      : [{ op: 'u', before: old, after: row }];
  }

  private put(rows: Row[], row: Row): Row {
    rows.push(row);
    return row;
  }

  private allows({ table, unique, parent }: Kind, old: Row | undefined, row: Row): boolean {
    const key = table.table === 'bare' ? ['id'] : table.key;
    const others = (this.rows.get(table.table) as Row[]).filter((each) => each !== old);
    const clashes = (names: readonly string[]): boolean =>
      names.length > 0 && others.some((each) => names.every((name) => each[name] === row[name]));
    const hasParent =
      parent === undefined || row.a === null || this.rows.get(parent)?.some(({ id }) => id === row.a) === true;
    return hasParent && !clashes(key) && !unique.some((name) => clashes([name]));
  }

  private isReferenced({ table }: Kind, { id }: Row): boolean {
    return table.table === 'up' && this.rows.get('down')?.some(({ a }) => a === id) === true;
  }
}

const statement = fc.record({
  kind: fc.constantFrom(...KINDS),
  op: fc.nat(2),
  pick: fc.nat(20),
  row: fc.record({
    id: fc.integer({ min: 1, max: 7 }),
    a: fc.integer({ min: 1, max: 7 }),
    b: fc.integer({ min: 1, max: 2 }),
  }),
  ends: fc.boolean(),
});

for (const [server, address] of Object.entries({ MySQL: stackAddresses().mysql, MariaDB: stackAddresses().mariadb })) {
  test(`regression 1 ${server}: random events in random batches end as one by one (seed ${SEED})`, async () => {
    const sql = await mysql.createConnection({ ...address, user: 'root', password: 'root', multipleStatements: true });
    const ddl = KINDS.map(({ table, sql: columns }) => `CREATE TABLE ${SCHEMA}.${table.table} (${columns})`);
    await sql.query(`DROP DATABASE IF EXISTS ${SCHEMA}; CREATE DATABASE ${SCHEMA}; ${ddl.join(';')}`);
    const owner = { uid: `property-${SEED}`, topic: 't', partition: 0, channel: 'c', pipeline: 'p', source: 's' };
    const target = { name: 'target', ...address, user: 'root', password: 'root' };
    const session = await TargetSession.open({ address: target, owner, slow: new SlowPaths() });
    try {
      await session.checkpoint();
      const plans = await compilePlans(session);
      let offset = 0n;
      await fc.assert(
        fc.asyncProperty(fc.array(statement, { maxLength: 120 }), async (statements) => {
          await sql.query(
            `SET foreign_key_checks=0; ${KINDS.map(({ table }) => `DELETE FROM ${SCHEMA}.${table.table}`).join(';')}; SET foreign_key_checks=1`,
          );
          const model = new Model();
          let batch: RowEvent[] = [];
          for (const [index, { kind, op, pick, row, ends }] of statements.entries()) {
            const shown: Row = Object.fromEntries(kind.table.columns.map(({ name }) => [name, row[name as 'id']]));
            const { plan, encoder } = plans.get(kind.table.table) as Compiled;
            batch.push(
              ...model.change(kind, op, pick, shown).map((change) => eventOf(plan, encoder, change, offset++)),
            );
            if (!ends && index < statements.length - 1) continue;
            await apply(session, batch, offset);
            batch = [];
          }
          assert.deepEqual(session.takeDrift(), []);
          for (const { table } of KINDS)
            assert.deepEqual(await stored(sql, table), sorted(model.rows.get(table.table) ?? []), table.table);
        }),
        { numRuns: 120, seed: SEED },
      );
    } finally {
      await session.close();
      await sql.query(`DELETE FROM lutra.checkpoint WHERE uid = '${owner.uid}'; DROP DATABASE ${SCHEMA}`);
      await sql.end();
    }
  });
}

type Compiled = { readonly plan: CompiledPlan; readonly encoder: TableEncoder };

async function compilePlans(session: TargetSession): Promise<Map<string, Compiled>> {
  const plans = new Map<string, Compiled>();
  for (const { table } of KINDS) {
    const full = { schema: SCHEMA, ...table };
    const source = parseRowSchema(envelopeOf(full)) ?? assert.fail();
    const target = (await session.table({ schema: SCHEMA, table: table.table })) ?? assert.fail();
    const plan = planTable(source, target, { canLoad: session.canLoad });
    const write = compileRowWriters(plan, session.isMariaDb);
    plans.set(table.table, {
      plan: { ...plan, write, transform: undefined } as CompiledPlan,
      encoder: new TableEncoder(full, 1),
    });
  }
  return plans;
}

function eventOf(plan: CompiledPlan, encoder: TableEncoder, change: Change, offset: bigint): RowEvent {
  const { key, value } = encoder.encode(new RecordStream().next(0, true), change);
  const head = emptyHead();
  readHead(value, { bytes: value, at: 0 }, head);
  return { plan, op: head.op, key, value, bodyAt: head.bodyAt, offset: String(offset) };
}

async function apply(session: TargetSession, events: readonly RowEvent[], next: bigint): Promise<void> {
  const offset = events[0]?.offset ?? String(next);
  const steps = buildSteps(merge(events, session.mergeOptions(offset)), session.statementOptions);
  const checkpoint = {
    nextOffset: next,
    identity: undefined,
    transaction: 0,
    gtid: '',
    file: '',
    position: 0,
    committed: 0,
  };
  await session.begin(steps, checkpoint, offset);
  await session.commit(checkpoint);
}

async function stored(sql: Connection, { table, columns }: Kind['table']): Promise<string[]> {
  const [rows] = await sql.query(`SELECT ${columns.map(({ name }) => name).join()} FROM ${SCHEMA}.${table}`);
  return sorted(rows as Row[]);
}

function sorted(rows: readonly Row[]): string[] {
  return rows.map((row) => JSON.stringify(row)).toSorted();
}
