import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Random } from '../../demo/random.ts';
import { eventually } from '../support/eventually.ts';
import { Flow } from '../support/flow.ts';
import { decideAllRows, quarantined } from '../support/quarantine-desk.ts';

const QUARANTINE = { rowErrors: 'quarantine' } as const;
const IDS = 60;
const KILLS = 3;
const STATEMENTS = 900;

function tables(v: string): Record<string, string> {
  return {
    u: `id INT PRIMARY KEY, a INT NOT NULL UNIQUE, b VARCHAR(10) NULL UNIQUE, v ${v}`,
    p: `id INT PRIMARY KEY, v ${v}`,
    f: `id INT PRIMARY KEY, a INT NOT NULL UNIQUE, p INT NULL, v ${v}, FOREIGN KEY (p) REFERENCES p (id)`,
    k: `n INT, v ${v}`,
  };
}

/** A statement that the source takes or refuses; some leave a value that does not fit at the target. */
function randomStatement(random: Random): string {
  const id = (): number => random.below(IDS);
  const v = (): string => (random.below(40) === 0 ? "'much too long'" : `'${random.below(99)}'`);
  const b = (): string => ['NULL', `'${id()}é'`, `'${id()}E'`][random.below(3)] as string;
  const kinds: readonly (() => string)[] = [
    () => `INSERT INTO u VALUES (${id()}, ${id()}, ${b()}, ${v()})`,
    () => `UPDATE u SET v = ${v()} WHERE id = ${id()}`,
    () => `UPDATE u SET a = ${id()} WHERE id = ${id()}`,
    () => `UPDATE u SET b = ${b()} WHERE id = ${id()}`,
    () => `UPDATE u SET id = ${id()} WHERE id = ${id()}`,
    () => `DELETE FROM u WHERE id = ${id()}`,
    () =>
      `START TRANSACTION; DELETE FROM u WHERE id = ${id()}; INSERT INTO u VALUES (${id()}, ${id()}, NULL, ${v()}); COMMIT`,
    () => `INSERT INTO p VALUES (${id()}, ${v()})`,
    () => `UPDATE p SET v = ${v()} WHERE id = ${id()}`,
    () => `DELETE FROM p WHERE id = ${id()}`,
    () => `INSERT INTO f VALUES (${id()}, ${id()}, NULLIF(${id()}, 4), ${v()})`,
    () => `UPDATE f SET p = ${id()} WHERE id = ${id()}`,
    () => `UPDATE f SET a = ${id()}, v = ${v()} WHERE id = ${id()}`,
    () => `DELETE FROM f WHERE id = ${id()}`,
    () => `INSERT INTO k VALUES (${id()}, '${random.below(99)}')`,
    () => `DELETE FROM k WHERE n = ${id()} LIMIT 1`,
  ];
  return (kinds[random.below(kinds.length)] as () => string)();
}

/** Where the checkpoint of the target stands. */
async function nextOffset(flow: Flow): Promise<number> {
  const [row] = await flow.atTarget('SELECT next_offset FROM lutra.checkpoint WHERE topic = ?', [flow.topic]);
  return Number(row?.next_offset ?? 0);
}

async function work(flow: Flow, random: Random, until: () => boolean): Promise<void> {
  const source = await flow.connect('from');
  try {
    for (let n = 0; n < STATEMENTS || !until(); n++) {
      await source.query(randomStatement(random)).catch((error: { errno?: number }) => {
        assert.ok([1062, 1451, 1452, 1761].includes(error.errno ?? 0), String(error));
        return source.query('ROLLBACK');
      });
      await delay(2);
    }
  } finally {
    source.destroy();
  }
}

async function assertMendable(flow: Flow): Promise<void> {
  await flow.settle();
  await flow.until('it runs', ({ state }) => state === 'running');
  const rows = await quarantined(flow);
  assert.ok(new Set(rows.map(({ state }) => state)).size === 2, 'some rows are refused and others wait behind them');
  for (const table of Object.keys(tables(''))) await flow.atTarget(`ALTER TABLE ${table} MODIFY v VARCHAR(20)`);
  const isEmpty = async (): Promise<boolean> => {
    const rows = await quarantined(flow);
    const refused = rows.filter(({ state }) => state === 'refused');
    if (refused.some(({ decision }) => decision === undefined)) await decideAllRows(flow, { action: 'retry' });
    await flow.settle();
    return rows.length === 0;
  };
  const describe = async (): Promise<unknown> => (await quarantined(flow)).slice(0, 5);
  await eventually('an empty quarantine', isEmpty, { limitMs: 60_000, describe });
  await flow.assertEqual();
  assert.deepEqual(await flow.atTarget('SELECT COUNT(*) AS n FROM lutra.quarantine WHERE topic = ?', [flow.topic]), [
    { n: '0' },
  ]);
}

for (const target of ['otter', 'user']) {
  const name = target === 'user' ? 'MariaDB' : 'MySQL';

  test(`B16, regression 21 ${name}: random changes, some of which are refused, and kills of the loader leave rows and quarantine consistent: mended and retried, all is equal`, async (t) => {
    await using flow = await Flow.open({
      ...{ target, tables: tables('VARCHAR(20)'), targetTables: tables('VARCHAR(5)'), policies: QUARANTINE },
    });
    const seed = Number(process.env.SEED ?? Number.parseInt(flow.word, 16) % 100_000);
    t.diagnostic(`SEED=${seed}`);
    const random = new Random(seed);
    let kills = 0;
    const killing = (async () => {
      for (; kills < KILLS; kills++) {
        const wanted = (await nextOffset(flow)) + new Random(seed + kills).below(150);
        const isThere = async (): Promise<boolean> => (await nextOffset(flow)) > wanted;
        await eventually(`offset ${wanted} is applied`, isThere, { limitMs: 60_000 });
        await flow.stack.kill('loader-us');
        await flow.stack.waitHealthy('loader-us', 60_000);
      }
    })();
    await work(flow, random, () => kills >= KILLS);
    await killing;
    await assertMendable(flow);
  });
}
