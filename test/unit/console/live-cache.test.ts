import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { QueryClient, QueryObserver } from '@tanstack/react-query';
import { cacheWriter, isPushed } from '../../../services/admin-api/console/src/api/live-cache.ts';

const status = (name: string, revision: number) => ({ name, revision, desired: 'running' as const, pipelines: [] });
const alarm = {
  ...{ id: 'a', rule: 'r', kind: 'delay' as const, subject: 's', state: 'open' as const, message: '', remedy: '' },
  ...{ openedAt: 0, told: 0 },
};

/** A cache whose queries are shown; `asked` are the paths that were asked for since they were. */
async function shown(t: TestContext, answers: Readonly<Record<string, unknown>>) {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  const queries = new QueryClient();
  t.after(() => queries.clear());
  const asked: string[] = [];
  for (const [path, answer] of Object.entries(answers)) {
    const queryKey = [path, {}];
    queries.setQueryData(queryKey, answer, { updatedAt: 7 });
    const queryFn = (): unknown => {
      asked.push(path);
      return queries.getQueryData(queryKey) ?? null;
    };
    t.after(new QueryObserver(queries, { queryKey, queryFn, staleTime: Infinity }).subscribe(() => {}));
  }
  const take = cacheWriter(queries);
  return { queries, asked, take, pass: () => t.mock.timers.tick(300) };
}

test('live: statuses that were told stand in the list and at the channel, asking stays where it was', async (t) => {
  const { queries, asked, take, pass } = await shown(t, {
    '/status': { items: [status('a', 1), status('b', 1)], total: 2 },
    '/channels/a/status': status('a', 1),
  });
  take({ name: 'status', data: status('a', 2) });
  take({ name: 'status', data: status('a', 3) });
  take({ name: 'status', data: status('unseen', 1) });
  pass();
  assert.deepEqual(queries.getQueryData(['/status', {}]), { items: [status('a', 3), status('b', 1)], total: 2 });
  assert.deepEqual(queries.getQueryData(['/channels/a/status', {}]), status('a', 3));
  assert.equal(queries.getQueryState(['/status', {}])?.dataUpdatedAt, 7, 'silence of b is still found out');
  assert.deepEqual(asked, []);
  assert.equal(queries.getQueryData(['/channels/unseen/status', {}]), undefined);
});

test('live: what else is told of is asked for once however often it was told, and nothing else is', async (t) => {
  const { asked, take, pass } = await shown(t, {
    '/channels/a/quarantine': {},
    '/channels/a/pipelines/p/quarantine/1': {},
    '/channels/ab/quarantine': {},
    '/channels/a/ddl': {},
    '/alarms': {},
    '/nodes': {},
    '/databases': {},
  });
  const told = async (...events: Parameters<typeof take>[0][]): Promise<string[]> => {
    for (const event of events) take(event);
    pass();
    await nextTurn();
    return asked.splice(0).sort();
  };
  const node = { name: 'node' as const, data: { instance: 'x' } as never };
  const quarantine = { name: 'quarantine' as const, data: { channel: 'a' } };
  assert.deepEqual(await told(quarantine, quarantine), [
    '/channels/a/pipelines/p/quarantine/1',
    '/channels/a/quarantine',
  ]);
  assert.deepEqual(await told({ name: 'ddl', data: { channel: 'a' } }, { name: 'alarm', data: alarm }), [
    '/alarms',
    '/channels/a/ddl',
  ]);
  assert.deepEqual(await told(node), ['/nodes'], 'a process that was not heard of');
  assert.deepEqual(await told(node, node), [], 'its further reports');
  t.mock.timers.tick(9_000);
  assert.deepEqual(await told(node), ['/nodes'], 'one that was silent');
  assert.deepEqual(await told({ name: 'channel', data: { name: 'ab', outcome: 'changed' } }), [
    '/channels/ab/quarantine',
    '/databases',
  ]);
  assert.equal((await told({ name: 'reset', data: {} })).length, 7);
});

test('live: lists that change without an event are asked for as before', () => {
  const told = ['/status', '/channels/a/status', '/channels/a/ddl', '/nodes'];
  const untold = ['/overview', '/logs', '/channels/a/batches', '/diagnostics'];
  assert.deepEqual([...told, ...untold].filter(isPushed), told);
});
