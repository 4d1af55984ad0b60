import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Trap } from '../../chaos/relay.ts';
import { settle } from '../../demo/marker.ts';
import { positionsTopic, rowsTopic } from '../../topics/topics.ts';
import { KillBench, type Target } from '../support/kill-bench.ts';
import { anyStatement, kafkaRequest, killAt, nth, statement } from '../support/kill-traps.ts';

/**
 * A process is killed at a request that it sends: before the server has it, and after the server has obeyed but before the process knows. What a process has done
 * shows in these requests only, so between two of them every moment to die is the same.
 */

const WHEN = ['before', 'after'] as const;
/** For a selector to begin; it asks nothing more when rows come. */
const READ_LIMIT_MS = 90_000;
const PRODUCE = 0;
const OFFSET_COMMIT = 8;
const ROWS = rowsTopic('origin.source');
const POSITIONS = positionsTopic('origin');

type Work = (bench: KillBench) => Promise<unknown>;
type Matches = Trap['matches'];
type SelectorPoint = { readonly name: string; readonly matches: () => Matches; readonly work: Work };
type LoaderPoint = {
  readonly name: string;
  readonly matches: (target: Target) => Matches;
  readonly via: 'link' | 'kafka';
  readonly work: Work;
};

const write: Work = (bench) => bench.write();
let column = 0;
const addColumn: Work = async (bench) => {
  await bench.write();
  await bench.source.query(`ALTER TABLE account ADD COLUMN c${++column} INT NOT NULL DEFAULT ${column}`);
  await bench.write();
};
const writeMuch: Work = async (bench) => {
  await bench.write();
  await bench.writeMuch();
};

const SELECTOR_POINTS: readonly SelectorPoint[] = [
  { name: 'sends rows to Kafka', matches: () => kafkaRequest(PRODUCE, ROWS, 'once'), work: write },
  { name: 'stores the position that covers them', matches: () => kafkaRequest(PRODUCE, POSITIONS), work: write },
  {
    name: 'sends the third part of one large transaction',
    matches: () => nth(3, kafkaRequest(PRODUCE, ROWS, 'zzzz')),
    work: writeMuch,
  },
  { name: 'sends a statement to Kafka', matches: () => kafkaRequest(PRODUCE, ROWS, 'ADD COLUMN'), work: addColumn },
];

const LOADER_POINTS: readonly LoaderPoint[] = [
  {
    name: 'begins a target transaction with checkpoint and rows',
    matches: () => statement('BEGIN', 'journal'),
    via: 'link',
    work: write,
  },
  { name: 'commits it', matches: () => statement('COMMIT'), via: 'link', work: write },
  { name: 'commits the offset', matches: ({ group }) => kafkaRequest(OFFSET_COMMIT, group), via: 'kafka', work: write },
  {
    name: 'sends the rows of one large transaction',
    matches: () => statement('LOAD DATA'),
    via: 'link',
    work: writeMuch,
  },
  {
    name: 'notes that a statement has arrived',
    matches: () => statement('INSERT', '`lutra`.`ddl`'),
    via: 'link',
    work: addColumn,
  },
  {
    name: 'notes that it will be executed',
    matches: () => statement('UPDATE', '`lutra`.`ddl`', "'applying'"),
    via: 'link',
    work: addColumn,
  },
  { name: 'executes a statement', matches: () => statement('ALTER'), via: 'link', work: addColumn },
  {
    name: 'notes that it is applied',
    matches: () => statement('UPDATE', '`lutra`.`ddl`', "'applied'"),
    via: 'link',
    work: addColumn,
  },
];

test('kill points: wherever selector or loader die, nothing is lost, doubled or torn', async (t) => {
  await using bench = await KillBench.open();
  await t.test('a source that goes away in the middle of any question is named and read on', async () => {
    const [target] = bench.targets;
    assert.ok(target !== undefined);
    let question = 0;
    for (let isAsked = true; isAsked; question++) {
      bench.selector.kill();
      await bench.selector.ended();
      const sprung = Promise.withResolvers<true>();
      const lost: Trap = {
        when: 'after',
        matches: nth(question + 1, anyStatement),
        spring: () => sprung.resolve(true),
      };
      bench.sourceLink.arm(lost);
      bench.selector.start();
      const reading = new AbortController();
      const isRead = settle(target.route, READ_LIMIT_MS, reading.signal).then(() => false);
      isRead.catch(() => {});
      isAsked = await Promise.race([sprung.promise, isRead]);
      reading.abort();
      bench.sourceLink.disarm(lost);
      await bench.write();
    }
    t.diagnostic(`${question - 1} questions`);
    assert.deepEqual(await bench.differences(), []);
    assert.ok(question > 5, `${question - 1} questions`);
    assert.doesNotMatch(bench.selector.logged, /"UNEXPECTED"/);
    assert.match(bench.selector.logged, /"SOURCE_UNREACHABLE"/);
  });
  for (const { name, matches, work } of SELECTOR_POINTS) {
    for (const when of WHEN) {
      await t.test(`the selector is killed ${when} it ${name}`, async () => {
        const place = { relay: bench.kafka, victim: bench.selector, matches: matches(), when };
        await killAt([place], () => work(bench));
        await bench.write();
        bench.selector.start();
        assert.deepEqual(await bench.differences(), []);
      });
    }
  }
  for (const { name, matches, via, work } of LOADER_POINTS) {
    for (const when of WHEN) {
      await t.test(`both loaders are killed ${when} they: ${name}`, async () => {
        const places = bench.targets.map((target) => {
          const relay = via === 'link' ? target.link : bench.kafka;
          return { relay, victim: target.loader, matches: matches(target), when };
        });
        await killAt(places, () => work(bench));
        await bench.write();
        for (const { loader } of bench.targets) loader.start();
        assert.deepEqual(await bench.differences(), []);
      });
    }
  }
});
