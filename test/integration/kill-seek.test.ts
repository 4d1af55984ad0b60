import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Trap } from '../../chaos/relay.ts';
import { settle } from '../../demo/marker.ts';
import { query } from '../../demo/servers.ts';
import type { SeekReply } from '../../services/admin-api/seek/seek-schemas.ts';
import { readGroupPlaces, setGroupOffsets } from '../../shared/kafka/group-offsets.ts';
import type { AuditEntry } from '../../shared/model/audit.ts';
import { AUDIT_TOPIC } from '../../topics/topics.ts';
import { eventually } from '../support/eventually.ts';
import { KillBench, type Target } from '../support/kill-bench.ts';
import { kafkaRequest, killAt, statement } from '../support/kill-traps.ts';
import type { MortalApi } from '../support/mortal-api.ts';

/** The requests of `kill-points` once more, those that are sent about a position that an operator sets. */

const WHEN = ['before', 'after'] as const;
const SETTLE_MS = 90_000;
const [PRODUCE, FETCH, OFFSET_COMMIT, OFFSET_FETCH] = [0, 1, 8, 9];

type LoaderPoint = {
  readonly name: string;
  readonly via: 'link' | 'kafka';
  readonly matches: (target: Target) => Trap['matches'];
};

const LOADER_POINTS: readonly LoaderPoint[] = [
  { name: 'ask for the offset', via: 'kafka', matches: ({ group }) => kafkaRequest(OFFSET_FETCH, group) },
  { name: 'rewrite the checkpoint', via: 'link', matches: () => statement('UPDATE', '`lutra`.`checkpoint`') },
  { name: 'commit that', via: 'link', matches: () => statement('COMMIT') },
  { name: 'mark the offset as obeyed', via: 'kafka', matches: ({ group }) => kafkaRequest(OFFSET_COMMIT, group) },
];

test('kill points: wherever a process dies on the way of a position that an operator sets, it is obeyed in the end, and nothing else is lost or doubled', async (t) => {
  await using bench = await KillBench.open();
  let id = 0;
  for (const { name, via, matches } of LOADER_POINTS) {
    for (const when of WHEN) {
      await t.test(`both loaders are killed ${when} they ${name}, moved forwards, then backwards`, async () => {
        const place = await rowBehind(bench, ++id);
        const killed = async (offset: bigint): Promise<void> => {
          for (const { group } of bench.targets)
            await setGroupOffsets(bench.address, group, bench.topic, [{ partition: 0, offset }]);
          const places = bench.targets.map((target) => {
            const relay = via === 'link' ? target.link : bench.kafka;
            return { relay, victim: target.loader, matches: matches(target), when };
          });
          await killAt(places, () => bench.setState('running'));
          await bench.write();
          for (const { loader } of bench.targets) loader.start();
        };
        await killed(place + 1n);
        for (const target of bench.targets) assert.equal(await countOf(target, id), 0, `${target.name} skips the row`);
        await bench.setState('paused');
        await killed(place);
        assert.deepEqual(await bench.differences(), []);
      });
    }
  }
  await t.test('the admin API is killed', async (admin) => killApi(admin, bench, ++id));
});

const API_POINTS: readonly { readonly name: string; readonly matches: LoaderPoint['matches'] }[] = [
  { name: 'reads what lies between', matches: () => kafkaRequest(FETCH, 'lutra.rows.') },
  { name: 'notes what it is about to do', matches: () => kafkaRequest(PRODUCE, AUDIT_TOPIC, '"begun"') },
  { name: 'moves the offset', matches: ({ group }) => kafkaRequest(OFFSET_COMMIT, group) },
  { name: 'notes that it is done', matches: () => kafkaRequest(PRODUCE, AUDIT_TOPIC, '"done"') },
];

async function killApi(t: TestContext, bench: KillBench, id: number): Promise<void> {
  const [target] = bench.targets;
  assert.ok(target !== undefined);
  const place = await rowBehind(bench, id);
  const stood = await offsetOf(bench, target);
  const api = await bench.openAdminApi();
  for (const { name, matches } of API_POINTS) {
    for (const when of WHEN) {
      await t.test(`${when} it ${name}: the position is moved and noted, or neither`, async () => {
        const from = await offsetOf(bench, target);
        const to = from === place ? place + 1n : place;
        const point = { relay: bench.kafka, victim: api.service, matches: matches(target), when };
        await killAt([point], () => seek(api, target, to).catch(() => {}));
        await api.start();
        const now = await offsetOf(bench, target);
        assert.ok(now === from || now === to, `${now} is neither ${from} nor ${to}`);
        assert.equal(now === to, isMovedBy(name, when));
        if (now === to) await noted(api, target, to);
        const reply = await seek(api, target, to);
        assert.ok(reply.moved);
        assert.equal(await offsetOf(bench, target), to);
        assert.equal((await noted(api, target, to)).outcome, 'done');
      });
    }
  }
  await seek(api, target, stood);
  await bench.setState('running');
  assert.deepEqual(await bench.differences(), []);
}

function isMovedBy(name: string, when: (typeof WHEN)[number]): boolean {
  return name === 'notes that it is done' || (name === 'moves the offset' && when === 'after');
}

/** A row that paused pipelines have not read, and more behind it; resolves to its offset. */
async function rowBehind(bench: KillBench, id: number): Promise<bigint> {
  await bench.setState('paused');
  await bench.source.query(`INSERT INTO narrow VALUES (${id}, 'behind')`);
  await bench.write();
  return bench.offsetOf('narrow', id);
}

async function countOf({ route }: Target, id: number): Promise<number> {
  await settle(route, SETTLE_MS);
  const [row] = await query(route.to.server, `SELECT COUNT(*) AS n FROM ${route.to.schema}.narrow WHERE id = ${id}`);
  return Number(row?.n);
}

async function offsetOf(bench: KillBench, { group }: Target): Promise<bigint | undefined> {
  const { places } = await readGroupPlaces(bench.address, group, bench.topic);
  return places[0]?.committed;
}

async function seek(api: MortalApi, { name }: Target, to: bigint | undefined): Promise<SeekReply> {
  const { status, body } = await api.call(`/channels/${name}/pipelines/p/position`, { to: { offset: String(to) } });
  assert.equal(status, 200, JSON.stringify(body));
  return body as SeekReply;
}

/** The newest move in the audit, once that is the one to this offset. */
async function noted(api: MortalApi, { name }: Target, to: bigint | undefined): Promise<AuditEntry> {
  return eventually(`a move to ${to} is noted`, async () => {
    const { body } = await api.call(`/audit?channel=${name}&action=seek`);
    const [newest] = (body as { items: AuditEntry[] }).items.toSorted((a, b) => b.at - a.at);
    return newest?.after['0'] === String(to) ? newest : undefined;
  });
}
