import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emptyHead, readHead } from '../../../../shared/codec/record-head.ts';
import type { Mapping } from '../../../../shared/model/channel.ts';
import { columnFacts } from '../../../../shared/mysql/column-type.ts';
import type { TableFacts } from '../../../../shared/mysql/table-facts.ts';
import { quoteName, type TargetTable } from '../../../../shared/mysql/target-table.ts';
import { PagePool } from '../../../../shared/rows/byte-sink.ts';
import { mappedPlan } from '../../../../shared/rows/mapping/mapped-plan.ts';
import { planTools, type TargetServer } from '../../../../shared/rows/mapping/plan-tools.ts';
import { merge } from '../../../../shared/rows/merger.ts';
import { transformed } from '../../../../shared/rows/row-event.ts';
import { parseRowSchema } from '../../../../shared/rows/row-schema.ts';
import { plainStatement } from '../../../../shared/rows/row-statements.ts';
import { type SampleStatements, sampleStatements } from '../../../../shared/rows/sample-statements.ts';
import { buildSteps } from '../../../../shared/rows/statements.ts';
import { ReplicationError } from '../../../../shared/runtime/errors.ts';
import { type Change, envelopeOf, RecordStream, TableEncoder } from '../../../support/row-records.ts';

type Columns = Readonly<Record<string, string>>;

function source(columns: Columns, primaryKey: readonly string[]): TableFacts {
  const facts = Object.entries(columns).map(([name, type]) => columnFacts({ name, type }));
  const nothing = { triggers: [], blindTriggers: [], cascades: [] };
  return { schema: 'shop', table: 't', kind: 'table', engine: 'InnoDB', columns: facts, primaryKey, ...nothing };
}

function target(columns: Columns, primaryKey: readonly string[], more: Partial<TargetTable> = {}): TargetTable {
  const facts = Object.entries(columns).map(([name, type]) => [name, columnFacts({ name, type })] as const);
  const name = { schema: 'copy', table: 't', quoted: `${quoteName('copy')}.${quoteName('t')}` };
  const nothing = { uniqueKeys: [], foreignKeys: undefined, hasTrigger: false };
  return { ...name, columns: new Map(facts), primaryKey, ...nothing, ...more };
}

function server(tables: readonly TargetTable[], { isMariaDb = false, canLoad = true } = {}): TargetServer {
  return { isMariaDb, canLoad, table: async ({ table }) => tables.find((each) => each.table === table) };
}

const PLAIN: Mapping = { from: { schema: 'shop', table: '*' }, to: { schema: 'copy', table: '*' } };

function shown(from: TableFacts, to: TargetServer, rules: Partial<Mapping> = {}): Promise<SampleStatements> {
  const mapping = { ...PLAIN, ...rules };
  return sampleStatements(from, { target: { schema: 'copy', table: 't' }, mapping, index: 0 }, to);
}

const ORDER: Columns = { id: 'int unsigned', note: 'varchar(20)', photo: 'blob' };

test('a table with one key is set and deleted by it, and loaded when there is much; MariaDB has its own words', async () => {
  const from = source(ORDER, ['id']);
  const insert = 'INSERT INTO `copy`.`t` (`id`,`note`,`photo`) VALUES (:id,:note,:photo)';
  const set = `${insert} AS n ON DUPLICATE KEY UPDATE \`note\`=n.\`note\`,\`photo\`=n.\`photo\``;
  assert.deepEqual(await shown(from, server([target(ORDER, ['id'])])), {
    kind: 'load',
    insert: [set],
    update: [set],
    delete: ['DELETE FROM `copy`.`t` WHERE `id` IN (:id)'],
    load: "LOAD DATA LOCAL INFILE 'rows' REPLACE INTO TABLE `copy`.`t` CHARACTER SET utf8mb4 (`id`,`note`,@c2) SET `photo`=UNHEX(@c2)",
  });
  const maria = await shown(from, server([target(ORDER, ['id'])], { isMariaDb: true, canLoad: false }));
  const values = `${insert} ON DUPLICATE KEY UPDATE \`note\`=VALUES(\`note\`),\`photo\`=VALUES(\`photo\`)`;
  assert.deepEqual([maria.kind, maria.insert, maria.load], ['upsert', [values], undefined]);
});

test('another unique key, a trigger, no key: the statements are those of that way of applying', async () => {
  const from = source(ORDER, ['id']);
  const unique = target(ORDER, ['id'], { uniqueKeys: [{ columns: ['note'], namesRows: true }] });
  const insert = 'INSERT INTO `copy`.`t` (`id`,`note`,`photo`) VALUES (:id,:note,:photo)';
  const remove = 'DELETE FROM `copy`.`t` WHERE `id` IN (:id)';
  assert.deepEqual(await shown(from, server([unique])), {
    kind: 'reinsert',
    insert: [remove, insert],
    update: [remove, insert],
    delete: [remove],
  });
  assert.deepEqual(await shown(from, server([target(ORDER, ['id'], { hasTrigger: true })])), {
    kind: 'rows',
    insert: [insert],
    update: ['UPDATE `copy`.`t` SET `id`=:id,`note`=:note,`photo`=:photo WHERE `id`=:old.id'],
    delete: ['DELETE FROM `copy`.`t` WHERE `id`=:id'],
  });
  const bare = source({ a: 'int', flags: 'bit(4)' }, []);
  const to = server([target({ a: 'int', flags: 'bit(4)' }, [])]);
  const place = '`a`<=>:old.a AND `flags`<=>CAST(CONV(HEX(:old.flags),16,10) AS UNSIGNED) LIMIT 1';
  const keyless = await shown(bare, to);
  assert.deepEqual(
    [keyless.kind, keyless.update],
    ['keyless', [`UPDATE \`copy\`.\`t\` SET \`a\`=:a,\`flags\`=:flags WHERE ${place}`]],
  );
  const append = await shown(bare, to, { noKey: 'append' });
  assert.deepEqual([append.kind, append.insert.length, append.update, append.delete], ['append', 1, [], []]);
  const skip = await shown(bare, to, { noKey: 'skip' });
  assert.deepEqual([skip.kind, skip.insert, skip.update, skip.delete], ['skip', [], [], []]);
});

test('a mapping shows in them: columns left out, renamed and computed, deletes that mark and copy', async () => {
  const to = target({ id: 'int', remark: 'varchar(20)', shard: 'varchar(20)', gone: 'varchar(1)' }, ['id']);
  const past = target({ id: 'int', remark: 'varchar(20)', shard: 'varchar(20)' }, []);
  const statements = await shown(source(ORDER, ['id']), server([to, { ...past, table: 'past', quoted: 'past' }]), {
    columns: { exclude: ['photo'], rename: { note: 'remark' }, set: { shard: 'source.table' } },
    delete: { mark: 'gone', value: "it's", alive: null, history: { schema: 'copy', table: 'past' } },
  });
  const names = '(`id`,`remark`,`shard`,`gone`)';
  const tail = ' AS n ON DUPLICATE KEY UPDATE `remark`=n.`remark`,`shard`=n.`shard`,`gone`=n.`gone`';
  const set = (gone: string): string =>
    `INSERT INTO \`copy\`.\`t\` ${names} VALUES (:id,:remark,:shard,${gone})${tail}`;
  assert.deepEqual(statements.insert, [set('NULL')]);
  assert.deepEqual(statements.delete, [
    set("'it''s'"),
    'INSERT INTO past (`id`,`remark`,`shard`) VALUES (:id,:remark,:shard)',
  ]);
});

test('what the loader would refuse is refused with its own words', async () => {
  const from = source(ORDER, ['id']);
  const refused = (code: string, text: RegExp) => (error: unknown) =>
    error instanceof ReplicationError && error.code === code && text.test(error.message);
  await assert.rejects(shown(from, server([])), refused('TARGET_CHECK_FAILED', /has no table copy\.t/));
  const narrow = server([target({ id: 'int' }, ['id'])]);
  await assert.rejects(shown(from, narrow), refused('TARGET_CHECK_FAILED', /lacks .* column note, photo/));
  const to = server([target(ORDER, ['id'])]);
  await assert.rejects(shown(from, to, { where: 'row.x == 1' }), refused('DOCUMENT_INVALID', /has no column x/));
});

/** What the loader sends for one real change. */
async function sent(from: TableFacts, to: TargetServer, rules: Partial<Mapping>, change: Change): Promise<string[]> {
  const { schema, table, primaryKey: key } = from;
  const columns = from.columns.map(({ name, columnType: type }) => ({ name, type, nullable: true }));
  const rows = parseRowSchema(envelopeOf({ schema, table, key, columns })) ?? assert.fail();
  const mapping = { ...PLAIN, ...rules };
  const route = { target: { schema: 'copy', table: 't' }, mapping, index: 0 };
  const plan = await mappedPlan(rows, route, planTools({ source: from, mapping }, to));
  const record = new TableEncoder({ schema, table, key, columns }, 7).encode(new RecordStream().next(0, true), change);
  const head = emptyHead();
  readHead(record.value, { bytes: record.value, at: 0 }, head);
  const events = transformed({ plan, op: head.op, ...record, bodyAt: head.bodyAt, offset: '1' });
  const pool = new PagePool();
  const options = { isMariaDb: to.isMariaDb, maxBytes: 1 << 20, pool, mayLoad: () => true };
  return buildSteps(merge(events), options).flatMap((step) =>
    step.kind === 'row' ? [plainStatement(step.event, pool)] : step.kind === 'load' ? [] : [step.sql],
  );
}

test('they are what is sent for a row that holds the names as its values', async () => {
  const columns: Columns = { a: 'varchar(20)', b: 'varchar(20)', c: 'text' };
  const row = (mark: string) => ({ a: ':a', b: `${mark}b`, c: `${mark}c` });
  const changes = {
    insert: { op: 'c', after: row(':') },
    update: { op: 'u', before: row(':old.'), after: row(':') },
    delete: { op: 'd', before: row(':') },
  } as const satisfies Record<string, Change>;
  const keys: Partial<TargetTable>[] = [
    {},
    { uniqueKeys: [{ columns: ['b'], namesRows: true }] },
    { primaryKey: ['a', 'b'] },
    { primaryKey: [] },
    { hasTrigger: true },
  ];
  const rules: Partial<Mapping>[] = [
    {},
    { key: ['a'] },
    { columns: { exclude: ['c'] } },
    { columns: { rename: { c: 'd' } } },
    { delete: { mark: 'm', value: 7, alive: 0 } },
  ];
  for (const key of [['a'], ['a', 'b'], []]) {
    for (const more of keys) {
      for (const rule of rules) {
        for (const isMariaDb of [false, true]) {
          const from = source(columns, key);
          const names = { ...columns, d: 'text', m: 'int' };
          const to = server([target(names, key, more)], { isMariaDb });
          const statements = await shown(from, to, rule);
          for (const change of ['insert', 'update', 'delete'] as const) {
            const real = (await sent(from, to, rule, changes[change])).map((sql) =>
              sql.replace(
                /':(old\.)?([abc])'/g,
                (_, old = '', name) => `:${old}${rule.columns?.rename?.[name] ?? name}`,
              ),
            );
            // NOTE the rows have the same key before and after: a change of it would travel as delete and insert.
            const made = statements[change].map((sql) => sql.replaceAll(':old.a', ':a'));
            assert.deepEqual(made, real, JSON.stringify({ key, more, rule, isMariaDb, change }));
          }
        }
      }
    }
  }
});
