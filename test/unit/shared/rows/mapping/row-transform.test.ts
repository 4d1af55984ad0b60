import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { DELETE, emptyHead, INSERT, readHead, UPDATE } from '../../../../../shared/codec/record-head.ts';
import type { Mapping } from '../../../../../shared/model/channel.ts';
import { compileRoutes } from '../../../../../shared/model/table-route.ts';
import { columnFacts } from '../../../../../shared/mysql/column-type.ts';
import type { TargetTable } from '../../../../../shared/mysql/target-table.ts';
import { ByteSink, PagePool } from '../../../../../shared/rows/byte-sink.ts';
import { mappedPlan } from '../../../../../shared/rows/mapping/mapped-plan.ts';
import type { CompiledPlan, RowEvent } from '../../../../../shared/rows/row-event.ts';
import { parseRowSchema } from '../../../../../shared/rows/row-schema.ts';
import { compileRowWriters } from '../../../../../shared/rows/row-writers.ts';
import { planTable, toAfter, toBefore } from '../../../../../shared/rows/table-plan.ts';
import { ReplicationError } from '../../../../../shared/runtime/errors.ts';
import { type Change, envelopeOf, RecordStream, type Row, TableEncoder } from '../../../../support/row-records.ts';

const ORDERS = {
  schema: 'shop',
  table: 'orders',
  key: ['id'],
  columns: [
    { name: 'id', type: 'bigint' },
    { name: 'status', type: 'varchar(20)', nullable: true },
    { name: 'price', type: 'decimal(30,10)', nullable: true },
    { name: 'qty', type: 'int', nullable: true },
    { name: 'photo', type: 'blob', nullable: true },
  ],
};

type Targets = Readonly<Record<string, { columns: Readonly<Record<string, string>>; key: readonly string[] }>>;

function targetTable(table: string, { columns, key }: Targets[string]): TargetTable {
  const entries = Object.entries(columns).map(
    ([name, type]) => [name, { ...columnFacts({ name, type }), isGenerated: name.startsWith('gen_') }] as const,
  );
  return {
    schema: 'copy',
    table,
    quoted: table,
    columns: new Map(entries),
    primaryKey: key,
    uniqueKeys: [],
    foreignKeys: undefined,
    hasTrigger: false,
  };
}

const ALL = { id: 'bigint', status: 'varchar', price: 'decimal', qty: 'int', photo: 'blob' };

/** What a mapping makes of changes: the events as text, `upsert orders (1,'a')` and so on, old image behind `was`. */
async function through(
  rules: Partial<Mapping>,
  targets: Targets,
  changes: readonly Change[],
  source = ORDERS,
): Promise<string[]> {
  const mapping = { from: { schema: 'shop', table: '*' }, to: { schema: 'copy', table: '*' }, ...rules };
  const route = compileRoutes([mapping])(source);
  const rows = parseRowSchema(envelopeOf(source));
  assert.ok(route !== undefined && rows !== undefined);
  const plan = await mappedPlan(rows, route, {
    targetTable: async ({ table }) => targetTable(table, targets[table] ?? assert.fail(table)),
    plan: (schema, target) => {
      const made = planTable(schema, target, { canLoad: false });
      return { ...made, write: compileRowWriters(made, false) };
    },
  });
  const encoder = new TableEncoder(source, 7);
  return changes.flatMap((change) => {
    const event = eventOf(plan, encoder, change);
    return (plan.transform?.(event) ?? [event]).map(textOf);
  });
}

function eventOf(plan: CompiledPlan, encoder: TableEncoder, change: Change): RowEvent {
  const { key, value } = encoder.encode(new RecordStream().next(0, true), change);
  const head = emptyHead();
  readHead(value, { bytes: value, at: 0 }, head);
  return { plan, op: head.op, key, value, bodyAt: head.bodyAt, offset: '41' };
}

const NAMES: Record<number, string> = { [INSERT]: 'insert', [UPDATE]: 'update', [DELETE]: 'delete' };

function textOf({ plan, op, value, bodyAt }: RowEvent): string {
  const image = (to: typeof toAfter): string | undefined => {
    const from = { bytes: value, at: bodyAt };
    if (!to(plan, from)) return undefined;
    const out = new ByteSink(new PagePool());
    plan.write.values(from, out);
    return out.text();
  };
  const [before, after] = [image(toBefore), image(toAfter)];
  const was = before === undefined ? '' : ` was ${before}`;
  return `${NAMES[op]} ${plan.target.table}${after === undefined ? '' : ` ${after}`}${was}`;
}

function order(id: number | bigint, cells: Row = {}): Row {
  return { id, status: null, price: null, qty: null, photo: null, ...cells };
}

const insert = (row: Row): Change => ({ op: 'c', after: row });
const remove = (row: Row): Change => ({ op: 'd', before: row });
const update = (before: Row, after: Row): Change => ({ op: 'u', before, after });

async function refusal(rules: Partial<Mapping>, targets: Targets, changes: readonly Change[] = []): Promise<string> {
  try {
    await through(rules, targets, changes);
  } catch (error) {
    assert.ok(error instanceof ReplicationError, String(error));
    assert.equal(error.treatment, 'block');
    return `${error.code}: ${error.message}`;
  }
  return assert.fail('it was accepted');
}

const PLAIN: Targets = { orders: { columns: ALL, key: ['id'] } };

test('a row filter decides by the row before and after: every combination, NULL included', async () => {
  const rules = { where: "row.status != null && row.status != 'draft'" };
  const rows = {
    live: order(1, { status: 'live' }),
    paid: order(1, { status: 'paid' }),
    draft: order(1, { status: 'draft' }),
    none: order(1),
  };
  const seen = async (change: Change): Promise<string[]> => through(rules, PLAIN, [change]);
  const row = (status: string): string => `(1,'${status}',NULL,NULL,NULL)`;
  assert.deepEqual(await seen(insert(rows.live)), [`insert orders ${row('live')}`]);
  assert.deepEqual(await seen(insert(rows.draft)), []);
  assert.deepEqual(await seen(insert(rows.none)), []);
  assert.deepEqual(await seen(remove(rows.live)), [`delete orders was ${row('live')}`]);
  assert.deepEqual(await seen(remove(rows.draft)), []);
  assert.deepEqual(await seen(remove(rows.none)), []);
  assert.deepEqual(await seen(update(rows.live, rows.paid)), [`update orders ${row('paid')} was ${row('live')}`]);
  for (const hidden of ['draft', 'none'] as const) {
    const left = await seen(update(rows.live, rows[hidden]));
    assert.match(left.join(), /^delete orders .*was \(1,'live'/, hidden);
    assert.match((await seen(update(rows[hidden], rows.live))).join(), /^insert orders \(1,'live'/, hidden);
  }
  assert.deepEqual(await seen(update(rows.draft, rows.none)), []);
  assert.deepEqual(await seen(update(rows.none, rows.draft)), []);
});

test('a filter on the key works for rows without any other value', async () => {
  assert.deepEqual(
    await through({ where: 'row.id % 2 == 0' }, PLAIN, [
      insert(order(1)),
      insert(order(2)),
      remove(order(3)),
      remove(order(4)),
    ]),
    ['insert orders (2,NULL,NULL,NULL,NULL)', 'delete orders was (4,NULL,NULL,NULL,NULL)'],
  );
});

test('columns are left out and renamed, the key too, and the others keep their bytes', async () => {
  const targets = { orders: { columns: { order_id: 'bigint', state: 'varchar', qty: 'int' }, key: ['order_id'] } };
  const rename = { id: 'order_id', status: 'state' };
  const rows = [insert(order(9007199254740993n, { status: "it's", price: '1.5', qty: 3, photo: Buffer.from('x') }))];
  const expected = ["insert orders (9007199254740993,'it''s',3)"];
  assert.deepEqual(await through({ columns: { exclude: ['price', 'photo'], rename } }, targets, rows), expected);
  assert.deepEqual(await through({ columns: { include: ['id', 'status', 'qty'], rename } }, targets, rows), expected);
});

test('rows of a mapping that only renames stay the bytes that they are', async () => {
  const columns = { order_id: 'bigint', status: 'varchar', price: 'decimal', qty: 'int', photo: 'blob' };
  assert.deepEqual(
    await through({ columns: { rename: { id: 'order_id' } } }, { orders: { columns, key: ['order_id'] } }, [
      insert(order(1)),
    ]),
    ['insert orders (1,NULL,NULL,NULL,NULL)'],
  );
});

test('constants and expressions fill columns of the target, exactly', async () => {
  const targets = {
    orders: {
      columns: {
        ...ALL,
        site: 'varchar',
        total: 'decimal',
        next: 'bigint',
        raw: 'varbinary',
        ratio: 'double',
        flag: 'tinyint',
      },
      key: ['id'],
    },
  };
  const set = {
    site: "'sh'",
    total: 'row.price == null || row.qty == null ? null : row.price * row.qty',
    next: 'row.id + 1',
    raw: 'row.photo',
    ratio: '1.5',
    flag: 'row.qty == 3',
  };
  const [text] = await through({ columns: { set } }, targets, [
    insert(
      order(9007199254740993n, { price: '12345678901234567890.1234567891', qty: 3, photo: Buffer.from([0, 255]) }),
    ),
  ]);
  assert.equal(
    text,
    "insert orders (9007199254740993,NULL,12345678901234567890.1234567891,3,x'00ff','sh',37037036703703703670.3703703673,9007199254740994,x'00ff',1.5e0,1)",
  );
  const [empty] = await through({ columns: { set } }, targets, [insert(order(1))]);
  assert.equal(empty, "insert orders (1,NULL,NULL,NULL,NULL,'sh',NULL,2,NULL,1.5e0,0)");
});

test('a computed column replaces one of the same name', async () => {
  assert.deepEqual(
    await through({ columns: { set: { status: "coalesce(row.status, 'none') + '!'" } } }, PLAIN, [
      update(order(1, { status: 'a' }), order(1)),
    ]),
    ["update orders (1,NULL,NULL,NULL,'none!') was (1,NULL,NULL,NULL,'a!')"],
  );
});

test('B20: a delete marks the row, a re-insert makes it alive again, and a copy goes to the history', async () => {
  const targets: Targets = {
    orders: { columns: { ...ALL, del_flag: 'tinyint' }, key: ['id'] },
    deleted: { columns: { n: 'bigint', ...ALL, at: 'timestamp' }, key: ['n'] },
  };
  const logical = { mark: 'del_flag', value: 1, alive: 0 };
  const [a, b] = [order(1, { status: 'a' }), order(1, { status: 'b' })];
  const image = (status: string, mark = ''): string => `(1,'${status}',NULL,NULL,NULL${mark})`;
  assert.deepEqual(await through({ delete: logical }, targets, [insert(a), update(a, b), remove(b), insert(a)]), [
    `insert orders ${image('a', ',0')}`,
    `update orders ${image('b', ',0')} was ${image('a', ',0')}`,
    `update orders ${image('b', ',1')} was ${image('b', ',0')}`,
    `insert orders ${image('a', ',0')}`,
  ]);
  const history = { schema: 'copy', table: 'deleted' };
  assert.deepEqual(await through({ delete: { ...logical, history } }, targets, [remove(b)]), [
    `update orders ${image('b', ',1')} was ${image('b', ',0')}`,
    `insert deleted ${image('b')}`,
  ]);
  const texts = { delete: { mark: 'status', value: 'gone', alive: null } };
  assert.deepEqual(await through(texts, targets, [remove(a), insert(a)]), [
    "update orders (1,NULL,NULL,NULL,'gone') was (1,NULL,NULL,NULL,NULL)",
    'insert orders (1,NULL,NULL,NULL,NULL)',
  ]);
});

test('a row that leaves the filter of a mapping with logical delete is marked', async () => {
  const targets = { orders: { columns: { ...ALL, del_flag: 'tinyint' }, key: ['id'] } };
  const rules = { where: "row.status == 'a'", delete: { mark: 'del_flag', value: 1, alive: 0 } };
  assert.deepEqual(await through(rules, targets, [update(order(1, { status: 'a' }), order(1, { status: 'b' }))]), [
    "update orders (1,'a',NULL,NULL,NULL,1) was (1,'a',NULL,NULL,NULL,0)",
  ]);
});

test('regression 11: a computed column that is part of the key keeps rows of merged shards apart', async () => {
  const targets = { orders: { columns: { ...ALL, shard: 'varchar' }, key: ['shard', 'id'] } };
  const set = { shard: 'source.table' };
  assert.deepEqual(
    await through({ to: { schema: 'copy', table: 'orders' }, columns: { set } }, targets, [remove(order(1))], {
      ...ORDERS,
      table: 'ord_7',
    }),
    ["delete orders was (1,NULL,NULL,NULL,NULL,'ord_7')"],
  );
  const moved = await through({ columns: { set: { shard: "coalesce(row.status, '')" } } }, targets, [
    update(order(1, { status: 'a' }), order(1, { status: 'b' })),
  ]);
  assert.deepEqual(moved, ["delete orders was (1,'a',NULL,NULL,NULL,'a')", "insert orders (1,'b',NULL,NULL,NULL,'b')"]);
});

test('what a table cannot follow is told with mapping, expression and place, before any row is read', async () => {
  assert.match(
    await refusal({ where: 'row.state == 1' }, PLAIN),
    /^DOCUMENT_INVALID: mapping 1 \(shop\.\* -> copy\.\*\): where, "row\.state == 1", cannot be used for shop\.orders \(key id\): the table has no column state$/,
  );
  assert.match(await refusal({ columns: { exclude: ['id'] } }, PLAIN), /columns leaves out the key column id/);
  assert.match(await refusal({ columns: { set: { site: "'sh'" } } }, PLAIN), /TARGET_CHECK_FAILED: .*column site/);
  assert.match(
    await refusal({ columns: { set: { gen_x: '1' } } }, { orders: { columns: { ...ALL, gen_x: 'int' }, key: ['id'] } }),
    /gen_x of the target is a generated column/,
  );
});

test('an expression that fails on a row is named with table, key and offset, and never with values', async () => {
  const secret = 'S3cret';
  const rows = [insert(order(4711, { status: secret }))];
  const where = await refusal({ where: 'row.status > 5' }, PLAIN, rows);
  assert.match(
    where,
    /^EXPRESSION_FAILED: mapping 1 .*where, "row\.status > 5", fails on a row of shop\.orders \(key id\), the record at offset 41: no such overload/,
  );
  const other = await Promise.all([
    refusal({ where: 'row.status' }, PLAIN, rows),
    refusal({ columns: { set: { qty: 'row.status' } } }, PLAIN, rows),
    refusal({ columns: { set: { qty: 'int(row.status)' } } }, PLAIN, rows),
    refusal({ columns: { set: { qty: '1.5' } } }, PLAIN, rows),
    refusal({ columns: { set: { qty: 'row.qty + 1' } } }, PLAIN, rows),
    refusal({ columns: { set: { price: 'row.id / 0' } } }, PLAIN, rows),
    refusal({ columns: { set: { id: '9223372036854775807 + row.id' } } }, PLAIN, rows),
  ]);
  for (const text of [where, ...other]) {
    assert.match(text, /^EXPRESSION_FAILED/);
    assert.ok(!text.includes(secret) && !text.includes('4711') && !text.includes('4707'), text);
  }
});

test('whatever the rows, a mapping with every rule writes what the same rules say of plain values', async () => {
  const cell = {
    status: fc.option(fc.string({ unit: 'grapheme', maxLength: 8 }), { nil: null }),
    qty: fc.option(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), { nil: null }),
    photo: fc.option(
      fc.uint8Array({ maxLength: 8 }).map((bytes) => Buffer.from(bytes)),
      { nil: null },
    ),
  };
  const targets = { orders: { columns: { id: 'bigint', twice: 'bigint', qty: 'int', photo: 'blob' }, key: ['id'] } };
  const rules = {
    where: 'row.qty == null || row.qty > 0',
    columns: { exclude: ['status', 'price'], set: { twice: 'row.qty == null ? null : row.qty * 2' } },
  };
  await fc.assert(
    fc.asyncProperty(fc.array(fc.record(cell), { maxLength: 10 }), async (list) => {
      const found = await through(
        rules,
        targets,
        list.map((cells, id) => insert(order(id, cells))),
      );
      const sql = (value: number | null): string => (value === null ? 'NULL' : String(value));
      const expected = list.flatMap(({ qty, photo }, id) =>
        qty !== null && qty <= 0
          ? []
          : [
              `insert orders (${id},${sql(qty)},${photo === null ? 'NULL' : `x'${photo.toString('hex')}'`},${sql(qty === null ? null : qty * 2)})`,
            ],
      );
      assert.deepEqual(found, expected);
    }),
  );
});
