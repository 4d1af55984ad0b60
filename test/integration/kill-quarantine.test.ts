import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Trap } from '../../chaos/relay.ts';
import { query, run } from '../../demo/servers.ts';
import { eventually } from '../support/eventually.ts';
import { KillBench, type Target } from '../support/kill-bench.ts';
import { killAt, nth, statement } from '../support/kill-traps.ts';

/** The requests of `kill-points` once more, those that a loader sends about rows in quarantine. */

const QUARANTINE = '`lutra`.`quarantine`';
const PARKED = '`lutra`.`parked`';

type Action = 'retry' | 'edit' | 'skip' | 'take';
/** `park`: nothing is decided yet. */
type Point = {
  readonly name: string;
  readonly matches: () => Trap['matches'];
  readonly action: Action | 'park';
  /** A statement waits behind the rows, and a row behind the statement. */
  readonly hasStatement?: true;
};

const notes = (): Trap['matches'] => statement('UPDATE', QUARANTINE);
const POINTS: readonly Point[] = [
  { name: 'write a refused row into quarantine', matches: () => statement('INSERT', QUARANTINE), action: 'park' },
  { name: 'commit that', matches: () => statement('COMMIT'), action: 'park' },
  { name: 'note that a row was retried', matches: notes, action: 'retry' },
  { name: 'note that the row behind it was applied', matches: () => nth(2, notes()), action: 'retry' },
  { name: 'commit that', matches: () => statement('COMMIT'), action: 'retry' },
  { name: 'note that a row was edited', matches: notes, action: 'edit' },
  { name: 'note that a row was skipped', matches: notes, action: 'skip' },
  { name: 'note that a row was taken', matches: notes, action: 'take' },
  { name: 'take away the notes', matches: () => statement('DELETE', QUARANTINE), action: 'retry' },
  {
    name: 'release what waited for a statement',
    matches: () => statement('DELETE', PARKED),
    action: 'retry',
    hasStatement: true,
  },
];

const BEHIND = 1_000;
let id = 0;

test('kill points: wherever a loader dies about rows in quarantine, none is lost or applied twice, and no decision is half done', async (t) => {
  await using bench = await KillBench.open({ rowErrors: 'quarantine' });
  for (const { name, matches, action, hasStatement = false } of POINTS) {
    for (const when of ['before', 'after'] as const) {
      await t.test(`both loaders are killed ${when} they ${name} (${action})`, async () => {
        id++;
        for (const target of bench.targets) await resize(target, 5);
        const places = bench.targets.map(({ link, loader }) => ({
          relay: link,
          victim: loader,
          matches: matches(),
          when,
        }));
        if (action === 'park') await killAt(places, () => poison(bench));
        else {
          await poison(bench);
          const ids = await bothWait(bench);
          if (hasStatement) await parkBehind(bench);
          if (action === 'retry') for (const target of bench.targets) await resize(target, 20);
          await killAt(places, () => decide(bench, ids, action));
        }
        await bench.write();
        for (const { loader } of bench.targets) loader.start();
        if (action === 'park') {
          const ids = await bothWait(bench);
          for (const target of bench.targets) await resize(target, 20);
          await decide(bench, ids, 'retry');
        }
        for (const target of bench.targets) await untilEmpty(target);
        assert.deepEqual(await bench.differences(), []);
      });
    }
  }
});

/** A row that does not fit. */
async function poison(bench: KillBench): Promise<void> {
  await bench.source.query(`INSERT INTO narrow (id, v) VALUES (${id}, 'much too long')`);
}

/** Waits until the row is refused, changes it so that it fits, and waits until that waits behind it; resolves to the name of the row at each target. */
async function bothWait(bench: KillBench): Promise<string[]> {
  for (const target of bench.targets) await untilStates(target, 'refused');
  await bench.source.query(`UPDATE narrow SET v = 'ok' WHERE id = ${id}`);
  return Promise.all(bench.targets.map((target) => untilStates(target, 'refused,waiting')));
}

async function parkBehind(bench: KillBench): Promise<void> {
  await bench.source.query(`ALTER TABLE narrow ADD COLUMN c${id} INT NOT NULL DEFAULT ${id}`);
  await bench.source.query(`INSERT INTO narrow (id, v, c${id}) VALUES (${BEHIND + id}, 'ok', 1)`);
  for (const target of bench.targets)
    await eventually(`${target.name} parks`, async () => (await parked(target)) > 0, { limitMs: 60_000 });
}

async function decide(bench: KillBench, ids: readonly string[], action: Action): Promise<void> {
  for (const [index, target] of bench.targets.entries())
    await bench.decide(target, ids[index] ?? '', { action, ...(action === 'edit' ? { values: { v: 'cut' } } : {}) });
}

async function resize({ route: { to } }: Target, length: number): Promise<void> {
  await run(to.server, [`ALTER TABLE ${to.schema}.narrow MODIFY v VARCHAR(${length})`]);
}

function waiting({ name, route: { to } }: Target): ReturnType<typeof query> {
  const sql = `SELECT CONCAT_WS('-', epoch, transaction, ordinal) AS id, state FROM lutra.quarantine WHERE uid = '${name}/p' AND state IN ('refused', 'waiting') ORDER BY epoch, transaction, ordinal`;
  return query(to.server, sql);
}

/** Waits for the states of the rows in their order; resolves to the name of the first. */
function untilStates(target: Target, states: string): Promise<string> {
  const ask = async (): Promise<string | undefined> => {
    const rows = await waiting(target).catch(() => []);
    return rows.map(({ state }) => state).join() === states ? String(rows[0]?.id) : undefined;
  };
  return eventually(`${target.name}: ${states}`, ask, { limitMs: 60_000, describe: () => waiting(target) });
}

async function untilEmpty(target: Target): Promise<void> {
  const isEmpty = async (): Promise<boolean> => (await waiting(target)).length === 0 && (await parked(target)) === 0;
  await eventually(`${target.name} is settled`, isEmpty, { limitMs: 60_000, describe: () => waiting(target) });
}

async function parked({ name, route: { to } }: Target): Promise<number> {
  const [row] = await query(to.server, `SELECT COUNT(*) AS n FROM ${PARKED} WHERE uid = '${name}/p'`);
  return Number(row?.n);
}
