import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { eventually } from '../support/eventually.ts';
import { Flow } from '../support/flow.ts';
import { FurtherProcess } from '../support/further-process.ts';
import { without } from '../support/take-over.ts';
import { type ReceivedSpan, TraceReceiver } from '../support/trace-receiver.ts';

const TABLES = { t: 'id INT NOT NULL PRIMARY KEY, v VARCHAR(40)' };
const STOP_LIMIT_MS = 8_000;

type Traced = { readonly flow: Flow; readonly receiver: TraceReceiver; readonly services: readonly FurtherProcess[] };

/** A selector and a loader that trace every transaction, instead of those of the stack. */
async function withTraces(work: (traced: Traced) => Promise<void>): Promise<void> {
  await using flow = await Flow.prepare({ tables: TABLES });
  await using receiver = await TraceReceiver.open();
  const env = {
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20hush',
    OTEL_EXPORTER_OTLP_TIMEOUT: '500',
    OTEL_TRACES_SAMPLER_ARG: '1',
  };
  await without(flow.stack, 'selector-sh', () =>
    without(flow.stack, 'loader-us', async () => {
      await using selector = new FurtherProcess(flow.stack, { role: 'selector', site: 'sh', env });
      await using loader = new FurtherProcess(flow.stack, { role: 'loader', site: 'us', env });
      await flow.apply();
      await work({ flow, receiver, services: [selector, loader] });
    }),
  );
}

function childOf(receiver: TraceReceiver, parent: ReceivedSpan, name: string): ReceivedSpan {
  const found = receiver.under(parent).filter((span) => span.name === name);
  assert.equal(found.length, 1, `${name} under ${parent.name}: ${found.length}`);
  return found[0] as ReceivedSpan;
}

function assertInOrder(times: Readonly<Record<string, number>>): void {
  const names = Object.keys(times);
  assert.deepEqual(
    names.toSorted((a, b) => Math.floor(times[a] ?? 0) - Math.floor(times[b] ?? 0)),
    names,
  );
}

test('a transaction is one trace from its commit at the source to the offset commit of the loader, and nobody waits for the receiver', async (t) => {
  await withTraces(async ({ flow, receiver, services }) => {
    const source = `sh.${flow.sourceName}`;
    await flow.settle();
    await flow.atSource(
      "BEGIN; INSERT INTO t VALUES (1, 'unspoken'); INSERT INTO t VALUES (2, 'unspoken'); UPDATE t SET v = 'unsaid' WHERE id = 1; COMMIT",
    );
    await flow.atSource('ALTER TABLE t ADD COLUMN added INT');
    await flow.settle();
    const isOf = ({ attributes }: ReceivedSpan): boolean => attributes['lutra.source'] === source;
    const root = await eventually(
      'the root has come',
      () => receiver.spans.find((span) => isOf(span) && span.parentId === '' && span.attributes['lutra.records'] === 3),
      { describe: () => receiver.spans.length },
    );
    const replicate = await eventually('the loader’s spans have come', () =>
      receiver.under(root).find(({ name }) => name === 'replicate'),
    );
    await eventually('the offset is committed', () => receiver.under(replicate).some(({ name }) => name === 'commit'));
    assert.deepEqual([root.service, root.name], ['lutra-selector', 'transaction']);
    assert.equal(replicate.service, 'lutra-loader');
    const {
      'lutra.channel': channel,
      'lutra.pipeline': pipeline,
      'lutra.partition': partition,
      'lutra.records': records,
    } = replicate.attributes;
    assert.deepEqual([channel, pipeline, partition, records], [flow.name, 'p', 0, 3]);
    assert.match(String(root.attributes['lutra.gtid']), /:\d+$/);
    assert.equal(replicate.attributes['lutra.gtid'], root.attributes['lutra.gtid']);
    const [read, publish] = [childOf(receiver, root, 'read'), childOf(receiver, root, 'publish')];
    const [transport, queue, load, commit] = ['transport', 'queue', 'load', 'commit'].map((name) =>
      childOf(receiver, replicate, name),
    ) as [ReceivedSpan, ReceivedSpan, ReceivedSpan, ReceivedSpan];
    assertInOrder({
      root: root.from,
      read: read.to,
      published: replicate.from,
      arrived: transport.to,
      loading: queue.to,
      loaded: load.to,
      ended: replicate.to,
      committed: commit.to,
    });
    assertInOrder({ publish: publish.from, replicate: replicate.from, acknowledged: root.to });
    t.diagnostic(
      JSON.stringify(
        [root, read, publish, replicate, transport, queue, load, commit].map(({ name, from, to }) => [
          name,
          Math.round(from - root.from),
          Math.round(to - root.from),
        ]),
      ),
    );
    const next = Number(root.attributes['lutra.transaction']) + 1;
    const isStatement = (span: ReceivedSpan): boolean => isOf(span) && span.attributes['lutra.transaction'] === next;
    const statement = await eventually('the statement is traced too', () => receiver.spans.find(isStatement));
    await eventually('by the loader as well', () => receiver.under(statement).some(({ name }) => name === 'replicate'));
    assert.doesNotMatch(receiver.bodies.join(''), /unspoken|unsaid|ALTER|hush/);
    assert.deepEqual([...receiver.authorizations], ['Bearer hush']);

    await receiver.close();
    await flow.atSource("INSERT INTO t VALUES (3, 'unspoken', 3)");
    await flow.assertEqual();
    for (const service of services) {
      const began = performance.now();
      await service.end();
      assert.ok(performance.now() - began < STOP_LIMIT_MS, 'the end waits for nobody');
      const lines = readFileSync(service.log, 'utf8').split('\n');
      const told = lines.filter((line) => line.includes('traces are dropped'));
      assert.equal(told.length, 1, told.join('\n'));
      assert.match(told[0] ?? '', new RegExp(`"receiver":"${receiver.host}".*ECONN`));
      assert.doesNotMatch(lines.join('\n'), /hush|unspoken/);
    }
  });
});
