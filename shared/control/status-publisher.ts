import type { KafkaAddress } from '../kafka/cluster.ts';
import { TopicWriter } from '../kafka/topic-writer.ts';
import type { Status } from '../model/status.ts';

const EVERY_MS = 1_000;
const AT_LEAST_EVERY_MS = 3_000;

/** Makes the current status of one source or pipeline; `rowsPerSecond` and `at` are filled in by the publisher. */
export type StatusSnapshot = () => Omit<Status, 'rowsPerSecond' | 'at'>;

type Watched = {
  readonly snapshot: StatusSnapshot;
  rows: number;
  said: string;
  saidAt: number;
  lookedAt: number;
  /** Its state and the code of its reason. */
  standing: string;
};

/**
 * Tells the status of everything that a process runs: once a second what has changed, every 3 s the rest, at once what enters another state.
 * It never holds the data back: what Kafka does not take now is told again a second later. `remove` leaves a tombstone.
 */
export class StatusPublisher {
  private readonly writer: TopicWriter;
  private readonly topic: string;
  private readonly watched = new Map<string, Watched>();
  private readonly removed = new Set<string>();
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<void> = Promise.resolve();

  private readonly onChange: (status: Status) => void;

  /** `onChange` is told when something enters another state, or is there for another reason. */
  constructor(kafka: KafkaAddress, topic: string, onChange: (status: Status) => void = () => {}) {
    this.writer = new TopicWriter(kafka);
    this.topic = topic;
    this.onChange = onChange;
    this.timer = setInterval(() => this.tick(), EVERY_MS);
  }

  add(key: string, snapshot: StatusSnapshot): void {
    this.removed.delete(key);
    this.watched.set(key, {
      snapshot,
      rows: 0,
      said: '',
      saidAt: Number.NEGATIVE_INFINITY,
      lookedAt: performance.now(),
      standing: '',
    });
    this.tick();
  }

  remove(key: string): void {
    if (this.watched.delete(key)) this.removed.add(key);
    this.tick();
  }

  /** Looks now instead of at the next second: after a change of state. */
  tick(): void {
    this.writing = this.writing.then(() => this.write()).catch(() => {});
  }

  /** Leaves tombstones for all and closes; waits at most 3 s for Kafka. */
  async close(): Promise<void> {
    clearInterval(this.timer);
    for (const key of this.watched.keys()) this.removed.add(key);
    this.watched.clear();
    this.tick();
    await this.writer.closeAfter(this.writing);
  }

  private async write(): Promise<void> {
    // NOTE of a clock that never jumps: one that is set back must not make this process silent.
    const now = performance.now();
    const records = [...this.removed].map((key) => ({ key, value: null as Buffer | null }));
    const spoken: [Watched, string][] = [];
    for (const [key, watched] of this.watched) {
      const status = this.look(watched, now);
      const said = comparable(status);
      if (said === watched.said && now - watched.saidAt < AT_LEAST_EVERY_MS) continue;
      spoken.push([watched, said]);
      records.push({ key, value: Buffer.from(JSON.stringify(status)) });
    }
    if (records.length === 0) return;
    await this.writer.put(this.topic, records);
    for (const [watched, said] of spoken) Object.assign(watched, { said, saidAt: now });
    for (const { key, value } of records) if (value === null) this.removed.delete(key);
  }

  private look(watched: Watched, now: number): Status {
    const status = watched.snapshot();
    const rows = status.rows.inserts + status.rows.updates + status.rows.deletes;
    const seconds = Math.max(0.2, (now - watched.lookedAt) / 1_000);
    const rowsPerSecond = Math.max(0, Math.round((rows - watched.rows) / seconds));
    watched.rows = rows;
    watched.lookedAt = now;
    const whole = { ...status, rowsPerSecond, at: Date.now() };
    const standing = `${status.state} ${status.reason?.code ?? ''}`;
    if (standing !== watched.standing) this.onChange(whole);
    watched.standing = standing;
    return whole;
  }
}

/** What counts as a change: everything but the clock and the lag that grows with it. */
function comparable({ at: _at, lagMs: _lagMs, ...rest }: Status): string {
  return JSON.stringify(rest);
}
