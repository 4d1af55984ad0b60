import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import type { Alarm } from '../../shared/model/alarm.ts';
import { openLeases } from '../../shared/redis/leases.ts';
import { createLogger } from '../../shared/runtime/log.ts';
import { AdminBench } from '../support/admin-bench.ts';
import { eventually } from '../support/eventually.ts';
import { FurtherProcess } from '../support/further-process.ts';
import { Mailbox, WebhookListener } from '../support/notices.ts';
import { stackAddresses, testStack } from '../support/stack.ts';

test('alarms open once, are repeated, survive a restart of the admin API, and say when it is over: webhook and e-mail', async (t) => {
  const stack = await testStack();
  await stack.stop('admin-api'); // there is one at the control site: the bench's
  await using webhook = await WebhookListener.open();
  await using mailbox = await Mailbox.open();
  const env = { LUTRA_SMTP_URL: mailbox.url, LUTRA_MAIL_FROM: 'lutra@example.com' };
  const brokers = stackAddresses().kafka;
  const bench = await AdminBench.open(brokers, env);
  const name = bench.channel('alarm');
  const rule = `r-${bench.word}`;
  const path = `/api/v1/alarm-rules/${rule}`;
  const document = {
    kind: 'error',
    channel: name,
    match: 'TARGET_REFUSED',
    repeatEvery: '5s',
    notify: [{ webhook: webhook.url }, { email: 'ops@example.com' }],
  };
  const tell = (state: 'running' | 'blocked', at: AdminBench = bench) =>
    at.putStatus({
      role: 'loader',
      channel: name,
      pipeline: 'p',
      source: `${bench.site}.${name}-a`,
      state,
      quarantine: { rows: keepTelling.parked, tables: {} },
      ...(state === 'blocked'
        ? { reason: { code: 'TARGET_REFUSED', message: 'the row does not fit', remedy: 'mend the table' } }
        : {}),
    });
  const keepTelling = { state: 'running' as 'running' | 'blocked', parked: 0 };
  const teller = setInterval(() => void tell(keepTelling.state).catch(() => {}), 1_000);
  const alarmsOf = async (at: AdminBench): Promise<Alarm[]> =>
    ((await at.call('GET', `/api/v1/alarms?rule=${rule}`)).body as { items: Alarm[] }).items;
  const events = (): string[] =>
    webhook.notices.filter(({ alarm }) => alarm.subject !== 'test').map(({ event }) => event);
  let second: AdminBench | undefined;
  try {
    await bench.call('PUT', `/api/v1/channels/${name}`, bench.document(name));
    const wrong = await bench.call('PUT', path, JSON.stringify({ ...document, repeatEvery: 'often' }));
    assert.equal(wrong.status, 422);
    assert.match((wrong.body as { detail: string }).detail, /write a number with s, m, h or d/);
    assert.equal((await bench.call('PUT', path, JSON.stringify(document))).status, 200);

    await t.test(
      'standard rules look at what nobody made a rule for; a changed one is paused, a deleted one as it was',
      async () => {
        const standard = '/api/v1/alarm-rules/standard-quarantine';
        const rows = async (): Promise<Alarm[]> => {
          const { body } = await bench.call('GET', `/api/v1/alarms?rule=standard-quarantine&channel=${name}`);
          return (body as { items: Alarm[] }).items;
        };
        assert.equal(((await bench.call('GET', standard)).body as { updatedAt?: number }).updatedAt, undefined);
        const refused = await bench.call('DELETE', standard);
        assert.equal(refused.status, 409);
        assert.equal((refused.body as { code: string }).code, 'ALARM_RULE_STANDARD');
        keepTelling.parked = 2;
        await eventually('it is open', async () => (await rows())[0]?.state === 'open', { limitMs: 60_000 });
        assert.match((await rows())[0]?.message ?? '', /2 rows .* wait in quarantine/);
        assert.equal(
          (await bench.call('PUT', standard, JSON.stringify({ kind: 'quarantine', paused: true }))).status,
          200,
        );
        await eventually('it is closed', async () => (await rows()).every(({ state }) => state === 'closed'));
        keepTelling.parked = 0;
        assert.equal((await bench.call('DELETE', standard)).status, 204);
        const again = (await bench.call('GET', standard)).body as { paused: boolean; updatedAt?: number };
        assert.deepEqual([again.paused, again.updatedAt], [false, undefined]);
      },
    );

    await t.test('a test notice reaches every receiver', async () => {
      const { deliveries } = (await bench.call('POST', `${path}/test`)).body as {
        deliveries: { ok: boolean; to: string }[];
      };
      assert.deepEqual(
        deliveries.map(({ ok }) => ok),
        [true, true],
      );
      assert.ok(!JSON.stringify(deliveries).includes('secret'));
      assert.equal(webhook.notices.length, 1);
      assert.match(mailbox.messages[0]?.source ?? '', /Subject: \[Lutra\] test: error test/);
    });

    await t.test('it opens and is repeated', async () => {
      webhook.status = 500;
      keepTelling.state = 'blocked';
      await eventually('a notice was refused', async () => (await alarmsOf(bench))[0]?.noticeTrouble !== undefined);
      webhook.status = 200;
      await eventually('it is repeated', () => events().includes('repeat'), { limitMs: 60_000 });
      const [alarm] = await alarmsOf(bench);
      assert.equal(alarm?.state, 'open');
      assert.equal(alarm.subject, `${name}/p`);
      assert.equal(alarm.code, 'TARGET_REFUSED');
      assert.match(alarm.remedy, /mend the table/);
      assert.ok(
        mailbox.messages.some(
          ({ to, source }) => to[0] === 'ops@example.com' && source.includes('the row does not fit'),
        ),
      );
    });

    await t.test('a restart neither forgets it nor opens it again; then it is over', async () => {
      const [before] = await alarmsOf(bench);
      await bench.call('PUT', path, JSON.stringify({ ...document, repeatEvery: '1h' }));
      await bench.stopServing();
      const told = events().length;
      second = await AdminBench.open(brokers, env, bench.site);
      const again = second;
      await eventually('the alarm is known', async () => (await alarmsOf(again)).some(({ id }) => id === before?.id));
      keepTelling.state = 'running';
      await eventually('it is over', () => events().includes('recovered'), { limitMs: 60_000 });
      assert.deepEqual(events().slice(told), ['recovered']);
      const [alarm, ...others] = await alarmsOf(again);
      assert.equal(others.length, 0);
      assert.equal(alarm?.id, before?.id);
      assert.equal(alarm?.state, 'closed');
    });
  } finally {
    clearInterval(teller);
    await second?.call('DELETE', path);
    await second?.call('DELETE', `/api/v1/channels/${name}`);
    await second?.[Symbol.asyncDispose]();
    await bench[Symbol.asyncDispose]();
    await stack.start('admin-api');
    await stack.waitHealthy('admin-api');
  }
});

test('of two admin APIs one judges: notices come once, also while Redis is away; when it is killed the other one goes on within 10 s', async () => {
  const stack = await testStack();
  await stack.stop('admin-api');
  await using webhook = await WebhookListener.open();
  const brokers = stackAddresses().kafka;
  const site = `t${randomBytes(4).toString('hex')}`;
  const redis = stack.address('redis');
  const leases = openLeases(redis, createLogger('test', 'silent'));
  const judge = async (): Promise<string> => (await leases.holder('lutra:admin-api:alarms').catch(() => '')) ?? '';
  const env = {
    LUTRA_SITES: JSON.stringify({ sh: { kafka: brokers }, [site]: { kafka: brokers } }),
    LUTRA_HTTP_PORT: '0',
  };
  await using first = new FurtherProcess(stack, { role: 'admin-api', site: 'sh', env });
  const isFirst = async (): Promise<boolean> => (await judge()).startsWith(first.instance);
  await eventually('the first one judges', isFirst, { limitMs: 60_000 });
  const bench = await AdminBench.open(brokers, { LUTRA_REDIS: redis }, site);
  const name = bench.channel('judged');
  const path = `/api/v1/alarm-rules/r-${bench.word}`;
  const events = (): string[] => webhook.notices.map(({ event }) => event);
  let state: 'running' | 'blocked' = 'running';
  const reason = { code: 'TARGET_REFUSED', message: 'the row does not fit', remedy: 'mend the table' };
  const teller = setInterval(() => {
    const about = { channel: name, pipeline: 'p', source: `${site}.${name}-a` };
    void bench.putStatus({ role: 'loader', ...about, state, ...(state === 'blocked' && { reason }) }).catch(() => {});
  }, 1_000);
  try {
    await bench.call('PUT', `/api/v1/channels/${name}`, bench.document(name));
    const receivers = { notify: [{ webhook: webhook.url }] };
    const rule = { kind: 'error', channel: name, match: 'TARGET_REFUSED', repeatEvery: '1h', ...receivers };
    assert.equal((await bench.call('PUT', path, JSON.stringify(rule))).status, 200);

    state = 'blocked';
    await eventually('it is told', () => events().length > 0, { limitMs: 60_000 });
    await stack.stop('redis');
    try {
      state = 'running';
      await eventually('its end is told without Redis', () => events().includes('recovered'), { limitMs: 60_000 });
    } finally {
      await stack.start('redis');
      await stack.waitHealthy('redis');
    }
    await eventually('who was at work has its lease again', isFirst, { limitMs: 10_000 });
    assert.deepEqual(events(), ['open', 'recovered']);

    await bench.call('PUT', path, JSON.stringify({ ...rule, repeatEvery: '0s' }));
    await first.end('SIGKILL');
    state = 'blocked';
    const isSecond = async (): Promise<boolean> => (await judge()).length > 0 && !(await isFirst());
    await eventually('the other one judges', isSecond, { limitMs: 10_000 });
    await eventually('it tells', () => events().length > 2, { limitMs: 60_000 });
    assert.deepEqual(events(), ['open', 'recovered', 'open']);
  } finally {
    clearInterval(teller);
    leases.close();
    await bench.call('DELETE', path);
    await bench[Symbol.asyncDispose]();
    await stack.start('admin-api');
    await stack.waitHealthy('admin-api');
  }
});
