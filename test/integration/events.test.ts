import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Overview } from '../../services/admin-api/schemas/overview.ts';
import { AdminBench } from '../support/admin-bench.ts';
import { eventually } from '../support/eventually.ts';
import { Observed } from '../support/observed.ts';
import { stackAddresses, testStack } from '../support/stack.ts';

type Event = { id: string; name: string; data: unknown };

/** Listens to the events of an admin API until disposal. */
class Listening implements AsyncDisposable {
  readonly events: Event[] = [];
  private readonly stop: AbortController;
  private readonly done: Promise<void>;

  private constructor(response: Response, stop: AbortController) {
    assert.equal(response.headers.get('content-type'), 'text/event-stream; charset=utf-8');
    this.stop = stop;
    this.done = this.run(response).catch(() => {});
  }

  /** Resolves when the admin API has answered: what happens from then on is told. */
  static async open({ url, token }: AdminBench, query = '', lastEventId?: string): Promise<Listening> {
    const authorization = { authorization: `Bearer ${token}` };
    const headers = lastEventId === undefined ? authorization : { ...authorization, 'last-event-id': lastEventId };
    const stop = new AbortController();
    return new Listening(await fetch(`${url}/api/v1/events${query}`, { headers, signal: stop.signal }), stop);
  }

  named(name: string): Event[] {
    return this.events.filter((event) => event.name === name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.stop.abort();
    await this.done;
  }

  private async run(response: Response): Promise<void> {
    let rest = '';
    for await (const part of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      const pieces = (rest + part).split('\n\n');
      rest = pieces.pop() ?? '';
      for (const piece of pieces) this.take(piece);
    }
  }

  private take(piece: string): void {
    const lines = new Map(
      piece.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
    );
    const [id, name, data] = [lines.get('id'), lines.get('event'), lines.get('data')];
    if (id !== undefined && name !== undefined && data !== undefined)
      this.events.push({ id, name, data: JSON.parse(data) });
  }
}

test('events: who listens sees status, channels and nodes; who comes back gets what was missed, or is told to begin anew', async () => {
  await testStack();
  await using bench = await AdminBench.open(stackAddresses().kafka);
  const [one, two] = [bench.channel('one'), bench.channel('two')];
  await using all = await Listening.open(bench);
  await using ofTwo = await Listening.open(bench, `?channel=${two}`);
  await using quiet = await Listening.open(bench, '?statuses=false');
  for (const name of [one, two]) await bench.call('PUT', `/api/v1/channels/${name}`, bench.document(name));
  await eventually('both channels are told', () => all.named('channel').length >= 2);
  await bench.putStatus({ role: 'loader', channel: one, pipeline: 'p', source: `${bench.site}.${one}-a` });
  await eventually('the status is told', () =>
    all.named('status').some(({ data }) => (data as { name: string }).name === one),
  );
  await eventually('a node is told', () => all.named('node').length > 0);
  await eventually('the quiet one hears the same but statuses', () => quiet.named('node').length > 0);
  assert.equal(quiet.named('status').length, 0);
  await eventually('the events of one channel are told', () => ofTwo.events.length > 0);
  assert.ok(ofTwo.events.every(({ data }) => JSON.stringify(data).includes(two)));

  const seen = all.named('channel')[0]?.id;
  await using again = await Listening.open(bench, '', seen);
  const missed = all.events.slice(all.events.findIndex(({ id }) => id === seen) + 1).map(({ id }) => id);
  await eventually('what was missed is told again', () =>
    missed.every((id) => again.events.some((event) => event.id === id)),
  );
  assert.deepEqual(
    again.events.slice(0, missed.length).map(({ id }) => id),
    missed,
  );
  await using stranger = await Listening.open(bench, '', 'another-7');
  await eventually('an id that is not known', () => stranger.events[0]?.name === 'reset');
});

test('A12: the overview counts pipelines by state and names what needs a person', async () => {
  const stack = await testStack();
  const overview = await new Observed(stack).get<Overview>('/overview');
  assert.ok(overview.nodes.some(({ role, up }) => role === 'loader' && up > 0));
  assert.equal(overview.channels.total, overview.channels.running + overview.channels.paused);
  assert.ok(overview.worst.length <= 10);
});
