import type { EventData, EventName } from '../schemas/events.ts';

const KEPT = 2_000;

export type HubEvent = {
  readonly id: string;
  readonly name: EventName;
  readonly channel: string | undefined;
  /** As it leaves, `id:`, `event:` and `data:` together. */
  readonly text: string;
};
type Listener = (event: HubEvent) => void;

/** What happens, in order, for those who listen; the last 2,000 events are kept for those who come back. */
export class EventHub {
  /** A restart begins new ids, so that an old one is not taken for one of these. */
  private readonly begun = Date.now().toString(36);
  private count = 0;
  private readonly kept: HubEvent[] = [];
  private readonly listeners = new Set<Listener>();

  get isHeard(): boolean {
    return this.listeners.size > 0;
  }

  publish<N extends EventName>(name: N, data: EventData<N>, channel?: string): void {
    const id = `${this.begun}-${++this.count}`;
    const text = `id: ${id}\nevent: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
    const event = { id, name, channel, text };
    this.kept.push(event);
    if (this.kept.length > KEPT) this.kept.shift();
    for (const listener of this.listeners) listener(event);
  }

  /** What came after an event; undefined when that is no longer known. */
  since(id: string): HubEvent[] | undefined {
    if (id === `${this.begun}-0`) return this.count <= KEPT ? [...this.kept] : undefined;
    const at = this.kept.findIndex((event) => event.id === id);
    return at < 0 ? undefined : this.kept.slice(at + 1);
  }

  /** Id of the newest event. */
  get last(): string {
    return `${this.begun}-${this.count}`;
  }

  listen(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}
