import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { Trap } from '../../chaos/relay.ts';
import { query, run } from '../../demo/servers.ts';
import { eventually } from '../support/eventually.ts';
import { KillBench, statement, type Target } from '../support/kill-bench.ts';

/** The requests of `kill-points` once more, those that a loader sends about rows in quarantine. */

const SPRING_LIMIT_MS = 60_000;
const QUARANTINE = '`lutra`.`quarantine`';

type Action = 'retry' | 'edit' | 'skip' | 'take';
type Point = { readonly name: string; readonly matches: () => Trap['matches']; readonly action: Action | 'park' };

const NOTES = (): Trap['matches'] => statement('UPDATE', QUARANTINE);
const POINTS: readonly Point[] = [
  { name: 'writes a refused row into quarantine', matches: () => statement('INSERT', QUARANTINE), action: 'park' },
  { name: 'notes that a row was retried', matches: NOTES, action: 'retry' },
  { name: 'notes that a row was edited', matches: NOTES, action: 'edit' },
  { name: 'notes that a row was skipped', matches: NOTES, action: 'skip' },
  { name: 'notes that a row was taken', matches: NOTES, action: 'take' },
  { name: 'takes away the notes', matches: () => statement('DELETE', QUARANTINE), action: 'retry' },
];

let id = 0;

test('kill points: wherever a loader dies about rows in quarantine, none is lost or applied twice, and no decision is half done', async (t) => {
  await using bench = await KillBench.open({ rowErrors: 'quarantine' });
  for (const { name, matches, action } of POINTS) {
    for (const when of ['before', 'after'] as const) {
      await t.test(`both loaders are killed ${when} they: ${name}`, async () => {
        id++;
        for (const target of bench.targets) await resize(target, 5);
        if (action === 'park') await killed(bench, { matches, when }, () => poison(bench));
        else {
          await poison(bench);
          const ids = await bothWait(bench);
          if (action === 'retry') for (const target of bench.targets) await resize(target, 20);
          await killed(bench, { matches, when }, () => decide(bench, ids, action));
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
  await bench.source.query(`INSERT INTO narrow VALUES (${id}, 'much too long')`);
}

/** Waits until the row is refused, changes it so that it fits, and waits until that waits behind it; resolves to the name of the row at each target. */
async function bothWait(bench: KillBench): Promise<string[]> {
  for (const target of bench.targets) await untilStates(target, 'refused');
  await bench.source.query(`UPDATE narrow SET v = 'ok' WHERE id = ${id}`);
  return Promise.all(bench.targets.map((target) => untilStates(target, 'refused,waiting')));
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
  const isEmpty = async (): Promise<boolean> => (await waiting(target)).length === 0;
  await eventually(`${target.name} is settled`, isEmpty, { limitMs: 60_000, describe: () => waiting(target) });
}

/** Works until both loaders are killed at the request. */
async function killed(
  bench: KillBench,
  { matches, when }: { matches: () => Trap['matches']; when: Trap['when'] },
  work: () => Promise<void>,
): Promise<void> {
  const traps = bench.targets.map(({ link, loader }) => {
    const sprung = Promise.withResolvers<void>();
    const spring = (): void => {
      loader.kill();
      sprung.resolve();
    };
    const trap: Trap = { when, matches: matches(), spring };
    link.arm(trap);
    return { link, trap, sprung: sprung.promise };
  });
  await work();
  const late = delay(SPRING_LIMIT_MS, undefined, { ref: false }).then(() => {
    throw new Error('the request never came');
  });
  late.catch(() => {});
  try {
    await Promise.race([Promise.all(traps.map(({ sprung }) => sprung)), late]);
  } finally {
    for (const { link, trap } of traps) link.disarm(trap);
  }
  await Promise.all(bench.targets.map(({ loader }) => loader.ended()));
}
