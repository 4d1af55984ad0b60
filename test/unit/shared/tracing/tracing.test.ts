import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { pino } from 'pino';
import { LaneTraces } from '../../../../services/loader/lane-traces.ts';
import { TransactionTraces } from '../../../../services/selector/transaction-traces.ts';
import { emptyHead, readHead } from '../../../../shared/codec/record-head.ts';
import { createLogger } from '../../../../shared/runtime/log.ts';
import { readServiceSettings } from '../../../../shared/runtime/settings.ts';
import { openTracing } from '../../../../shared/tracing/open-tracing.ts';
import type { Tracing } from '../../../../shared/tracing/tracing.ts';
import { sampledTrace } from '../../../../shared/tracing/transaction-trace.ts';
import { eventually } from '../../../support/eventually.ts';
import { TableEncoder } from '../../../support/row-records.ts';
import { TraceReceiver } from '../../../support/trace-receiver.ts';

const SERVICE = { LUTRA_SITE: 'sh', LUTRA_KAFKA: 'k:9092', LUTRA_REGISTRY: 'http://r:8080' };
const HEAD = { epoch: 2, transaction: 7, committed: 1_795_000_000_000_000, gtid: 'u:7', file: 'f', position: 4 };
const PUBLISHED_AT = 1_795_000_000_020;
const ARRIVED_AT = 1_795_000_000_030;
const silent = createLogger('test', 'silent');
const encoder = new TableEncoder({ schema: 's', table: 't', key: ['id'], columns: [{ name: 'id', type: 'int' }] }, 77);

function settingsOf(env: Record<string, string>) {
  return readServiceSettings({ ...SERVICE, ...env }).traces;
}

/** The exporter reads the process's environment itself. */
function tracingTo(receiver: { url: string }, role: string, log = silent): Promise<Tracing | undefined> {
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_TRACES_SAMPLER_ARG: '1' };
  Object.assign(process.env, env, { OTEL_EXPORTER_OTLP_TIMEOUT: '300' });
  return openTracing(settingsOf(env), { role, site: 'sh', instance: 'i' }, log);
}
after(() => {
  for (const name of Object.keys(process.env)) if (name.startsWith('OTEL_')) delete process.env[name];
});

function tellSelected(tracing: Tracing, head = HEAD): void {
  const traces = new TransactionTraces(tracing, 'sh.order');
  traces.committed(head, 1);
  traces.acknowledged({ ...head, serials: [], log: { gtidSet: '', file: 'f', position: 9 } });
}

function tellLoaded(tracing: Tracing): void {
  const lane = new LaneTraces({ tracing, source: 'sh.order', channel: 'c', pipeline: 'p', partition: 0 });
  const { value } = encoder.encode({ ...HEAD, ordinal: 0, serial: 9, last: true }, { op: 'c', after: { id: 1 } });
  const head = emptyHead();
  readHead(value, { bytes: value, at: 0 }, head);
  lane.took();
  lane.ended(head, value, { offset: '41', timestamp: String(PUBLISHED_AT) }, ARRIVED_AT);
  lane.ended(head, value, { offset: '42', timestamp: String(PUBLISHED_AT) }, ARRIVED_AT);
  lane.applied(41n, 5);
  lane.committed(41n);
  lane.applied(43n, 5);
  lane.committed(43n);
}

test('selector and loader tell one trace without a word in the records: the loader’s spans stand under the selector’s', async () => {
  await using receiver = await TraceReceiver.open();
  for (const [role, tell] of [
    ['loader', tellLoaded],
    ['selector', tellSelected],
  ] as const) {
    const tracing = await tracingTo(receiver, role);
    assert.ok(tracing);
    tell(tracing);
    await tracing.close();
  }
  const roots = receiver.spans.filter(({ parentId }) => parentId === '');
  assert.deepEqual(
    roots.map(({ service, name }) => [service, name]),
    [['lutra-selector', 'transaction']],
  );
  const [root] = roots as [(typeof roots)[0]];
  assert.equal(root.from, HEAD.committed / 1_000);
  assert.deepEqual(
    namesUnder(receiver, root),
    ['publish', 'read', 'replicate'],
    'a transaction without records is not told',
  );
  const [replicate] = receiver.under(root).filter(({ name }) => name === 'replicate');
  assert.ok(replicate);
  assert.deepEqual(namesUnder(receiver, replicate), ['commit', 'load', 'queue', 'transport']);
  assert.deepEqual([replicate.service, replicate.from], ['lutra-loader', PUBLISHED_AT]);
  assert.equal(replicate.attributes['lutra.gtid'], HEAD.gtid);
});

function namesUnder(receiver: TraceReceiver, span: TraceReceiver['spans'][number]): string[] {
  return receiver
    .under(span)
    .map(({ name }) => name)
    .sort();
}

test('a run tells the transactions that Kafka has, in their order and over epochs, and no other', async () => {
  await using receiver = await TraceReceiver.open();
  const tracing = await tracingTo(receiver, 'selector');
  assert.ok(tracing);
  const traces = new TransactionTraces(tracing, 'sh.order');
  for (const [epoch, transaction] of [
    [1, 8],
    [1, 9],
    [2, 1],
    [2, 2],
  ] as const)
    traces.committed({ ...HEAD, epoch, transaction }, 1);
  traces.acknowledged({ epoch: 2, transaction: 1, serials: [], log: { gtidSet: '', file: 'f', position: 9 } });
  await tracing.close();
  const told = receiver.spans
    .filter(({ name }) => name === 'transaction')
    .map(({ attributes }) => [attributes['lutra.epoch'], attributes['lutra.transaction']]);
  assert.deepEqual(told, [
    [1, 8],
    [1, 9],
    [2, 1],
  ]);
});

test('sampling is the ratio’s share of the transactions, the same in every process, and a larger ratio takes all of a smaller one', () => {
  const identity = fc.record({
    source: fc.string(),
    epoch: fc.nat(),
    transaction: fc.nat(),
    committed: fc.maxSafeNat(),
  });
  fc.assert(
    fc.property(
      identity,
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (id, a, b) => {
        const whole = sampledTrace(id, 1);
        assert.match(`${whole?.traceId} ${whole?.rootId}`, /^[0-9a-f]{32} [0-9a-f]{16}$/);
        assert.equal(sampledTrace(id, 0), undefined);
        if (sampledTrace(id, Math.min(a, b)) !== undefined) assert.deepEqual(sampledTrace(id, Math.max(a, b)), whole);
        for (const change of [
          { source: `${id.source}x` },
          { epoch: id.epoch + 1 },
          { transaction: id.transaction + 1 },
          { committed: id.committed - 1 },
        ])
          assert.notEqual(sampledTrace({ ...id, ...change }, 1)?.traceId, whole?.traceId);
      },
    ),
  );
  const { length } = Array.from({ length: 20_000 }, (_, n) =>
    sampledTrace({ ...HEAD, source: 's', transaction: n }, 0.1),
  ).filter(Boolean);
  assert.ok(length > 1_800 && length < 2_200, `${length} of 20000`);
});

test('traces are off unless an endpoint is set, and the standard variables say how many', () => {
  const at = { OTEL_EXPORTER_OTLP_ENDPOINT: 'https://collector:4318/x' };
  assert.equal(settingsOf({ OTEL_TRACES_SAMPLER_ARG: '1' }), undefined);
  assert.equal(settingsOf({ ...at, OTEL_SDK_DISABLED: 'true' }), undefined);
  assert.equal(settingsOf({ ...at, OTEL_TRACES_EXPORTER: 'none' }), undefined);
  assert.deepEqual(settingsOf(at), { receiver: 'collector:4318', ratio: 0.01 });
  assert.deepEqual(
    settingsOf({ ...at, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://t:1/v1/traces', OTEL_TRACES_SAMPLER_ARG: '0.5' }),
    {
      receiver: 't:1',
      ratio: 0.5,
    },
  );
  assert.equal(
    settingsOf({ ...at, OTEL_TRACES_SAMPLER: 'parentbased_always_on', OTEL_TRACES_SAMPLER_ARG: 'x' })?.ratio,
    1,
  );
});

test('a wrong variable ends the start with its name and what to write, without what is secret in it', () => {
  const at = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318' };
  const refused = (env: Record<string, string>, pattern: RegExp): void =>
    assert.throws(
      () => settingsOf(env),
      (error: Error & { code?: string }) => {
        assert.equal(error.code, 'SETTING_INVALID');
        assert.match(error.message, pattern);
        assert.doesNotMatch(error.message, /hush/);
        return true;
      },
    );
  for (const ratio of ['2', '-0.1', 'all', 'NaN'])
    refused({ ...at, OTEL_TRACES_SAMPLER_ARG: ratio }, /OTEL_TRACES_SAMPLER_ARG is ".*from 0 to 1/);
  refused(
    { ...at, OTEL_TRACES_SAMPLER: 'jaeger_remote' },
    /OTEL_TRACES_SAMPLER is "jaeger_remote": write one of always_on/,
  );
  refused({ OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' }, /OTEL_EXPORTER_OTLP_ENDPOINT is not an address/);
  refused(
    { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://me:hush@c:4318' },
    /OTEL_EXPORTER_OTLP_TRACES_ENDPOINT holds a user/,
  );
  refused({ ...at, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, /OTEL_EXPORTER_OTLP_PROTOCOL is "grpc"/);
});

test('a receiver that is away, refuses or hangs holds nobody up and is told once in the log, by its host alone', async () => {
  for (const fault of ['away', 'refuses', 'hangs'] as const) {
    await using receiver = await TraceReceiver.open();
    const { host, url } = receiver;
    if (fault === 'away') await receiver.close();
    receiver.status = 401;
    receiver.hangs = fault === 'hangs';
    const lines: string[] = [];
    const log = pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) });
    const tracing = await tracingTo({ url: `${url}/hidden?key=hush` }, 'loader', log);
    assert.ok(tracing);
    for (let n = 0; n < 3_000; n++) tellSelected(tracing, { ...HEAD, transaction: n });
    const began = performance.now();
    await tracing.close();
    assert.ok(performance.now() - began < 6_000, fault);
    await eventually('it is told', () => lines.length > 0);
    assert.equal(lines.length, 1, lines.join(''));
    const { receiver: told, msg } = JSON.parse(lines[0] ?? '') as Record<string, string>;
    assert.deepEqual([told, msg], [host, 'traces are dropped: their receiver takes none']);
    assert.doesNotMatch(lines.join(''), /hush|hidden/);
  }
});
